package measure_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// dense returns Re AᴴWA and Re AᴴWd, in Jy, from the defining sums over the visibilities.
func dense(g radio.Grid, v *radio.Visibilities) (*mat.SymDense, *mat.VecDense) {
	n := g.Len()
	a, b := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for k, w := range v.Weight {
		cos, sin := make([]float64, n), make([]float64, n)
		for p := range n {
			sin[p], cos[p] = math.Sincos(-2 * math.Pi * (v.U[k]*g.L(p%g.NX) + v.V[k]*g.M(p/g.NX)))
		}
		for _, part := range []struct {
			phase []float64
			datum float64
		}{{cos, real(v.Vis[k])}, {sin, imag(v.Vis[k])}} {
			row := mat.NewVecDense(n, part.phase)
			a.SymRankOne(a, w, row)
			b.AddScaledVec(b, w*part.datum, row)
		}
	}
	return a, b
}

// The problem in network units is the one in Jy: its minimiser times Scale minimises χ². With 400 visibilities on 42 pixels the
// matrix has a condition number near 10; the kernel is rounded to float32, so some 1e-6 of the image may be lost.
func TestNetworkUnitsKeepTheMinimiser(t *testing.T) {
	g := radio.Grid{NX: 7, NY: 6, CellRad: cell}
	v := observation(rand.New(rand.NewPCG(20, 1)), 400)
	a, b := dense(g, v)
	var want mat.VecDense
	if err := want.SolveVec(a, b); err != nil {
		t.Fatal(err)
	}
	gram, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	scaled, err := gram.NetworkUnits()
	if err != nil {
		t.Fatal(err)
	}
	noLeaks(t, func(s *torch.Scope) error {
		p, err := measure.NewProblem(s, g, []measure.Scaled{scaled})
		if err != nil {
			return err
		}
		matrix := mat.NewDense(g.Len(), g.Len(), nil)
		for i := range g.Len() {
			unit := make([]float32, g.Len())
			unit[i] = 1
			column, err := p.Normal.Apply(s, s.FromFloat32s(unit, 1, 1, int64(g.NY), int64(g.NX)))
			if err != nil {
				return err
			}
			matrix.SetCol(i, s.Float64s(column))
		}
		var eigen mat.SVD
		if !eigen.Factorize(matrix, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		if norm := eigen.Values(nil)[0]; norm > 1+1e-6 { // float32
			t.Errorf("the spectral norm in network units is %g, want at most 1", norm)
		}
		var x mat.VecDense
		if err := x.SolveVec(matrix, mat.NewVecDense(g.Len(), s.Float64s(p.Dirty))); err != nil {
			return err
		}
		x.ScaleVec(scaled.Scale, &x)
		if d := relative(x.RawVector().Data, want.RawVector().Data); d > 1e-5 {
			t.Errorf("Scale times the minimiser is off by %.2g", d)
		}
		return nil
	})
}

// The fields of Scaled against their definitions, with a beam whose area is known: points at (±a, 0) and (0, ±b) have the
// covariance diag(a², b²)/2, so the area of the Gaussian is 1/(π·a·b) and, in pixels, that over cell².
func TestNetworkUnitsAreAsDefined(t *testing.T) {
	g := radio.Grid{NX: 16, NY: 12, CellRad: cell}
	v := observation(rand.New(rand.NewPCG(21, 1)), 4)
	const a, b = 0.1 / cell, 0.2 / cell
	v.U, v.V = []float64{a, -a, 0, 0}, []float64{0, 0, b, -b}
	v.Weight, v.Vis = []float64{3, 3, 3, 3}, []complex128{2, 2, 2, 2} // 2 Jy at the phase centre
	gram, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gram.NetworkUnits()
	if err != nil {
		t.Fatal(err)
	}
	area := 1 / (math.Pi * 0.1 * 0.2)
	if math.Abs(gram.BeamPixels/area-1) > 1e-12 {
		t.Errorf("the beam has %g pixels, want %g", gram.BeamPixels, area)
	}
	if want := 2 / area; math.Abs(s.Scale/want-1) > 1e-12 { // the peak of the dirty image is 2 Jy/beam
		t.Errorf("scale %g, want %g Jy/pixel", s.Scale, want)
	}
	const float32s = 1e-6 // a few roundings of float32
	if want := gram.KernelMax / area; math.Abs(float64(s.Gain)/want-1) > float32s {
		t.Errorf("gain %g, want %g", s.Gain, want)
	}
	if top := slices.Max(s.Kernel); math.Abs(float64(top)-1) > float32s {
		t.Errorf("the kernel's largest element is %g, want 1", top)
	}
	if peak := s.Gain * slices.Max(s.Dirty); math.Abs(float64(peak)-1) > float32s {
		t.Errorf("the peak of Gain·Dirty is %g, want 1: the residual of a black image in units of the dirty peak", peak)
	}
	for i, d := range s.Dirty {
		if want := gram.Dirty[i] / (gram.KernelMax * s.Scale); math.Abs(float64(d)-want) > float32s*2/(gram.KernelMax*s.Scale) {
			t.Fatalf("dirty pixel %d is %g, want %g", i, d, want)
		}
	}
	for i, k := range s.Kernel {
		if want := gram.Kernel[i] / gram.KernelMax; math.Abs(float64(k)-want) > float32s {
			t.Fatalf("kernel element %d is %g, want %g", i, k, want)
		}
	}
}

func TestNetworkUnitsNeedAPositivePixel(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(22, 1)), 5)
	clear(v.Vis)
	gram, err := measure.NewGram(grids[0], v)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gram.NetworkUnits(); err == nil {
		t.Error("a black dirty image has a scale")
	}
}
