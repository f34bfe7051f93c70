package infer_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fringe/infer"
	"fringe/radio"
)

// Flux inside the new field is kept to rounding, and the source stays where it is on the sky: to finer, coarser, odd, even and
// rectangular grids. An asymmetric pair of Gaussians has its centroid at a known place.
func TestRegridKeepsFluxAndPlace(t *testing.T) {
	from := radio.Grid{NX: 60, NY: 51, CellRad: 2e-9}
	image := make([]float64, from.Len())
	for i := range image {
		l, m := from.L(i%from.NX), from.M(i/from.NX)
		image[i] = math.Exp(-((l-2e-8)*(l-2e-8)+(m+1e-8)*(m+1e-8))/(2*4e-17)) + 0.4*math.Exp(-(l*l+m*m)/(2*4e-17))
	}
	flux, l0, m0 := moments(from, image)
	for _, to := range []radio.Grid{from, {NX: 151, NY: 140, CellRad: 0.9e-9}, {NX: 33, NY: 30, CellRad: 3.7e-9}, {NX: 20, NY: 41, CellRad: 6e-9}} {
		got, err := infer.Regrid(from, image, to)
		if err != nil {
			t.Fatal(err)
		}
		f, l, m := moments(to, got)
		// What lies outside the fields is below 1e-10 of a Gaussian. A piece of an old pixel counts at the centre of its new one;
		// over a smooth source these shifts cancel to well below a hundredth of a pixel.
		if math.Abs(f/flux-1) > 1e-10 || math.Hypot(l-l0, m-m0) > 0.01*to.CellRad {
			t.Errorf("to %+v: flux %v of %v, centroid (%v, %v) instead of (%v, %v)", to, f, flux, l, m, l0, m0)
		}
	}
	if same, err := infer.Regrid(from, image, from); err != nil || worst(same, image) > 1e-15 {
		t.Errorf("to its own grid: off by %g, error %v", worst(same, image), err)
	}
}

// moments returns the flux and the centroid.
func moments(g radio.Grid, image []float64) (flux, l, m float64) {
	for i, v := range image {
		flux += v
		l += v * g.L(i%g.NX)
		m += v * g.M(i/g.NX)
	}
	return flux, l / flux, m / flux
}

func TestStartFromImages(t *testing.T) {
	g := radio.Grid{NX: 9, NY: 8, CellRad: 1e-9}
	rng := rand.New(rand.NewPCG(1, 2))
	dirty := make([]float64, g.Len())
	for i := range dirty {
		dirty[i] = rng.NormFloat64()
	}
	start, err := infer.StartDirty(dirty, 0.6)
	if err != nil || math.Abs(total(start)-0.6) > 1e-15 || slices.Min(start) != 0 {
		t.Errorf("dirty: flux %v, lowest %v, error %v", total(start), slices.Min(start), err)
	}
	for i, v := range dirty {
		if (v > 0) != (start[i] > 0) {
			t.Fatalf("pixel %d: %g becomes %g", i, v, start[i])
		}
	}
	small := radio.Grid{NX: 3, NY: 2, CellRad: 2e-9}
	bright := []float64{1, 2, 3, 4, 5, 6}
	kept, err := infer.StartImage(g, bright, small, 0)
	if err != nil || math.Abs(total(kept)-21) > 1e-13 {
		t.Errorf("image: flux %v, error %v; want 21", total(kept), err)
	}
	if scaled, err := infer.StartImage(g, bright, small, 2); err != nil || math.Abs(total(scaled)-2) > 1e-14 {
		t.Errorf("image: flux %v, error %v; want 2", total(scaled), err)
	}
	for name, run := range map[string]func() ([]float64, error){
		"no flux":    func() ([]float64, error) { return infer.StartDirty(dirty, 0) },
		"negative":   func() ([]float64, error) { return infer.StartDirty([]float64{-1, -2}, 1) },
		"NaN":        func() ([]float64, error) { return infer.StartDirty([]float64{1, math.NaN()}, 1) },
		"wrong size": func() ([]float64, error) { return infer.StartImage(g, bright[1:], small, 0) },
		"wrong grid": func() ([]float64, error) { return infer.StartImage(radio.Grid{}, bright, small, 0) },
	} {
		if x, err := run(); err == nil {
			t.Errorf("%s: start image %v and no error", name, x)
		}
	}
}
