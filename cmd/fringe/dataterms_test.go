package main

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"strings"
	"testing"

	"fringe/measure"
	"fringe/radio"
)

// Thermal noise is taken off an amplitude; systematic and gain errors widen it and leave its value alone.
func TestErrorsLeaveAmplitudes(t *testing.T) {
	v := &radio.Visibilities{
		U: []float64{1e9, 2e9}, V: []float64{0, 0}, Vis: []complex128{3 + 4i, 0.1}, Weight: []float64{1. / 9, 1},
		Ant1: []int{0, 0}, Ant2: []int{1, 2}, TimeSec: []float64{0, 0}, IntSec: []float64{1, 1}, FreqHz: []float64{1e11, 1e11},
		Stations: make([]radio.Station, 3),
	}
	thermal := amplitudes(v, errorBudget{})
	wide := amplitudes(v, errorBudget{systematic: 0.3, gain: 0.4})
	for j, want := range []float64{4, 0} { // √(5² − 3²); below the noise
		if thermal.Value[j] != want || wide.Value[j] != want {
			t.Errorf("amplitude %d is %g with thermal errors and %g with all, want %g", j, thermal.Value[j], wide.Value[j], want)
		}
	}
	for j, want := range []float64{math.Sqrt(9 + 0.25*16), 1} {
		// A few roundings apart.
		if math.Abs(wide.Sigma[j]-want) > 1e-15*want*4 {
			t.Errorf("error %d is %g, want %g", j, wide.Sigma[j], want)
		}
	}
	g := radio.Grid{NX: 16, NY: 16, CellRad: 4 * radio.Microarcsecond}
	f, err := newFit(v, g, dataSpec{weights: map[string]float64{"amp": 1}, errs: errorBudget{0.3, 0.4}, density: measure.Gaussian{}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if f.amplitudes.Value[0] != 4 || math.Abs(1/f.vis.Weight[0]-(9+0.09*25)) > 1e-12 {
		t.Errorf("the fit has amplitude %g and variance %g, want 4 and %g", f.amplitudes.Value[0], 1/f.vis.Weight[0], 9+0.09*25)
	}
}

// Every closure quantity is made of visibilities above the cut, and the number of those below it is told.
func TestClosureCut(t *testing.T) {
	o := quick(t, "entropy")
	o.closureSNR = 30
	obs, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	cut, err := o.prepare(obs)
	if err != nil {
		t.Fatal(err)
	}
	defer cut.close()
	v, faint := cut.sets[0].fit.vis, 0
	snr := func(k int32) float64 { return cmplx.Abs(v.Vis[k]) * math.Sqrt(v.Weight[k]) }
	for k := range v.Vis {
		if snr(int32(k)) < 30 {
			faint++
		}
	}
	want := fmt.Sprintf("closure quantities leave out %d of %d visibilities, below 30 sigma", faint, v.Len())
	told := slices.ContainsFunc(obs[0].notes, func(n string) bool { return strings.HasPrefix(n, want) })
	if faint == 0 || !told {
		t.Errorf("notes %q, want one that starts with %q", obs[0].notes, want)
	}
	for _, set := range []*radio.Closures{cut.sets[0].fit.phases, cut.sets[0].fit.ratios} {
		for _, k := range set.Index {
			if snr(k) < 30 {
				t.Errorf("visibility %d of %g sigma is in closures of %d", k, snr(k), set.Order)
			}
		}
	}
}
