package calibrate_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/calibrate"
	"fringe/radio"
)

// solved returns data with noise, and a table with some flagged gains.
func solved(t *testing.T) (sim, *calibrate.Solution) {
	t.Helper()
	s := observe(rng(20), 6, 4, double, 0.2, 20)
	for k := range s.vis.Vis {
		if s.vis.Ant2[k] == 5 && s.vis.TimeSec[k] == 100 {
			s.vis.Weight[k] *= 1e-4
		}
	}
	sol, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Both})
	if err != nil {
		t.Fatal(err)
	}
	if len(sol.Warnings) != 1 {
		t.Fatalf("warnings %q, want one", sol.Warnings)
	}
	return s, sol
}

func TestRoundTrip(t *testing.T) {
	s, sol := solved(t)
	for name, format := range map[string]struct {
		write func(t calibrate.Table, w io.Writer) error
		read  func(r io.Reader) (calibrate.Table, error)
	}{
		"csv": {calibrate.Table.WriteCSV, calibrate.ReadCSV}, "json": {calibrate.Table.WriteJSON, calibrate.ReadJSON},
	} {
		var b bytes.Buffer
		if err := format.write(sol.Table, &b); err != nil {
			t.Fatal(err)
		}
		back, err := format.read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(sol.Table, back); d != "" {
			t.Errorf("%s: another table comes back: %s", name, d)
		}
		again, err := back.Apply(s.vis)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(again.Vis, sol.Corrected.Vis) || !slices.Equal(again.Weight, sol.Corrected.Weight) {
			t.Errorf("%s: the table that was read back corrects otherwise", name)
		}
	}
}

// By hand: g₁ = 2, g₂ = 0.5i, so G = 2·conj(0.5i) = −i.
func TestApplyOnPaper(t *testing.T) {
	v := &radio.Visibilities{U: []float64{1, 1}, V: []float64{0, 0}, Vis: []complex128{3, 3}, Weight: []float64{4, 4}, Ant1: []int{0, 1},
		Ant2: []int{1, 0}, TimeSec: []float64{0, 0}, IntSec: []float64{10, 10}, FreqHz: []float64{1e9, 1e9},
		Stations: []radio.Station{{Name: "A"}, {Name: "B"}}, RefMJD: 57854}
	table := calibrate.Table{
		{Station: "A", Amplitude: 4, TimeMJD: 57854, StartMJD: 57854, EndMJD: 57854},
		{Station: "B", Amplitude: 0.5, PhaseDeg: 90, TimeMJD: 57854, StartMJD: 57854, EndMJD: 57854}}
	out, err := table.Apply(v)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []complex128{3 / complex(0, -2), 3 / complex(0, 2)} {
		if cmplx.Abs(out.Vis[k]-want) > 1e-15 || math.Abs(out.Weight[k]-16) > 1e-14 {
			t.Errorf("visibility %d is %g with weight %g, want %g and 16", k, out.Vis[k], out.Weight[k], want)
		}
	}
}

// A file rounds times to milliseconds; a gain reaches as far as a second and half the integration, and no further.
func TestApplyNearTheInterval(t *testing.T) {
	s, sol := solved(t)
	for shift, flagged := range map[float64]bool{0.003: false, 5.9: false, 6.1: true} {
		v := s.vis.Clone()
		for k := range v.TimeSec {
			v.TimeSec[k] += shift
		}
		out, err := sol.Table.Apply(v)
		if flagged {
			if err == nil || !strings.Contains(err.Error(), "no gains for any of the 60 visibilities") {
				t.Errorf("%g s off: error %v", shift, err)
			}
			continue
		}
		if err != nil || !slices.Equal(out.Vis, sol.Corrected.Vis) {
			t.Errorf("%g s off: error %v, or other visibilities", shift, err)
		}
	}
}

