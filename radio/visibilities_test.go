package radio_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"fringe/radio"
)

func TestScanAverage(t *testing.T) {
	v := &radio.Visibilities{
		U: []float64{1, -3, 10, 5}, V: []float64{2, -4, 20, 6},
		Vis: []complex128{1 + 1i, 3 - 1i, 100, 7}, Weight: []float64{1, 3, 0, 2},
		Ant1: []int{0, 1, 0, 0}, Ant2: []int{1, 0, 1, 1},
		TimeSec: []float64{0, 10, 20, 500}, IntSec: []float64{10, 10, 10, 10}, FreqHz: []float64{1e9, 1e9, 1e9, 1e9},
		Stations: make([]radio.Station, 2), RefMJD: 57854,
	}
	a := v.ScanAverage(0)
	// First scan: the second visibility is turned round to (3, 4), 3+1i; the flagged one is left out.
	want := &radio.Visibilities{
		U: []float64{2.5, 5}, V: []float64{3.5, 6}, Vis: []complex128{2.5 + 1i, 7}, Weight: []float64{4, 2},
		Ant1: []int{0, 0}, Ant2: []int{1, 1}, TimeSec: []float64{7.5, 500}, IntSec: []float64{20, 10},
		FreqHz: []float64{1e9, 1e9}, Stations: make([]radio.Station, 2), RefMJD: 57854,
	}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("got %+v\nwant %+v", a, want)
	}
	if _, n := v.Scans(480); n != 1 {
		t.Errorf("with a gap of 480 s: %d scans, want 1", n)
	}
}

// Averaging n draws of a constant visibility leaves χ² against the truth at 1 per component.
func TestScanAverageKeepsChiSquared(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	for i := range 40000 {
		sigma := 0.1 + rng.Float64()
		v.U, v.V = append(v.U, 1), append(v.V, 1)
		v.Vis = append(v.Vis, complex(1+sigma*rng.NormFloat64(), sigma*rng.NormFloat64()))
		v.Weight = append(v.Weight, 1/(sigma*sigma))
		v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
		v.TimeSec, v.IntSec = append(v.TimeSec, 100*float64(i/10)+float64(i%10)), append(v.IntSec, 1)
		v.FreqHz = append(v.FreqHz, 1e9)
	}
	a, chi2 := v.ScanAverage(50), 0.0
	for k := range a.Vis {
		chi2 += a.Weight[k] * real((a.Vis[k]-1)*cmplx.Conj(a.Vis[k]-1))
	}
	// 4000 complex averages: reduced χ² scatters by 1/√4000 = 0.016.
	if reduced := chi2 / float64(2*a.Len()); a.Len() != 4000 || math.Abs(reduced-1) > 0.08 {
		t.Errorf("%d averages with reduced χ² %g, want 4000 and 1", a.Len(), reduced)
	}
}

func TestSelect(t *testing.T) {
	v := randomSet(rand.New(rand.NewPCG(2, 2)), 4, 2)
	v.Weight[3], v.Vis[5] = math.NaN(), cmplx.NaN()
	v.U[7], v.Weight[8] = math.Inf(1), -1
	if got := v.Unflagged().Len(); got != v.Len()-4 {
		t.Errorf("%d unflagged of %d, want 4 fewer", got, v.Len())
	}
	if err := v.Validate(); err == nil || !strings.Contains(err.Error(), "FlagBad") {
		t.Errorf("bad numbers: error %v, want a hint at FlagBad", err)
	}
	if err := v.FlagBad().Validate(); err != nil {
		t.Errorf("after FlagBad: %v", err)
	}
	short := v.Unflagged().UVRange(0, 8e9)
	for k := range short.Vis {
		if r := math.Hypot(short.U[k], short.V[k]); r > 8e9 {
			t.Errorf("visibility %d at %g wavelengths survives UVRange", k, r)
		}
	}
	if m := short.UVMax(); m <= 4e9 || m > 8e9 {
		t.Errorf("UVMax %g, want in (4e9, 8e9]", m)
	}
	c := v.Clone()
	c.U[0]++
	c.Stations[0].Name = "X"
	if v.U[0] == c.U[0] || v.Stations[0].Name == "X" {
		t.Error("Clone shares memory")
	}
}

func TestValidate(t *testing.T) {
	for name, spoil := range map[string]func(v *radio.Visibilities){
		"U has":           func(v *radio.Visibilities) { v.U = v.U[1:] },
		"names station":   func(v *radio.Visibilities) { v.Ant2[1] = 9 },
		"autocorrelation": func(v *radio.Visibilities) { v.Ant2[1] = v.Ant1[1] },
		"frequency":       func(v *radio.Visibilities) { v.FreqHz[2] = 0 },
		"weight":          func(v *radio.Visibilities) { v.Weight[2] = -1 },
		"not finite":      func(v *radio.Visibilities) { v.TimeSec[2] = math.NaN() },
	} {
		v := randomSet(rand.New(rand.NewPCG(3, 3)), 4, 1)
		spoil(v)
		if err := v.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestWithSystematic(t *testing.T) {
	v := &radio.Visibilities{U: []float64{0, 0}, V: []float64{0, 0}, Vis: []complex128{3 + 4i, 1}, Weight: []float64{100, 0}}
	got := v.WithSystematic(0.02).Weight
	if want := 1 / (0.01 + 0.01); math.Abs(got[0]-want) > 1e-12 || got[1] != 0 || v.Weight[0] != 100 {
		t.Errorf("weights %v from %v, want %g and 0", got, v.Weight, want)
	}
}

func TestAmplitudes(t *testing.T) {
	v := &radio.Visibilities{U: make([]float64, 3), V: make([]float64, 3), Vis: []complex128{3 + 4i, 0.1, 9}, Weight: []float64{1. / 9, 1, 0}}
	got := radio.Amplitudes(v)
	want := radio.AmplitudeSet{Index: []int{0, 1}, Value: []float64{4, 0}, Sigma: []float64{3, 1}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWithoutIntraSite(t *testing.T) {
	v := randomSet(rand.New(rand.NewPCG(4, 4)), 4, 1)
	for a, xyz := range [][3]float64{{2225060.8, -5440059.6, -2481681.2}, {2225039.5, -5441197.6, -2479303.4}, {-1828796.2, -5054406.8, 3427865.2}, {}} {
		v.Stations[a].XYZ = xyz
	}
	out, pairs := v.WithoutIntraSite()
	if out.Len() != 5 || !reflect.DeepEqual(pairs, []string{"S00-S01"}) {
		t.Errorf("%d visibilities left, pairs %v, want 5 and S00-S01", out.Len(), pairs)
	}
	if inside := v.Select(v.IntraSite()); inside.Len() != 1 || inside.Ant1[0]+inside.Ant2[0] != 1 {
		t.Errorf("%d visibilities inside a site, want the one of stations 0 and 1", inside.Len())
	}
	v.Stations[2].XYZ = [3]float64{2225060.8, -5440059.6, -2481681.2 + 30e3} // a connected array of 30 km
	if out, pairs := v.WithoutIntraSite(); out.Len() != 6 || pairs != nil {
		t.Errorf("connected array: %d visibilities left, pairs %v, want all", out.Len(), pairs)
	}
}
