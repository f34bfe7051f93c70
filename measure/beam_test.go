package measure_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

const degree = math.Pi / 180

// gaussianCoverage returns points on a square lattice with the Fourier transform of b as weights, out to where it is 1e-16:
// their beam is b, repeated at the inverse of the spacing, which is 12 major axes away.
func gaussianCoverage(b radio.Beam) (u, v, w []float64) {
	step := 1 / (12 * b.MajRad)
	reach := 2.4 / b.MinRad // exp(−π²·2.4²/(4 ln 2)) = 1e-9
	n := int(reach / step)
	for j := -n; j <= n; j++ {
		for i := -n; i <= n; i++ {
			if t := b.Transform(float64(i)*step, float64(j)*step); t > 1e-16 {
				u, v, w = append(u, float64(i)*step), append(v, float64(j)*step), append(w, t)
			}
		}
	}
	return u, v, w
}

// checkBeam compares widths (relative) and position angle (radians, as a fraction of the axes' difference).
func checkBeam(t *testing.T, got, want radio.Beam, tol float64) {
	t.Helper()
	if math.Abs(got.MajRad/want.MajRad-1) > tol || math.Abs(got.MinRad/want.MinRad-1) > tol {
		t.Errorf("beam %.6g x %.6g rad, want %.6g x %.6g", got.MajRad, got.MinRad, want.MajRad, want.MinRad)
	}
	turn := math.Remainder(got.PARad-want.PARad, math.Pi)
	if elongation := want.MajRad/want.MinRad - 1; math.Abs(turn)*elongation > tol {
		t.Errorf("position angle %.4f deg, want %.4f", got.PARad/degree, want.PARad/degree)
	}
}

// The fit knows no pixels, so a beam is as good at 1 µas as at 1 arcsec, round or 40 : 1, at any angle.
func TestFitBeamOfAnalyticGaussians(t *testing.T) {
	for _, want := range []radio.Beam{
		{MajRad: 20e-12, MinRad: 20e-12}, {MajRad: 1e-6, MinRad: 0.7e-6, PARad: 30 * degree}, {MajRad: 1e-6, MinRad: 0.7e-6, PARad: -75 * degree},
		{MajRad: 1e-6, MinRad: 0.2e-6, PARad: 90 * degree}, {MajRad: 4e-5, MinRad: 1e-6, PARad: 10 * degree}, {MajRad: 4e-5, MinRad: 1e-6, PARad: 137 * degree},
	} {
		got, err := measure.FitBeam(gaussianCoverage(want))
		if err != nil {
			t.Fatal(err)
		}
		checkBeam(t, got, want, 1e-6) // the weights end at 1e-9
	}
}

// A filled (u,v) plane with uniform weights and a Gaussian taper has the taper as its beam.
func TestFitBeamOfTaper(t *testing.T) {
	g := radio.Grid{NX: 128, NY: 96, CellRad: 1e-6}
	rng := rand.New(rand.NewPCG(1, 9))
	for _, taper := range []radio.Beam{{MajRad: 8e-6, MinRad: 8e-6}, {MajRad: 9e-6, MinRad: 5e-6, PARad: 25 * degree}, {MajRad: 9e-6, MinRad: 5e-6, PARad: -50 * degree}} {
		v := filled(rng, g)
		w, err := radio.Weighting{Scheme: radio.Uniform, Taper: taper}.Weights(v, g)
		if err != nil {
			t.Fatal(err)
		}
		got, err := measure.FitBeam(v.U, v.V, w)
		if err != nil {
			t.Fatal(err)
		}
		checkBeam(t, got, taper, 1e-3)
	}
}

// filled returns visibilities at the centre of every cell, of random weight, several in some.
func filled(rng *rand.Rand, g radio.Grid) *radio.Visibilities {
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	du, dv := 1/(float64(g.NX)*g.CellRad), 1/(float64(g.NY)*g.CellRad)
	for j := -g.NY / 2; j <= g.NY/2; j++ {
		for i := 0; i <= g.NX/2; i++ {
			if i == 0 && j < 0 {
				continue
			}
			for range 1 + rng.IntN(2) {
				v.U, v.V, v.Vis = append(v.U, float64(i)*du), append(v.V, float64(j)*dv), append(v.Vis, 1)
				v.Weight = append(v.Weight, 0.1+rng.Float64())
				v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
				v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 1), append(v.FreqHz, 230e9)
			}
		}
	}
	return v
}