// Two steps one after the other, phases per time and then amplitudes and phases per 200 s, equal their joint table.
func TestThen(t *testing.T) {
	s := observe(rng(21), 6, 6, double, 0.1, 50)
	for k := range s.vis.TimeSec {
		s.vis.TimeSec[k] /= 2 // one scan
	}
	first, err := calibrate.Solve(s.vis, s.model, calibrate.Config{IntervalSec: 10})
	if err != nil {
		t.Fatal(err)
	}
	second, err := calibrate.Solve(first.Corrected, s.model, calibrate.Config{Mode: calibrate.Both, IntervalSec: 100})
	if err != nil {
		t.Fatal(err)
	}
	joint := first.Table.Then(second.Table)
	if len(joint) != 36 {
		t.Errorf("%d gains, want one per station and time", len(joint))
	}
	out, err := joint.Apply(s.vis)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range second.Corrected.Vis {
		// Rounding of degrees and products.
		if cmplx.Abs(out.Vis[k]-want) > 1e-13 || math.Abs(out.Weight[k]/second.Corrected.Weight[k]-1) > 1e-13 {
			t.Fatalf("visibility %d is %g with weight %g, want %g and %g", k, out.Vis[k], out.Weight[k], want, second.Corrected.Weight[k])
		}
	}
	if g := first.Table.Then(nil); !g[0].Flagged || len(g) != len(first.Table) {
		t.Error("a gain that the next step has not found is not flagged")
	}
}

func TestStations(t *testing.T) {
	row := func(amp, phase, snr float64) calibrate.Gain {
		return calibrate.Gain{Station: "A", Amplitude: amp, PhaseDeg: phase, SNR: snr}
	}
	got := calibrate.Table{row(1, 3, 10), row(4, -4, 20), row(1, 0, 0), {Station: "B", Amplitude: 1, Flagged: true}}.Stations()
	want := []calibrate.StationSummary{
		{Station: "A", Solutions: 2, Missing: 1, MedianAmplitude: 2.5, AmplitudeRMS: math.Ln2, PhaseRMSDeg: math.Sqrt(12.5), MedianSNR: 15},
		{Station: "B", Missing: 1, MedianAmplitude: 1}}
	// Rounding of logarithms.
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-14 })); d != "" {
		t.Error(d)
	}
}

func TestBadTables(t *testing.T) {
	const header = "station,time_mjd,amplitude,phase_deg,amplitude_error,phase_error_deg,snr,flagged,start_mjd,end_mjd,freq_hz\n"
	for text, want := range map[string]string{
		"":                                       "the gain table is empty",
		"station,time_mjd,gain\nA,1,1\n":         "has columns \"station,time_mjd,gain\", want \"station,",
		header + "A,1,x,0,0,0,0,false,1,1,0\n":   `line 2: amplitude is "x", want a number`,
		header + "A,1,1,0,0,0,0,maybe,1,1,0\n":   `line 2: flagged is "maybe", want true or false`,
		header + "A,1,NaN,0,0,0,0,false,1,1,0\n": "gain 1 of station \"A\": amplitude is NaN, must be finite",
		header + "A,1,0,0,0,0,0,false,1,1,0\n":   "amplitude 0 must be positive",
		header + "A,1,1,0,0,0,0,false,2,1,0\n":   "start_mjd 2 not after end_mjd 1",
		header + "A,1,1,0,0,0,0,false,1,1\n":     "wrong number of fields",
	} {
		if _, err := calibrate.ReadCSV(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"{":                                     "read gain table",
		"{}":                                    `format "", version 0`,
		`{"format":"fringe gains","version":2}`: "version 2; this program reads",
	} {
		if _, err := calibrate.ReadJSON(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

func ExampleSolve() {
	s := observe(rng(1), 4, 1, point, 0, 0) // four stations with random phases look at a point source of 1 Jy
	solution, err := calibrate.Solve(s.vis, s.model, calibrate.Config{Mode: calibrate.Phase})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d gains, reduced χ² %.3f\n", len(solution.Table), solution.After.Reduced())
	// Output: 4 gains, reduced χ² 0.000
}
