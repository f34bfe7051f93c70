package main

import (
	"strings"
	"testing"

	"fringe/infer"
)

// prepared is a job of the quick options after a change.
func prepared(t *testing.T, change func(o *imageOptions)) *job {
	t.Helper()
	o := quick(t, "sara")
	o.data = autoData
	change(&o)
	obs, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	j, err := o.prepare(obs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.close)
	return j
}

// Only convex data get a solver with proximal steps unless the user asks for one, and a poor fit by it then names it.
func TestSolverOfClosures(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *imageOptions)
		method string
		remedy string // of closure phases
	}{
		{"closures", func(o *imageOptions) {}, "rml", "try another --fov, --flux or --start"},
		{"visibilities", func(o *imageOptions) { o.data = "vis" }, "rml by pd", ""},
		{"outliers", func(o *imageOptions) { o.data, o.robustFit = "vis", "huber:2" }, "rml", ""},
		{"both", func(o *imageOptions) { o.data = "vis,cphase" }, "rml", "try another --fov, --flux or --start"},
		{"asked for", func(o *imageOptions) { o.solver = "fista" }, "rml by fista", "local minima in which fista stops: try --solver lbfgs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := prepared(t, c.change)
			if got := j.method(); got != c.method {
				t.Errorf("method %q, want %q", got, c.method)
			}
			if got := remedy(j, infer.Converged, "cphase"); c.remedy != "" && !strings.HasSuffix(got, c.remedy) {
				t.Errorf("remedy %q, want %q", got, c.remedy)
			}
		})
	}
}

// Calibrated data are not sent back to closures, and a run that was cut short wants more iterations.
func TestRemedyAfterSelfCalibration(t *testing.T) {
	j := prepared(t, func(o *imageOptions) { o.prior, o.data = "tsv", "vis" })
	if got := remedy(j, infer.IterationCap, "vis"); !strings.Contains(got, "leave --data away") || !strings.Contains(got, "--max-iter") {
		t.Errorf("remedy %q, want --data and --max-iter", got)
	}
	j.calibrated = true
	if got := remedy(j, infer.Converged, "vis"); strings.Contains(got, "--data") || strings.Contains(got, "--max-iter") {
		t.Errorf("remedy %q of self-calibrated data", got)
	}
}
