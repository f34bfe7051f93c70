package radio_test

import (
	"math"
	"testing"

	"fringe/radio"
)

// Four points by hand: two in one cell (one of them mirrored), one alone, one at the origin.
func TestWeightsOfFourPoints(t *testing.T) {
	g := radio.Grid{NX: 10, NY: 10, CellRad: 1e-6} // cells of 1e5
	v := scattered(g, 0).Select(func(k int) bool { return k < 5 })
	copy(v.U, []float64{2e5, -2.1e5, 3e5, 1e3, 1e5})
	copy(v.V, []float64{1e5, -0.9e5, 0, 0, 0})
	copy(v.Weight, []float64{1, 3, 2, 5, math.NaN()})
	// Densities 4, 4, 2 and 10: the mirror image of the last lies in its own cell.
	mean := (1*4.0 + 3*4 + 2*2 + 5*10) / (1 + 3 + 2 + 5)
	f := 25 / mean
	for _, tt := range []struct {
		weighting radio.Weighting
		want      []float64
	}{
		{radio.Weighting{}, []float64{1, 3, 2, 5, 0}},
		{radio.Weighting{Scheme: radio.Uniform}, []float64{0.25, 0.75, 1, 0.5, 0}},
		{radio.Weighting{Scheme: radio.Briggs}, []float64{1 / (1 + 4*f), 3 / (1 + 4*f), 2 / (1 + 2*f), 5 / (1 + 10*f), 0}},
	} {
		got, err := tt.weighting.Weights(v, g)
		if err != nil {
			t.Fatal(err)
		}
		for k := range got {
			if math.Abs(got[k]-tt.want[k]) > 1e-14 { // rounding
				t.Errorf("%v: weights %v, want %v", tt.weighting, got, tt.want)
				break
			}
		}
		tt.weighting.Taper = radio.Beam{MajRad: 3e-6, MinRad: 1e-6, PARad: 0.4}
		tapered, err := tt.weighting.Weights(v, g)
		if err != nil {
			t.Fatal(err)
		}
		for k := range 4 {
			if want := got[k] * tt.weighting.Taper.Transform(v.U[k], v.V[k]); math.Abs(tapered[k]-want) > 1e-15 {
				t.Errorf("%v: weight %d is %g, want %g", tt.weighting, k, tapered[k], want)
			}
		}
	}
}

// The uniform weights of any cell add up to 1 (to one half at the origin, which its mirror image shares), whatever the shape
// of the grid.
func TestUniformWeightsOfCells(t *testing.T) {
	for _, g := range cellGrids {
		v := scattered(g, 500)
		w, err := radio.Weighting{Scheme: radio.Uniform}.Weights(v, g)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := radio.NewCells(g)
		sums := map[int]float64{}
		for k := range w {
			cell, _, err := c.Index(v.U[k], v.V[k])
			if err != nil {
				t.Fatal(err)
			}
			sums[cell] += w[k]
		}
		for cell, s := range sums {
			want := 1.0
			if u, y := c.Centre(cell); u == 0 && y == 0 {
				want = 0.5
			}
			if math.Abs(s-want) > 1e-12 {
				t.Errorf("%d x %d: uniform weights of cell %d add up to %g, want %g", g.NX, g.NY, cell, s, want)
			}
		}
	}
}

func TestWeightingRefuses(t *testing.T) {
	g := radio.Grid{NX: 10, NY: 10, CellRad: 1e-6}
	v := scattered(g, 3)
	for _, w := range []radio.Weighting{
		{Scheme: "super"}, {Scheme: radio.Briggs, Robust: 2.1}, {Scheme: radio.Briggs, Robust: math.NaN()}, {Taper: radio.Beam{MajRad: -1}},
	} {
		if _, err := w.Weights(v, g); err == nil {
			t.Errorf("%+v was accepted", w)
		}
	}
	if _, err := (radio.Weighting{Scheme: radio.Uniform}).Weights(v, radio.Grid{NX: 10, NY: 10, CellRad: 2e-6}); err == nil {
		t.Error("pixels too large for the baselines were accepted")
	}
	if _, err := radio.ParseScheme("robust"); err == nil {
		t.Error("an unknown scheme was accepted")
	}
}
