package radio_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"fringe/radio"
)

// tracks returns the visibilities of a point source of fluxJy off the phase centre, 8 stations for 12 scans of 30 integrations
// of 10 s, with noise of the weights times excess.
func tracks(t *testing.T, fluxJy, excess float64) *radio.Visibilities {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 1))
	stations := make([]radio.Station, 8)
	for i := range stations {
		r := [3]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		norm := math.Sqrt(r[0]*r[0] + r[1]*r[1] + r[2]*r[2])
		for d := range r {
			stations[i].XYZ[d] = 6.37e6 * r[d] / norm
		}
	}
	var mjd []float64
	for scan := range 12 {
		for i := range 30 {
			mjd = append(mjd, 57854+(float64(scan)*1200+float64(i)*10)/86400)
		}
	}
	v, err := radio.Coverage(stations, radio.Source{RARad: 1, DecRad: 0.3}, mjd, 230e9, -math.Pi/2)
	if err != nil {
		t.Fatal(err)
	}
	const l, m = 30 * radio.Microarcsecond, -10 * radio.Microarcsecond
	for k := range v.Vis {
		sigma := 0.01 * math.Exp(rng.NormFloat64())
		s, c := math.Sincos(-2 * math.Pi * (v.U[k]*l + v.V[k]*m))
		v.Weight[k] = 1 / (sigma * sigma)
		v.Vis[k] = complex(fluxJy*c+excess*sigma*rng.NormFloat64(), fluxJy*s+excess*sigma*rng.NormFloat64())
	}
	return v
}

// The factor comes out within 2 % whether the source is invisible or a thousand times brighter than the noise, and only true
// weights pass. There are 9400 triples, so the median's own error is 0.72·√(1/9400) = 0.7 %.
func TestScatterInTime(t *testing.T) {
	for _, tt := range []struct {
		fluxJy, excess float64
		passes         bool
	}{{0, 1, true}, {0.1, 1, true}, {10, 1, true}, {0, 2, false}, {10, 2, false}, {1, 0.5, false}} {
		v := tracks(t, tt.fluxJy, tt.excess)
		for k := 0; k < v.Len(); k += 3 { // direction must not matter
			v.Ant1[k], v.Ant2[k] = v.Ant2[k], v.Ant1[k]
			v.U[k], v.V[k], v.Vis[k] = -v.U[k], -v.V[k], complex(real(v.Vis[k]), -imag(v.Vis[k]))
		}
		s, err := v.Scatter(radio.Grid{NX: 64, NY: 64, CellRad: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		if s.Method != "time" || math.Abs(s.Factor/tt.excess-1) > 0.02 {
			t.Errorf("%g Jy, σ off by %g: got %+v", tt.fluxJy, tt.excess, s)
		}
		if err := s.Check(0); (err == nil) != tt.passes {
			t.Errorf("%g Jy, σ off by %g: check says %v", tt.fluxJy, tt.excess, err)
		}
	}
}

// snapshotCells returns visibilities without usable times, about 20 per cell, of a point source a quarter of the field from
// the centre.
func snapshotCells(g radio.Grid, fluxJy, excess float64) *radio.Visibilities {
	v := scattered(g, 20000)
	rng := rand.New(rand.NewPCG(3, 3))
	l, m := 0.25*float64(g.NX)*g.CellRad, 0.1*float64(g.NY)*g.CellRad
	for k := range v.Vis {
		v.TimeSec[k], v.Weight[k] = 0, 1e4*math.Exp(rng.NormFloat64())
		sigma := 1 / math.Sqrt(v.Weight[k])
		s, c := math.Sincos(-2 * math.Pi * (v.U[k]*l + v.V[k]*m))
		v.Vis[k] = complex(fluxJy*c+excess*sigma*rng.NormFloat64(), fluxJy*s+excess*sigma*rng.NormFloat64())
	}
	return v
}

// About 1000 cells of 20 visibilities know the factor to 0.5 %. A source a quarter of the field away turns by up to 0.8 rad from
// the centre of a cell to its edge; the curvature that the plane does not follow, about 0.1 of the source's amplitude, adds to
// the noise in quadrature. At 2σ that is 2 % of the scatter, so brighter sources are no test here.
func TestScatterInCells(t *testing.T) {
	g := radio.Grid{NX: 40, NY: 50, CellRad: 1e-6}
	for _, tt := range []struct {
		fluxJy, excess float64
		passes         bool
	}{{0, 1, true}, {0.02, 1, true}, {0, 2, false}, {0.02, 2, false}, {0.01, 0.5, false}} {
		s, err := snapshotCells(g, tt.fluxJy, tt.excess).Scatter(g)
		if err != nil {
			t.Fatal(err)
		}
		if s.Method != "cells" || s.Samples < 500 || math.Abs(s.Factor/tt.excess-1) > 0.02 {
			t.Errorf("%g Jy, σ off by %g: got %+v", tt.fluxJy, tt.excess, s)
		}
		if err := s.Check(0); (err == nil) != tt.passes {
			t.Errorf("%g Jy, σ off by %g: check says %v", tt.fluxJy, tt.excess, err)
		}
	}
}

// Exact weights of a source that is bright, whose structure bends within the cells, are not called wrong; errors that are claimed
// too large are found however bright the source is.
func TestScatterInCellsOfBrightSources(t *testing.T) {
	g := radio.Grid{NX: 40, NY: 50, CellRad: 1e-6}
	for _, fluxJy := range []float64{0.2, 1, 10} {
		if s, err := snapshotCells(g, fluxJy, 1).Scatter(g); !errors.Is(err, radio.ErrBright) {
			t.Errorf("%g Jy: got %+v, %v", fluxJy, s, err)
		}
	}
	v := snapshotCells(g, 0, 1)
	for k := range v.Vis {
		v.Vis[k] += 1 // at the phase centre, so that nothing bends
		v.Vis[k] -= 0.5 * (v.Vis[k] - 1)
	}
	if s, err := v.Scatter(g); err != nil || s.Check(0) == nil || math.Abs(s.Factor-0.5) > 0.01 {
		t.Errorf("half the noise on 1 Jy: got %+v, %v", s, err)
	}
	few := snapshotCells(radio.Grid{NX: 6, NY: 6, CellRad: 1e-6}, 0, 3)
	if s, err := few.Scatter(radio.Grid{NX: 6, NY: 6, CellRad: 1e-6}); err == nil {
		t.Errorf("a few cells gave %+v", s)
	}
}

func TestScatterSaysWhenItCannotTell(t *testing.T) {
	g := radio.Grid{NX: 40, NY: 50, CellRad: 1e-6}
	sparse := scattered(g, 100)
	for k := range sparse.TimeSec {
		sparse.TimeSec[k] *= 1000 // one integration per scan
	}
	if _, err := sparse.Scatter(g); err == nil || !strings.Contains(err.Error(), "6 visibilities") {
		t.Errorf("100 visibilities in 1000 cells: %v", err)
	}
	if _, err := sparse.ScatterInTime(0); err == nil || !strings.Contains(err.Error(), "triples") {
		t.Errorf("one integration per scan: %v", err)
	}
	v := scattered(g, 100)
	for k := range v.U {
		v.U[k], v.V[k] = 1e3*float64(k%9), 0 // all on one line
	}
	if s, err := v.ScatterInCells(g); err == nil {
		t.Errorf("points on a line gave %+v", s)
	}
	if err := (radio.Scatter{Factor: math.NaN()}).Check(0); err == nil {
		t.Error("a factor of NaN passed")
	}
}
