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
	cell, npix, wide := defaultField(lengths(2e7), 0, resolution, false) // sees 2/24e6, 8.3 resolutions
	if wide || npix != 64 || cell != resolution/12 {
		t.Errorf("a compact source: %d pixels of %g, wide %v", npix, cell, wide)
	}
	cell, npix, wide = defaultField(lengths(1e5), 0, resolution, false) // 2/5.15e6, 39 resolutions
	if field := cell * float64(npix); !wide || npix < 6*30 || math.Abs(field*5.15e6/2-1) > 0.02 {
		t.Errorf("a wide field: %d pixels of %g, wide %v", npix, cell, wide)
	}
	cell, npix, wide = defaultField(lengths(1e5), 300, resolution, false)
	if field := cell * float64(npix); !wide || math.Abs(field/smearedField(resolution, 300)-1) > 1e-12 {
		t.Errorf("integrations of 300 s: a field of %g, want the %g that they allow", field, smearedField(resolution, 300))
	}
	if _, npix, _ = defaultField(lengths(1), 0, resolution, true); npix > manyPixels {
		t.Errorf("%d pixels", npix)
	}
}
