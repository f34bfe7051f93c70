package main

import (
	"math"
	"path/filepath"
	"testing"

	"fringe/infer"
	"fringe/radio"
)

// fringe selfcal and fringe image give the same χ² of closure quantities of the same data and image, to the rounding of sums.
func TestClosuresOfSelfcalAreThoseOfImage(t *testing.T) {
	o := defaultOptions()
	o.path = filepath.Join("..", "..", "examples", "m87", "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	obs, err := o.observe()
	if err != nil {
		t.Skipf("the bundled observation is absent: %v", err)
	}
	g := radio.Grid{NX: 32, NY: 32, CellRad: 4 * radio.Microarcsecond}
	img, err := infer.StartGaussian(g, 0.6, 40*radio.Microarcsecond)
	if err != nil {
		t.Fatal(err)
	}
	spec := dataSpec{weights: map[string]float64{"amp": 1, "cphase": 1, "logcamp": 1}, errs: errorBudget{systematic: 0.01}, minSNR: 3}
	f, err := newFit(obs.vis, g, spec)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	want, err := f.ReducedChi2(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := (&skyModel{img: img, grid: g}).compare(obs.whole, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	for kind, value := range want {
		if math.Abs(got[kind]/value-1) > 1e-9 {
			t.Errorf("%s: %g with fringe selfcal, %g with fringe image", kind, got[kind], value)
		}
	}
}
