package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// quadratic returns ½χ² of several channels of random visibilities, without and with a primary beam, and the channels.
func quadratic(t *testing.T, g radio.Grid, channels int, beam []float64) (*measure.Quadratic, []*radio.Visibilities) {
	t.Helper()
	rng := rand.New(rand.NewPCG(30, 1))
	var grams []*measure.Gram
	var obs []*radio.Visibilities
	for c := range channels {
		v := observation(rng, 25+5*c)
		gram, err := measure.NewGram(g, v)
		if err != nil {
			t.Fatal(err)
		}
		if beam != nil {
			if gram, err = gram.WithPrimaryBeam(beam); err != nil {
				t.Fatal(err)
			}
		}
		obs, grams = append(obs, v), append(grams, gram)
	}
	q, err := measure.NewQuadratic(grams...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(q.Close)
	return q, obs
}

// beams are no beam, and one that is not centred.
func beams(t *testing.T, g radio.Grid) map[string][]float64 {
	t.Helper()
	beam, err := measure.GaussianBeam(g, 10*g.CellRad, g.CellRad, -2*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]float64{"no beam": nil, "beam": beam}
}

// Value, gradient and residual against direct sums over the visibilities, two channels. Rounding of two FFTs and of a beam accurate to
// 1e-14 of its peak leaves 1e-12; the data are noise, so the value does not cancel.
func TestQuadraticEqualsTheDirectSum(t *testing.T) {
	for _, g := range grids {
		for name, beam := range beams(t, g) {
			t.Run(fmt.Sprintf("%dx%d %s", g.NX, g.NY, name), func(t *testing.T) {
				q, obs := quadratic(t, g, 2, beam)
				x := randomImage(rand.New(rand.NewPCG(31, 1)), 2*g.Len())
				grad, residual := make([]float64, len(x)), make([]float64, len(x))
				value, err := q.ValueGrad(grad, x)
				if err != nil {
					t.Fatal(err)
				}
				if err := q.Residual(residual, x); err != nil {
					t.Fatal(err)
				}
				want, wantGrad, wantResidual := 0.0, []float64{}, []float64{}
				for c, v := range obs {
					half, down, sum := directGradient(t, g, v, beam, x[c*g.Len():(c+1)*g.Len()])
					want += half
					wantGrad = append(wantGrad, down...)
					for _, d := range down {
						wantResidual = append(wantResidual, -d/sum)
					}
				}
				if math.Abs(value-want) > 1e-12*want {
					t.Errorf("½χ² = %.17g, direct %.17g", value, want)
				}
				reduced, err := q.ReducedChi2(x)
				if count := obs[0].Len() + obs[1].Len(); err != nil || math.Abs(reduced["vis"]-want/float64(count)) > 1e-12*want {
					t.Errorf("reduced χ² = %v (error %v), direct %.17g", reduced, err, want/float64(count))
				}
				if d := relative(grad, wantGrad); d > 1e-12 {
					t.Errorf("gradient off by %.2g", d)
				}
				if d := relative(residual, wantResidual); d > 1e-12 {
					t.Errorf("residual off by %.2g", d)
				}
			})
		}
	}
}

// directGradient returns ½χ², its gradient B Re AᴴW(AB x − d) and Σw by direct sums.
func directGradient(t *testing.T, g radio.Grid, v *radio.Visibilities, beam, x []float64) (half float64, grad []float64, sum float64) {
	t.Helper()
	var op radio.Operator = radio.NewDFT(g, v.U, v.V)
	if beam != nil {
		var err error
		if op, err = measure.NewPrimaryBeam(op, beam); err != nil {
			t.Fatal(err)
		}
	}
	vis, grad := make([]complex128, v.Len()), make([]float64, g.Len())
	op.Forward(vis, x)
	for k, w := range v.Weight {
		d := vis[k] - v.Vis[k]
		half += w * (real(d)*real(d) + imag(d)*imag(d)) / 2
		vis[k] = complex(w, 0) * d
		sum += w
	}
	op.Adjoint(grad, vis)
	return half, grad, sum
}

func TestQuadraticGradient(t *testing.T) {
	g := grids[2]
	for name, beam := range beams(t, g) {
		q, _ := quadratic(t, g, 2, beam)
		x := randomImage(rand.New(rand.NewPCG(32, 1)), 2*g.Len())
		t.Run(name, func(t *testing.T) { radiotest.Gradient(t, q.ValueGrad, x, 1e-4, radiotest.DefaultGradient) })
	}
}

// The bytes of a value and its gradient are the same from call to call and for any number of threads.
func TestQuadraticRepeatsItselfOnAnyNumberOfThreads(t *testing.T) {
	before, err := torch.Threads()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = torch.SetThreads(before) }()
	g := radio.Grid{NX: 70, NY: 81, CellRad: cell}
	q, _ := quadratic(t, g, 2, nil)
	x := randomImage(rand.New(rand.NewPCG(33, 1)), 2*g.Len())
	first := make([]float64, len(x))
	value, err := q.ValueGrad(first, x)
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{1, 2, 3, 2, 1} {
		if err := torch.SetThreads(threads); err != nil {
			t.Fatal(err)
		}
		again := make([]float64, len(x))
		if v, err := q.ValueGrad(again, x); err != nil || v != value || !slices.Equal(again, first) {
			t.Errorf("%d threads: other bytes, error %v", threads, err)
		}
	}
}

