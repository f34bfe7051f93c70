package main

import (
	"math"
	"testing"

	"fringe/radio"
)

// One radian: the phase of a source half a field away turns with 2π·(field/2)·B·ω. For a field of 39 mas, baselines of 232 Ml and
// ω = 7.29e-5/s that is 1/(2π · 9.45e-8 · 2.32e8 · 7.29e-5) = 99.6 s.
func TestSmearing(t *testing.T) {
	resolution := 1 / 2.32e8
	if got := smearingInterval(resolution, 39*radio.Milliarcsecond); math.Abs(got-99.6) > 0.1 {
		t.Errorf("%g s, want 99.6", got)
	}
	if got := smearedField(resolution, smearingInterval(resolution, 1e-7)); math.Abs(got/1e-7-1) > 1e-12 {
		t.Errorf("field and interval are not inverse: %g", got)
	}
}

func TestDefaultField(t *testing.T) {
	lengths := func(shortest float64) []float64 { // evenly from there to 100 Ml
		list := make([]float64, 100)
		for i := range list {
			list[i] = shortest + (1e8-shortest)*float64(i)/99
		}
		return list
	}
	const resolution = 1e-8
	cell, npix, wide := defaultField(lengths(2e7), 0, resolution, false, math.Inf(1)) // sees 2/24e6, 8.3 resolutions
	if wide || npix != 64 || cell != resolution/12 {
		t.Errorf("a compact source: %d pixels of %g, wide %v", npix, cell, wide)
	}
	cell, npix, wide = defaultField(lengths(1e5), 0, resolution, false, math.Inf(1)) // 2/5.15e6, 39 resolutions
	if field := cell * float64(npix); !wide || npix < 6*30 || math.Abs(field*5.15e6/2-1) > 0.02 {
		t.Errorf("a wide field: %d pixels of %g, wide %v", npix, cell, wide)
	}
	for connected, want := range map[bool]float64{false: smearedField(resolution, 300), true: 2 / 5.15e6} {
		cell, npix, _ = defaultField(lengths(1e5), 300, resolution, connected, math.Inf(1))
		if field := cell * float64(npix); math.Abs(field/want-1) > 0.02 {
			t.Errorf("integrations of 300 s, connected %v: a field of %g, want %g", connected, field, want)
		}
	}
	// Dishes of 10 m at 3 cm see 2.44 · 3 mm/m = 7.32e-3 rad; here they are those of 30 resolutions.
	if got := beamField("airy:10m", radio.SpeedOfLight/0.03); math.Abs(got-7.32e-3) > 1e-12 {
		t.Errorf("dishes of 10 m at 3 cm see %g, want 7.32e-3", got)
	}
	cell, npix, wide = defaultField(lengths(1e5), 0, resolution, false, 30*resolution)
	if field := cell * float64(npix); !wide || math.Abs(field/resolution-30) > 1e-9 {
		t.Errorf("dishes that see 30 resolutions: a field of %g", field/resolution)
	}
	if _, npix, _ = defaultField(lengths(1), 0, resolution, true, math.Inf(1)); npix > manyPixels {
		t.Errorf("%d pixels", npix)
	}
}

func TestBeamField(t *testing.T) {
	for text, want := range map[string]float64{"none": math.Inf(1), "response.fits": math.Inf(1), "gauss:20arcsec": 50 * radio.Arcsecond} {
		if got := beamField(text, 1e9); got != want && math.Abs(got/want-1) > 1e-12 {
			t.Errorf("%s: %g, want %g", text, got, want)
		}
	}
}

// Integrations of 84 s every 10 s are 10 s long; those of 5 s every 10 s are 5 s long.
func TestIntegrationsDoNotOverlap(t *testing.T) {
	for said, want := range map[float64]float64{84: 10, 5: 5} {
		v := &radio.Visibilities{Stations: make([]radio.Station, 2), Ant1: []int{0, 0}, Ant2: []int{1, 1}, TimeSec: []float64{0, 10}, FreqHz: []float64{1, 1}, IntSec: []float64{said, said}}
		j := &job{sets: []*dataset{{obs: &observation{whole: v}}}}
		if got := j.integration(); got != want {
			t.Errorf("%g s: %g s, want %g", said, got, want)
		}
	}
}
