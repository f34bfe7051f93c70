package infer_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/radio"
)

// grid is a small field, rectangular and odd on one side so that a swapped axis shows.
func grid() radio.Grid { return radio.Grid{NX: 7, NY: 6, CellRad: 2 * radio.Microarcsecond} }

// quadratic is the term ½xᵀAx − bᵀx + c with A symmetric and positive: its minimum is A⁻¹b.
type quadratic struct {
	a *mat.SymDense
	b *mat.VecDense
	c float64
}

func (q quadratic) ValueGrad(grad, x []float64) (float64, error) {
	n := len(x)
	ax := mat.NewVecDense(n, nil)
	v := mat.NewVecDense(n, slices.Clone(x))
	ax.MulVec(q.a, v)
	value := 0.5*mat.Dot(v, ax) - mat.Dot(q.b, v) + q.c
	for i := range grad {
		grad[i] = ax.AtVec(i) - q.b.AtVec(i)
	}
	return value, nil
}

// minimiser solves (A + extra) x = b.
func (q quadratic) minimiser(t *testing.T, extra mat.Matrix) []float64 {
	t.Helper()
	n, _ := q.a.Dims()
	sum := mat.NewDense(n, n, nil)
	sum.Copy(q.a)
	if extra != nil {
		sum.Add(sum, extra)
	}
	x := mat.NewVecDense(n, nil)
	if err := x.SolveVec(sum, q.b); err != nil {
		t.Fatal(err)
	}
	return x.RawVector().Data
}

// blurredSky is a linear problem: the truth has pixels between 0.5 and 1.5, the data are (I + ½B)·truth with a symmetric B,
// the noise is σ per datum. So AᵀA has eigenvalues within a factor of about four.
func blurredSky(g radio.Grid, sigma float64) (q quadratic, truth []float64) {
	n := g.Len()
	rng := rand.New(rand.NewPCG(1, 2))
	truth = make([]float64, n)
	for i := range truth {
		truth[i] = 0.5 + rng.Float64()
	}
	a := mat.NewDense(n, n, nil)
	a.Copy(neighbours(g))
	a.Scale(0.5, a)
	for i := range n {
		a.Set(i, i, 1+a.At(i, i))
	}
	var d mat.VecDense
	d.MulVec(a, mat.NewVecDense(n, truth))
	q.a = mat.NewSymDense(n, nil)
	q.a.SymOuterK(1/(sigma*sigma), a.T())
	q.b = mat.NewVecDense(n, nil)
	q.b.MulVec(a.T(), &d)
	q.b.ScaleVec(1/(sigma*sigma), q.b)
	q.c = 0.5 * mat.Dot(&d, &d) / (sigma * sigma)
	return q, truth
}

// neighbours is the symmetric matrix of the periodic blur with kernel 1/2 at the centre and 1/8 at the four neighbours. It
// commutes with flips and rotations; its eigenvalues lie in [0, 1].
func neighbours(g radio.Grid) *mat.SymDense {
	m := mat.NewSymDense(g.Len(), nil)
	at := func(x, y int) int { return (y+g.NY)%g.NY*g.NX + (x+g.NX)%g.NX }
	for y := range g.NY {
		for x := range g.NX {
			m.SetSym(at(x, y), at(x, y), 0.5)
			m.SetSym(at(x, y), at(x+1, y), 0.125)
			m.SetSym(at(x, y), at(x, y+1), 0.125)
		}
	}
	return m
}

// matrixDenoiser applies a matrix to the image, whatever the noise level.
type matrixDenoiser struct{ m mat.Matrix }

func (d matrixDenoiser) Denoise(s *torch.Scope, x *torch.Tensor, _ float64) (*torch.Tensor, error) {
	in := s.Float64s(x)
	var out mat.VecDense
	out.MulVec(d.m, mat.NewVecDense(len(in), in))
	return s.FromFloat64s(out.RawVector().Data, x.Shape()...), nil
}

func scale(g radio.Grid) infer.Scale {
	return infer.Scale{Grid: g, FluxJy: 0.6, BeamRad: 6 * radio.Microarcsecond}
}

// randomImage has pixels between 0 and twice the mean that belongs to the flux.
func randomImage(g radio.Grid, flux float64) []float64 {
	rng := rand.New(rand.NewPCG(3, 4))
	x := make([]float64, g.Len())
	for i := range x {
		x[i] = 2 * rng.Float64() * flux / float64(g.Len())
	}
	return x
}

func worst(got, want []float64) float64 {
	d := 0.0
	for i := range got {
		d = math.Max(d, math.Abs(got[i]-want[i]))
	}
	return d
}

func vector(x []float64) *mat.VecDense { return mat.NewVecDense(len(x), slices.Clone(x)) }
