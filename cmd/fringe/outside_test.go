package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// writePoints writes calibrated visibilities of points of 1 Jy in the centre and of half as much so far to the East.
func writePoints(t *testing.T, east float64) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 0))
	g := radio.Grid{NX: 128, NY: 128, CellRad: 0.25 * radio.Arcsecond}
	img := make([]float64, g.Len())
	img[64*g.NX+64], img[64*g.NX+64-int(east/g.CellRad+0.5)] = 1, 0.5
	v := &radio.Visibilities{}
	for range 600 {
		v.U, v.V, v.Weight = append(v.U, 5e4*rng.NormFloat64()), append(v.V, 5e4*rng.NormFloat64()), append(v.Weight, 1e4)
		v.Ant1, v.Ant2 = append(v.Ant1, radio.NoStation), append(v.Ant2, radio.NoStation)
		v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 0), append(v.FreqHz, 1e11)
	}
	v.Vis = make([]complex128, 600)
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, img)
	for k := range v.Vis {
		v.Vis[k] += complex(0.01*rng.NormFloat64(), 0.01*rng.NormFloat64())
	}
	path := filepath.Join(t.TempDir(), "points.npz")
	if err := data.WriteNPZ(path, v); err != nil {
		t.Fatal(err)
	}
	return path
}

// A point 10 arcsec to the East, outside a field of 16 arcsec, wants one of 2 · 1.1 · 10 arcsec; inside a field of 24 arcsec nothing is said.
func TestOutsideWarning(t *testing.T) {
	path := writePoints(t, 10*radio.Arcsecond)
	for npix, warn := range map[int]bool{64: true, 96: false} {
		fov := fmt.Sprintf("%darcsec", npix/4)
		o := defaultOptions()
		o.paths, o.out, o.npix, o.fov, o.prior = []string{path}, filepath.Join(t.TempDir(), "out"), npix, angle(fov), "l1=0.1"
		out, err := o.run(context.Background(), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(out.report.Warnings, func(w string) bool {
			return strings.Contains(w, "brightest outside the field") && strings.Contains(w, "10 arcsec from the centre: try --fov 22.0arcsec --npix 88")
		})
		if said != warn {
			t.Errorf("--fov %s: reduced chi2 %v, warnings %q", fov, out.report.ReducedChi2, out.report.Warnings)
		}
	}
}

func TestFluxReason(t *testing.T) {
	for want, f := range map[string][3]float64{
		"1.51 Jy, exceeds what the shortest baselines see, 1.21 Jy: the image has 1.03 Jy there, and the rest on scales that no baseline measures": {1.51, 1.03, 1.21},
		"2 Jy, exceeds what the shortest baselines see, 1 Jy: the image has 1.8 Jy there, more than the data":                                      {2, 1.8, 1},
		"0.5 Jy, is less than what the shortest baselines see, 1 Jy":                                                                               {0.5, 0.5, 1},
	} {
		if got := fluxReason(f[0], f[1], f[2]); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
