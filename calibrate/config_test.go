package calibrate_test

import (
	"math"
	"math/cmplx"
	"slices"
	"strings"
	"testing"

	"fringe/calibrate"
)

func TestModes(t *testing.T) {
	s := observe(rng(8), 6, 3, double, 0.2, 50)
	both, err := calibrate.Solve(s.vis, s.model, each)
	if err != nil {
		t.Fatal(err)
	}
	for mode, keeps := range map[calibrate.Mode]func(got, full calibrate.Gain) bool{
		calibrate.Phase: func(got, full calibrate.Gain) bool {
			// Weights of the amplitudes differ, so phases agree within their errors only.
			return got.Amplitude == 1 && got.AmplitudeError == 0 && math.Abs(got.PhaseDeg-full.PhaseDeg) < full.PhaseErrorDeg
		},
		calibrate.Amplitude: func(got, full calibrate.Gain) bool {
			return got.PhaseDeg == 0 && got.PhaseErrorDeg == 0 && got.Amplitude == full.Amplitude
		},
	} {
		sol, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: mode, Reference: "C"})
		if err != nil {
			t.Fatal(err)
		}
		turned, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both, Reference: "C"})
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range sol.Table {
			if !keeps(g, turned.Table[i]) {
				t.Errorf("%v: %+v, with both %+v", mode, g, turned.Table[i])
			}
			if g.Station == "C" && g.PhaseDeg != 0 {
				t.Errorf("the reference has phase %g", g.PhaseDeg)
			}
		}
		if back, err := calibrate.ParseMode(mode.String()); err != nil || back != mode {
			t.Errorf("%v is read as %v, %v", mode, back, err)
		}
	}
	if both.After.Parameters != 3*11 {
		t.Errorf("%d parameters, want 3 intervals of 2·6 − 1", both.After.Parameters)
	}
}

// A model of twice the flux moves the scale into the gains, which become 1/√2 of the others; normalized ones do not notice.
func TestFluxScale(t *testing.T) {
	s := observe(rng(9), 6, 4, double, 0.2, 50)
	bright := slices.Clone(s.model)
	for k := range bright {
		bright[k] *= 2
	}
	solve := func(model []complex128, normalize bool) calibrate.Table {
		sol, err := calibrate.Solve(s.vis, model, calibrate.Config{Mode: calibrate.Both, Normalize: normalize})
		if err != nil {
			t.Fatal(err)
		}
		return sol.Table
	}
	free, twice, fixed, fixedTwice := solve(s.model, false), solve(bright, false), solve(s.model, true), solve(bright, true)
	mean := 0.0
	for i := range free {
		// Rounding and the last step of the fit.
		if r := free[i].Amplitude / twice[i].Amplitude; math.Abs(r-math.Sqrt2) > 1e-9 {
			t.Errorf("amplitudes %g and %g, want a ratio of √2", free[i].Amplitude, twice[i].Amplitude)
		}
		if r := fixed[i].Amplitude / fixedTwice[i].Amplitude; math.Abs(r-1) > 1e-9 {
			t.Errorf("normalized amplitudes %g and %g, want equal ones", fixed[i].Amplitude, fixedTwice[i].Amplitude)
		}
		mean += math.Log(fixed[i].Amplitude)
	}
	if math.Abs(mean) > 1e-9 {
		t.Errorf("the mean of ln|g| is %g, want 0", mean/float64(len(fixed)))
	}
}

// Of eight stations with gains of 1, one that is off by a large factor is flagged and leaves the amplitudes of the others at 1; so do
// two that are off by different factors, whatever side.
func TestNormalizeWithAStationThatRunsAway(t *testing.T) {
	for _, off := range [][]float64{{100}, {1e-3}, {1e4}, {30, 1e3}, {1e3, 1e-3}} {
		s := observe(rng(19), 8, 2, double, 0, 0)
		for k := range s.vis.Vis {
			for a, factor := range off {
				if s.vis.Ant1[k] == a || s.vis.Ant2[k] == a {
					s.vis.Vis[k] *= complex(factor, 0)
					s.vis.Weight[k] /= factor * factor
				}
			}
		}
		sol, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both, Normalize: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range sol.Table {
			// The last step of the fit.
			if bad := i/2 < len(off); g.Flagged != bad || math.Abs(g.Amplitude-1) > 1e-6 {
				t.Errorf("%g: gain %d of %s is %g, flagged %v", off, i%2, g.Station, g.Amplitude, g.Flagged)
			}
		}
	}
}