// A kernel that does not fill its grid is an error, and there is no half-made term beside it.
func TestQuadraticOfABrokenKernel(t *testing.T) {
	gram, err := measure.NewGram(grids[0], observation(rand.New(rand.NewPCG(33, 1)), 20))
	if err != nil {
		t.Fatal(err)
	}
	gram.Kernel = gram.Kernel[:3]
	if q, err := measure.NewQuadratic(gram); err == nil || q != nil {
		t.Errorf("got %v, %v", q, err)
	}
}

func TestQuadraticRefuses(t *testing.T) {
	before := torch.Live()
	g := grids[0]
	gram, err := measure.NewGram(g, observation(rand.New(rand.NewPCG(34, 1)), 9))
	if err != nil {
		t.Fatal(err)
	}
	other, err := measure.NewGram(grids[1], observation(rand.New(rand.NewPCG(34, 2)), 9))
	if err != nil {
		t.Fatal(err)
	}
	withBeam, err := gram.WithPrimaryBeam(slices.Repeat([]float64{0.5}, g.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, channels := range map[string][]*measure.Gram{"none": nil, "nil": {nil}, "two grids": {gram, other}, "one beam": {gram, withBeam}} {
		if _, err := measure.NewQuadratic(channels...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if torch.CUDADevices() == 0 {
		if _, err := measure.NewQuadraticOn(torch.CUDA(0), gram); err == nil {
			t.Error("a device that is not there was accepted")
		}
	}
	q, err := measure.NewQuadratic(gram)
	if err != nil {
		t.Fatal(err)
	}
	bad := make([]float64, g.Len())
	bad[3] = math.NaN()
	for name, x := range map[string][]float64{"short": bad[:5], "NaN": bad} {
		if _, err := q.ValueGrad(nil, x); err == nil {
			t.Errorf("%s image: accepted", name)
		}
	}
	if _, err := q.ValueGrad(bad[:1], make([]float64, g.Len())); err == nil {
		t.Error("a short gradient was accepted")
	}
	q.Close()
	q.Close()
	if _, err := q.ValueGrad(nil, make([]float64, g.Len())); err == nil {
		t.Error("a closed term has a value")
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

// Norm against the eigenvalues of the dense matrix: never below, at most 1 % above. One part in 1e12 is rounding.
func TestNormIsTightAndNeverBelow(t *testing.T) {
	for _, g := range grids {
		for name, beam := range beams(t, g) {
			for _, count := range []int{1, 3, 150} {
				v := observation(rand.New(rand.NewPCG(35, uint64(count))), count)
				gram, err := measure.NewGram(g, v)
				if err != nil {
					t.Fatal(err)
				}
				if beam != nil {
					if gram, err = gram.WithPrimaryBeam(beam); err != nil {
						t.Fatal(err)
					}
				}
				norm, err := gram.Norm()
				if err != nil {
					t.Fatal(err)
				}
				largest := denseNorm(t, g, v, beam) / gram.SumW
				if norm < largest*(1-1e-12) || norm > 1.01*largest {
					t.Errorf("%dx%d, %d visibilities, %s: Norm %.6g, largest eigenvalue %.6g", g.NX, g.NY, count, name, norm, largest)
				}
				if again, err := gram.Norm(); err != nil || again != norm {
					t.Errorf("a second call gives %g, the first %g, error %v", again, norm, err)
				}
			}
		}
	}
}

func denseNorm(t *testing.T, g radio.Grid, v *radio.Visibilities, beam []float64) float64 {
	t.Helper()
	a, _ := dense(g, v)
	if beam != nil {
		b := mat.NewDiagDense(len(beam), beam)
		var product mat.Dense
		product.Mul(b, a)
		product.Mul(&product, b)
		for i := range beam {
			for j := i; j < len(beam); j++ {
				a.SetSym(i, j, product.At(i, j))
			}
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(a, false) {
		t.Fatal("no eigenvalues")
	}
	return eigen.Values(nil)[g.Len()-1]
}
