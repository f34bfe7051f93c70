package main

import (
	"math"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/radio"
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

// A fit that stays where it began says so, and so do errors that are far too generous.
func TestStuckAndTooGood(t *testing.T) {
	start := []float64{1, 2, 1}
	out := &outcome{job: &job{prior: &prior{}, problem: infer.Problem{Start: start}}, result: &infer.Result{Image: []float64{1, 2.01, 1}, Iterations: 3, Stop: infer.LineSearchStalled}}
	out.report.ReducedChi2 = map[string]float64{"cphase": 24}
	if got := out.stuck(); len(got) != 1 || !strings.Contains(got[0], "still the start, after 3 iterations (line search stalled)") {
		t.Errorf("got %q", got)
	}
	out.report.ReducedChi2["cphase"] = 1 // a start that was good
	if got := out.stuck(); got != nil {
		t.Errorf("got %q", got)
	}
	if got := moved(start, []float64{1, 1, 2}); got != 0.25 {
		t.Errorf("%g of the flux moved, want 0.25", got)
	}
	for _, c := range []struct {
		report residualReport
		warn   bool
	}{
		{residualReport{Kind: "cphase", Fitted: true, Data: 200, ReducedChi2: 0.2}, true},
		{residualReport{Kind: "cphase", Fitted: true, Data: 200, ReducedChi2: 0.6}, false},
		{residualReport{Kind: "cphase", Fitted: true, Data: 20, ReducedChi2: 0.2}, false},
		{residualReport{Kind: "cphase", Data: 200, ReducedChi2: 0.2}, false},
		{residualReport{Kind: "amp", Fitted: true, Data: 200, ReducedChi2: 0.2}, false},
	} {
		if got := tooGood([]residualReport{c.report}, 0, "--sys"); (got != nil) != c.warn {
			t.Errorf("%+v: %q", c.report, got)
		}
	}
}

// Of visibilities of 1 Jy with a thermal error of 1 mJy and a systematic one of 1 %, the variance is 1 + 10² = 101 times that of the noise: a
// reduced χ² of 0.01 would be 1.01 of the noise alone.
func TestGenerousErrors(t *testing.T) {
	thermal := &radio.Visibilities{}
	for range 3 {
		thermal.U, thermal.V = append(thermal.U, 1), append(thermal.V, 1)
		thermal.Vis, thermal.Weight = append(thermal.Vis, 1), append(thermal.Weight, 1e6)
	}
	f := &fit{vis: thermal.WithSystematic(0.01), thermal: thermal.Weight}
	for _, index := range [][]int32{{0}, {0, 1, 2}} {
		if got := f.excess(index); math.Abs(got-101) > 1e-9 {
			t.Errorf("%d visibilities: %g times the thermal variance, want 101", len(index), got)
		}
	}
	for want, c := range map[string]struct{ chi2, thermal, sys float64 }{
		"it would be 1 of thermal noise alone, and the systematic error of 1 %":  {0.01, 1.01, 0.01},
		"try --sys 0, as for a simulation":                                       {0.01, 1.01, 0.01},
		"it would be 90 of thermal noise alone, and the systematic error of 1 %": {0.09, 90, 0.01},
		"try --sys 0.003":                        {0.09, 90, 0.01},
		"the weights of the file promise more":   {0.1, 0.1, 0},
		"or the prior is too weak (--prior with": {0.05, 0.1, 0.001},
	} {
		got := tooGood([]residualReport{{Kind: "vis", Fitted: true, Data: 200, ReducedChi2: c.chi2, ThermalChi2: &c.thermal}}, c.sys, "--sys")
		if len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}