// Sparse and strange coverages have a beam too, or an error.
func TestFitBeamOfFewBaselines(t *testing.T) {
	three, err := measure.FitBeam([]float64{1e6, 0, 0.7e6}, []float64{0, 1e6, 0.7e6}, []float64{1, 1, 1})
	if err != nil || three.Validate() != nil {
		t.Errorf("three baselines: %+v, %v", three, err)
	}
	// A strong pedestal of short baselines: the lobe at 35 % is that of the pedestal, three times as wide as the core.
	u := []float64{1e6, 0, -7e5, 7e5, 3e5, 0, 2e5, -2e5, 1e7, 0}
	v := []float64{0, 1e6, 7e5, 7e5, 0, 3e5, 2e5, 2e5, 0, 1e7}
	pedestal, err := measure.FitBeam(u, v, []float64{1, 1, 1, 1, 1, 1, 1, 1, 0.2, 0.2})
	if err != nil || pedestal.MinRad < 3e-7 || pedestal.MajRad > 2e-6 {
		t.Errorf("pedestal: %+v, %v", pedestal, err)
	}
	for _, tt := range []struct{ u, v, w []float64 }{
		{[]float64{1e6}, []float64{2e6}, []float64{1}}, {[]float64{1e6, -3e6}, []float64{2e6, -6e6}, []float64{1, 1}},
		{[]float64{1e6, 2e6}, []float64{0, 2e6}, []float64{0, 0}}, {nil, nil, nil}, {[]float64{1}, nil, nil},
		{[]float64{math.NaN(), 1}, []float64{0, 1}, []float64{1, 1}},
	} {
		if b, err := measure.FitBeam(tt.u, tt.v, tt.w); err == nil {
			t.Errorf("u %v, v %v, weights %v gave %+v", tt.u, tt.v, tt.w, b)
		}
	}
}

// A weight that changes by one part in ten thousand changes no beam by more than 1e-3, whatever crosses the cut, and most random
// coverages have a beam.
func TestFitBeamDoesNotJump(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	settled, steady := 0, 0
	const sets = 60
	for range sets {
		var u, v, w, nudged []float64
		for range 3 + rng.IntN(40) {
			sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
			r, weight := 1e6*math.Exp(0.7*rng.NormFloat64()), math.Exp(rng.NormFloat64())
			u, v, w = append(u, r*cos), append(v, r*sin), append(w, weight)
			nudged = append(nudged, weight*(1+1e-4*rng.NormFloat64()))
		}
		a, err := measure.FitBeam(u, v, w)
		if err != nil {
			continue
		}
		settled++
		if b, err := measure.FitBeam(u, v, nudged); err == nil && math.Abs(a.MajRad/b.MajRad-1) < 1e-3 && math.Abs(a.MinRad/b.MinRad-1) < 1e-3 {
			steady++
		}
	}
	// Side lobes that touch the cut at a saddle still join at once, in one set or two.
	if settled < sets*9/10 || steady < settled-2 {
		t.Errorf("of %d coverages %d have a beam, and of those %d a steady one", sets, settled, steady)
	}
	t.Logf("of %d coverages %d have a beam, and of those %d a steady one", sets, settled, steady)
}

// The published nominal beam of M87 on 11 April 2017 is about 20 µas; the natural beam is that of the longest sensitive baselines.
func TestFitBeamOfM87(t *testing.T) {
	v, err := data.ReadUVFITS("../examples/m87/SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	if err != nil {
		t.Skip(err)
	}
	v, _ = v.Unflagged().WithoutIntraSite()
	b, err := measure.FitBeam(v.U, v.V, v.Weight)
	if err != nil {
		t.Fatal(err)
	}
	if uas := radio.Microarcsecond; b.MajRad < 18*uas || b.MajRad > 30*uas || b.MinRad < 14*uas || b.MinRad > 22*uas {
		t.Errorf("beam %.3g x %.3g µas at %.3g deg", b.MajRad/uas, b.MinRad/uas, b.PARad/degree)
	}
	t.Logf("%.4g x %.4g uas at %.4g deg", b.MajRad/radio.Microarcsecond, b.MinRad/radio.Microarcsecond, b.PARad/degree)
}
