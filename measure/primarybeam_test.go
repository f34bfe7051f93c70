package measure_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

func TestPrimaryBeamAdjoint(t *testing.T) {
	for _, g := range grids {
		v := observation(rand.New(rand.NewPCG(40, 1)), 60)
		for name, op := range operators(t, g, v.U, v.V) {
			with, err := measure.NewPrimaryBeam(op, beams(t, g)["beam"])
			if err != nil {
				t.Fatal(err)
			}
			t.Run(name, func(t *testing.T) { radiotest.Adjoint(t, with, g, v.Len(), 1e-12) }) // float64
		}
	}
}

// The visibility of a point source is multiplied with the beam at its place.
func TestPrimaryBeamOfAPointSource(t *testing.T) {
	g := radio.Grid{NX: 32, NY: 24, CellRad: cell}
	v := observation(rand.New(rand.NewPCG(41, 1)), 20)
	beam, err := measure.GaussianBeam(g, 20*cell, 3*cell, -2*cell)
	if err != nil {
		t.Fatal(err)
	}
	op, err := measure.NewPrimaryBeam(radio.NewDFT(g, v.U, v.V), beam)
	if err != nil {
		t.Fatal(err)
	}
	const x, y, flux = 5, 17, 0.7
	img, vis, alone := make([]float64, g.Len()), make([]complex128, v.Len()), make([]complex128, v.Len())
	img[y*g.NX+x] = flux
	op.Forward(vis, img)
	op.Op.Forward(alone, img)
	r2 := math.Pow(g.L(x)-3*cell, 2) + math.Pow(g.M(y)+2*cell, 2)
	want := math.Exp(-4 * math.Ln2 * r2 / math.Pow(20*cell, 2))
	for k := range vis {
		if d := vis[k] - complex(want, 0)*alone[k]; math.Hypot(real(d), imag(d)) > 1e-14*flux { // a few roundings
			t.Fatalf("visibility %d: %v, want %g of %v", k, vis[k], want, alone[k])
		}
	}
}

// The first null of an evenly lit dish is at 1.21967 λ/D and half power at 0.51450 λ/D from the axis (Born & Wolf 1999, section 8.5.2).
func TestAiryBeamOnPaper(t *testing.T) {
	const d, lambda = 12, 1.3e-3
	for _, tt := range []struct{ units, want, tolerance float64 }{{0, 1, 1e-15}, {0.51450, 0.5, 1e-4}, {1.21967, 0, 1e-9}} {
		cell := tt.units * lambda / d
		if cell == 0 {
			cell = 1e-6
		}
		g := radio.Grid{NX: 3, NY: 1, CellRad: cell}
		l := 0.0
		if tt.units == 0 {
			l = -cell // the pointing is at column 2
		}
		beam, err := measure.AiryBeam(g, d, lambda, l, 0)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(beam[2]-tt.want) > tt.tolerance { // the tolerances are the digits of the tabled radii
			t.Errorf("%g λ/D: response %g, want %g", tt.units, beam[2], tt.want)
		}
	}
}

func TestPrimaryBeamRefuses(t *testing.T) {
	g := grids[0]
	op := radio.NewDFT(g, []float64{1}, []float64{1})
	nan := make([]float64, g.Len())
	nan[2] = math.NaN()
	gram, err := measure.NewGram(g, observation(rand.New(rand.NewPCG(42, 1)), 9))
	if err != nil {
		t.Fatal(err)
	}
	flat := make([]float64, g.Len())
	for p := range flat {
		flat[p] = 1
	}
	with, err := gram.WithPrimaryBeam(flat)
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"NaN":          func() error { _, err := measure.NewPrimaryBeam(op, nan); return err },
		"zero":         func() error { _, err := measure.NewPrimaryBeam(op, make([]float64, g.Len())); return err },
		"size":         func() error { _, err := gram.WithPrimaryBeam(flat[:3]); return err },
		"Gram's NaN":   func() error { _, err := gram.WithPrimaryBeam(nan); return err },
		"twice":        func() error { _, err := with.WithPrimaryBeam(flat); return err },
		"network":      func() error { _, err := with.NetworkUnits(); return err },
		"no width":     func() error { _, err := measure.GaussianBeam(g, 0, 0, 0); return err },
		"no dish":      func() error { _, err := measure.AiryBeam(g, 0, 1, 0, 0); return err },
		"no grid":      func() error { _, err := measure.AiryBeam(radio.Grid{}, 1, 1, 0, 0); return err },
		"no pointing":  func() error { _, err := measure.GaussianBeam(g, 1, math.NaN(), 0); return err },
		"endless dish": func() error { _, err := measure.AiryBeam(g, math.Inf(1), 1, 0, 0); return err },
	} {
		if f() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
