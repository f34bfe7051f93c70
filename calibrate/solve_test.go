package calibrate_test

import (
	"bytes"
	"math"
	"math/cmplx"
	"testing"

	"fringe/calibrate"
	"fringe/radio"
)

var sources = map[string]sky{"point": point, "double": double, "ring": ring}

// each is one solution per time, here.
var each = calibrate.Config{Mode: calibrate.Both}

func TestExactWithoutNoise(t *testing.T) {
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			s := observe(rng(1), 8, 20, source, 0.5, 0)
			sol, err := calibrate.Solve(s.vis, s.model, each)
			if err != nil {
				t.Fatal(err)
			}
			d := s.deviations(sol.Table)
			// Rounding, magnified by the condition of the fit.
			if a, p := rms(d.amp), rms(d.phase); a > 1e-10 || p > 1e-10 || len(sol.Warnings) > 0 {
				t.Errorf("amplitudes off by %g, phases by %g rad, warnings %v; want 1e-10 and none", a, p, sol.Warnings)
			}
			for k, m := range s.model {
				if math.Abs(cmplx.Abs(sol.Corrected.Vis[k]-m)) > 1e-10 {
					t.Fatalf("corrected visibility %d is %g, want %g", k, sol.Corrected.Vis[k], m)
				}
			}
		})
	}
}

// Uniform phases and 20 % amplitude errors that change with every interval, at a signal-to-noise ratio of 20 per visibility. With
// 28 baselines phases have errors near 1/(20·√7) rad = 1.1° against the others and 1.0° against the common mean, amplitudes
// 1.9 %: 2400 gains tell their rms to 1.5 % of it.
func TestRecoversGainsFromNoisyData(t *testing.T) {
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			s := observe(rng(2), 8, 300, source, 0.2, 20)
			sol, err := calibrate.Solve(s.vis, s.model, each)
			if err != nil {
				t.Fatal(err)
			}
			d := s.deviations(sol.Table)
			amp, phase := rms(d.amp), rms(d.phase)*180/math.Pi
			t.Logf("amplitudes: rms error %.2f %%, phases: %.2f°; over their errors %.3f and %.3f; reduced χ² %.4g → %.4g",
				100*amp, phase, rms(d.ampPull), rms(d.phasePull), sol.Before.PerFreedom(), sol.After.PerFreedom())
			if amp > 0.02 || phase > 2 {
				t.Errorf("rms errors %.4f and %.2f°, want at most 0.02 and 2°", amp, phase)
			}
			// 5 %: three times the scatter of an rms of 2400 numbers, plus what the linear error formula leaves out.
			for what, pull := range map[string]float64{"amplitude": rms(d.ampPull), "phase": rms(d.phasePull)} {
				if math.Abs(pull-1) > 0.05 {
					t.Errorf("%s: true errors over stated ones %.3f, want 1", what, pull)
				}
			}
			// 2·8400 data − 300·15 gains are 12300 degrees of freedom: a scatter of √(2/12300) = 1.3 %.
			if chi2 := sol.After.PerFreedom(); math.Abs(chi2-1) > 0.05 {
				t.Errorf("χ² per degree of freedom %.3f, want 1", chi2)
			}
		})
	}
}

// N equal stations and a point source of signal-to-noise ratio s per baseline: the Laplacian is s²(N·1 − J), so a phase has the
// error 1/(s√(N−1)) against the others, and the signless one s²((N−2)·1 + J) has the inverse's diagonal
// (1 − 1/(2N−2))/(N−2)/s².
func TestErrorsOnPaper(t *testing.T) {
	const n, snr = 6, 1000.0
	s := observe(rng(3), n, 1, point, 0, 0) // weights 1e6
	sol, err := calibrate.Solve(s.vis, s.model, each)
	if err != nil {
		t.Fatal(err)
	}
	wantPhase := 1 / (snr * math.Sqrt(n-1)) * 180 / math.Pi
	wantAmp := math.Sqrt((1-1.0/(2*n-2))/(n-2)) / snr
	for _, g := range sol.Table {
		// Rounding.
		if math.Abs(g.PhaseErrorDeg/wantPhase-1) > 1e-9 || math.Abs(g.AmplitudeError/wantAmp-1) > 1e-9 {
			t.Errorf("%s: errors %g° and %g, want %g° and %g", g.Station, g.PhaseErrorDeg, g.AmplitudeError, wantPhase, wantAmp)
		}
	}
}

