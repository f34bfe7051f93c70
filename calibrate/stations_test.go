package calibrate_test

import (
	"math"
	"math/cmplx"
	"slices"
	"strings"
	"testing"

	"fringe/calibrate"
)

// gain returns the row of a station in the first interval.
func gain(t *testing.T, table calibrate.Table, station string) calibrate.Gain {
	t.Helper()
	for _, g := range table {
		if g.Station == station {
			return g
		}
	}
	t.Fatalf("no gain of station %s", station)
	return calibrate.Gain{}
}

// Stations: H is flagged throughout, G has one baseline only, and between A and B there is none.
func TestFlaggedStationsAndMissingBaselines(t *testing.T) {
	s := observe(rng(10), 8, 1, double, 0.2, 0)
	for k := range s.vis.Vis {
		a, b := s.vis.Ant1[k], s.vis.Ant2[k]
		if b == 7 || b == 6 && a != 0 || a == 0 && b == 1 {
			s.vis.Weight[k] = math.NaN()
		}
	}
	for _, keep := range []bool{false, true} {
		sol, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both, KeepUnsolved: keep})
		if err != nil {
			t.Fatal(err)
		}
		if len(sol.Table) != 7 {
			t.Errorf("%d gains, want 7: a station without data has none", len(sol.Table))
		}
		if g := gain(t, sol.Table, "G"); g.Flagged == keep || g.Value() != 1 || g.SNR != 0 {
			t.Errorf("KeepUnsolved %v: one baseline gives %+v", keep, g)
		}
		if want := []string{"station G has no gain in 1 of 1 intervals: too few baselines (1)"}; !slices.Equal(sol.Warnings, want) {
			t.Errorf("warnings %q, want %q", sol.Warnings, want)
		}
		for k, m := range s.model {
			ag := s.vis.Ant1[k] == 0 && s.vis.Ant2[k] == 6
			unused := s.vis.Flagged(k) || ag && !keep
			if unused != sol.Corrected.Flagged(k) {
				t.Errorf("baseline %d-%d: flagged %v, want %v", s.vis.Ant1[k], s.vis.Ant2[k], sol.Corrected.Flagged(k), unused)
			}
			if !unused && !ag && cmplx.Abs(sol.Corrected.Vis[k]-m) > 1e-10 {
				t.Errorf("baseline %d-%d: %g, want %g", s.vis.Ant1[k], s.vis.Ant2[k], sol.Corrected.Vis[k], m)
			}
		}
	}
}

// Two groups of stations that never observe together are solved for apart, each with a reference of its own.
func TestSeparateParts(t *testing.T) {
	s := observe(rng(11), 8, 1, point, 0.2, 0)
	for k := range s.vis.Vis {
		if s.vis.Ant1[k] < 4 && s.vis.Ant2[k] >= 4 {
			s.vis.Weight[k] = 0
		}
	}
	sol, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both, Reference: "B"})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := gain(t, sol.Table, "B"), gain(t, sol.Table, "E"); a.PhaseDeg != 0 || b.PhaseDeg != 0 {
		t.Errorf("phases of the references %g° and %g°, want 0", a.PhaseDeg, b.PhaseDeg)
	}
	if reduced := sol.After.Reduced(); reduced > 1e-12 || sol.After.Visibilities != 12 {
		t.Errorf("χ² %g of %d visibilities, want 0 of 12", reduced, sol.After.Visibilities)
	}
}

// Baselines between two groups only cannot tell larger amplitudes in one from smaller ones in the other; phases they can.
func TestTwoGroupsHaveNoAmplitudes(t *testing.T) {
	s := observe(rng(12), 6, 1, point, 0.2, 0)
	for k := range s.vis.Vis {
		if (s.vis.Ant1[k] < 3) == (s.vis.Ant2[k] < 3) {
			s.vis.Weight[k] = 0
		}
	}
	if _, err := calibrate.Solve(s.vis, s.model, each); err == nil || !strings.Contains(err.Error(), "two groups of stations") {
		t.Errorf("error %v, want one that names the two groups", err)
	}
	if _, err := calibrate.Solve(s.vis, s.model, calibrate.Config{}); err != nil {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	s := observe(rng(13), 8, 1, point, 0, 0)
	for k := range s.vis.Vis {
		if s.vis.Ant1[k] == 0 {
			s.vis.Vis[k] *= 8
		}
		if s.vis.Ant2[k] == 7 {
			s.vis.Vis[k], s.vis.Weight[k] = s.vis.Vis[k]+complex(math.Sin(float64(99*k)), 0), 1e-3
		}
	}
	sol, err := calibrate.Solve(s.vis, s.model, each)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"station A has no gain in 1 of 1 intervals: amplitude beyond the limit (1)",
		"station H has no gain in 1 of 1 intervals: low signal-to-noise ratio (1)"}
	if !slices.Equal(sol.Warnings, want) {
		t.Errorf("warnings %q, want %q", sol.Warnings, want)
	}
	if sol.After.Visibilities != 15 {
		t.Errorf("%d visibilities are left, want those of six stations", sol.After.Visibilities)
	}
}