// Phases and their errors do not depend on the flux of the model, however wrong. (All stations are equally good as references.)
func TestPhasesOfAModelOfOtherFlux(t *testing.T) {
	s := observe(rng(17), 8, 5, ring, 0, 5)
	want, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Reference: "A"})
	if err != nil {
		t.Fatal(err)
	}
	for _, factor := range []complex128{1e-6, 0.1, 10, 1e6} {
		model := slices.Clone(s.model)
		for k := range model {
			model[k] *= factor
		}
		got, err := calibrate.Solve(s.vis, model, calibrate.Config{Reference: "A"})
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range got.Table {
			// The last step of the fit, in degrees, and rounding.
			w := want.Table[i]
			if math.Abs(g.PhaseDeg-w.PhaseDeg) > 1e-7 || math.Abs(g.SNR/w.SNR-1) > 1e-9 || g.Amplitude != 1 {
				t.Fatalf("flux times %g: %+v, want %+v", real(factor), g, w)
			}
		}
	}
}

// Numbers that float64 cannot square are refused, not fitted.
func TestHugeNumbers(t *testing.T) {
	s := observe(rng(18), 4, 1, point, 0, 0)
	for k := range s.model {
		s.model[k], s.vis.Vis[k] = 1e200, 1e200
	}
	if _, err := calibrate.Solve(s.vis, s.model, each); err == nil || !strings.Contains(err.Error(), "no gain can be solved for") {
		t.Errorf("error %v", err)
	}
}

// Intervals of 200 s hold two times; those of 100 s one, though times jitter by 3 ms.
func TestIntervals(t *testing.T) {
	s := observe(rng(14), 5, 6, point, 0, 100)
	for k := range s.vis.TimeSec { // one scan, gaps of 50 s
		s.vis.TimeSec[k] = s.vis.TimeSec[k]/2 + 0.003*math.Sin(float64(k))
	}
	for seconds, want := range map[float64]int{0: 1, 1: 6, 50: 6, 100: 3, 1e5: 1} {
		c := calibrate.Config{IntervalSec: seconds, KeepUnsolved: true, MinSNR: 1e-3}
		sol, err := calibrate.Solve(s.vis, s.model, c)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sol.Table) / 5; got != want {
			t.Errorf("%g s: %d intervals, want %d", seconds, got, want)
		}
	}
}

// Two frequencies with phases of their own need gains of their own.
func TestPerFrequency(t *testing.T) {
	s := observe(rng(15), 5, 2, point, 0.1, 0)
	for k := range s.vis.TimeSec {
		s.vis.FreqHz[k] += s.vis.TimeSec[k] * 1e6
		s.vis.TimeSec[k] = 0
	}
	joint, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both, KeepUnsolved: true})
	if err != nil {
		t.Fatal(err)
	}
	apart, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both, PerFrequency: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(apart.Table) != 10 || apart.After.Reduced() > 1e-12 || joint.After.Reduced() < 1 {
		t.Errorf("per frequency %d gains and χ² %g, want 10 and 0; joint χ² %g", len(apart.Table), apart.After.Reduced(), joint.After.Reduced())
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *sim, c *calibrate.Config)
		want   string
	}{
		"mode":       {func(_ *sim, c *calibrate.Config) { c.Mode = 7 }, "mode is Mode(7)"},
		"interval":   {func(_ *sim, c *calibrate.Config) { c.IntervalSec = -1 }, "IntervalSec is -1"},
		"snr":        {func(_ *sim, c *calibrate.Config) { c.MinSNR = math.NaN() }, "MinSNR is NaN"},
		"limit":      {func(_ *sim, c *calibrate.Config) { c.MaxAmplitudeChange = 0.5 }, "MaxAmplitudeChange is 0.5, must be at least 1"},
		"baselines":  {func(_ *sim, c *calibrate.Config) { c.MinBaselines = -1 }, "MinBaselines is -1"},
		"reference":  {func(_ *sim, c *calibrate.Config) { c.Reference = "Z" }, `no reference station "Z", use any of A, B, C, D`},
		"length":     {func(s *sim, _ *calibrate.Config) { s.model = s.model[1:] }, "the model has 5 visibilities, the data 6"},
		"NaN":        {func(s *sim, _ *calibrate.Config) { s.model[2] = cmplx.NaN() }, "the model's visibility 2 is"},
		"no flux":    {func(s *sim, _ *calibrate.Config) { clear(s.model) }, "the model is zero on every baseline"},
		"all bad":    {func(s *sim, _ *calibrate.Config) { clear(s.vis.Weight) }, "all 6 visibilities are flagged"},
		"same names": {func(s *sim, _ *calibrate.Config) { s.vis.Stations[1].Name = "A" }, `stations 0 and 1 are both called "A"`},
		"no data":    {func(s *sim, _ *calibrate.Config) { clear(s.vis.Vis) }, "no gain can be solved for: station A has no gain in 1 of 1 intervals: no flux"},
		"few":        {func(_ *sim, c *calibrate.Config) { c.MinBaselines = 4 }, "too few baselines"},
	} {
		t.Run(name, func(t *testing.T) {
			s, config := observe(rng(16), 4, 1, point, 0, 0), calibrate.Config{}
			c.change(&s, &config)
			if _, err := calibrate.Solve(s.vis, s.model, config); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