// The second implementation is StEFCal: each gain in turn by linear least squares with the others held, old and new averaged.
func TestAgreesWithStEFCal(t *testing.T) {
	s := observe(rng(4), 7, 1, double, 0.2, 5)
	sol, err := calibrate.Solve(s.vis, s.model, each)
	if err != nil {
		t.Fatal(err)
	}
	g := make([]complex128, 7)
	for a := range g {
		g[a] = sol.Table[0].Value() // wrong for all but one
		if a > 0 {
			g[a] = sol.Table[a].Value() * cmplx.Rect(1.3, 0.4*float64(a%3))
		}
	}
	for range 2000 {
		next := make([]complex128, len(g))
		for a := range g {
			var up complex128
			down := 0.0
			for k, m := range s.model {
				i, j, d := s.vis.Ant1[k], s.vis.Ant2[k], s.vis.Vis[k]
				if j == a {
					i, j, d, m = j, i, cmplx.Conj(d), cmplx.Conj(m)
				}
				if i != a {
					continue
				}
				z, w := cmplx.Conj(g[j])*m, s.vis.Weight[k]
				up, down = up+complex(w, 0)*d*cmplx.Conj(z), down+w*real(z*cmplx.Conj(z))
			}
			next[a] = (g[a] + up/complex(down, 0)) / 2
		}
		copy(g, next)
	}
	turn := sol.Table[0].Value() / g[0]
	turn /= complex(cmplx.Abs(turn), 0)
	for a := range g {
		// Both have converged to rounding.
		if d := cmplx.Abs(g[a]*turn - sol.Table[a].Value()); d > 1e-9 {
			t.Errorf("station %d: gain %g, StEFCal %g", a, sol.Table[a].Value(), g[a]*turn)
		}
	}
}

// At a signal-to-noise ratio of 2 per visibility with random phases, the fit is as good as one that starts from the truth.
func TestNoLocalMinimumAtLowSNR(t *testing.T) {
	s := observe(rng(5), 8, 100, ring, 0, 2)
	blind, err := calibrate.Solve(s.vis, s.model, calibrate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	known := s.vis.Clone()
	for k := range known.Vis {
		g := s.gains[int(known.TimeSec[k]/100)]
		known.Vis[k] /= g[known.Ant1[k]] * cmplx.Conj(g[known.Ant2[k]])
	}
	truth, err := calibrate.Solve(known, s.model, calibrate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	// Unit gains turn the noise and nothing else, so both have the same minimum.
	if math.Abs(blind.After.Chi2/truth.After.Chi2-1) > 1e-9 {
		t.Errorf("χ² %.9g from random phases, %.9g from the truth", blind.After.Chi2, truth.After.Chi2)
	}
	if d := rms(s.deviations(blind.Table).phasePull); math.Abs(d-1) > 0.15 { // the errors hold to first order
		t.Errorf("phases are off by %.2f of their errors", d)
	}
}

func TestClosuresStay(t *testing.T) {
	s := observe(rng(6), 8, 10, ring, 0.3, 10)
	for _, mode := range []calibrate.Mode{calibrate.Phase, calibrate.Amplitude, calibrate.Both} {
		sol, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		for name, closures := range map[string]*radio.Closures{
			"phase": radio.ClosurePhases(s.vis, 0), "log amplitude": radio.LogClosureAmplitudes(s.vis, 0),
		} {
			for j, want := range closures.Value {
				// Rounding of the products.
				if got := closures.At(j, sol.Corrected.Vis); math.Abs(radio.WrapPhase(got-want)) > 1e-10 {
					t.Fatalf("%v: closure %s %d is %.12g, was %.12g", mode, name, j, got, want)
				}
			}
		}
	}
}

func TestSameBytesTwice(t *testing.T) {
	s := observe(rng(7), 8, 5, double, 0.2, 10)
	var first []byte
	for range 3 {
		sol, err := calibrate.Solve(s.vis, s.model, each)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := sol.Table.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, b.Bytes()) {
			t.Fatal("another table the second time")
		}
		first = b.Bytes()
	}
}
