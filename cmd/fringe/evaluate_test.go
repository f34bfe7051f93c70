package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cancelAt ends a run when a text is written.
type cancelAt struct {
	text   string
	cancel context.CancelFunc
}

func (c cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}

// A run that is stopped keeps the observations that are complete, says how many there are, and fails.
func TestStoppedEvaluationKeepsWhatIsComplete(t *testing.T) {
	const config = `
kind: evaluation
count: 12
reconstruction: {pixels: 32, observation: {scans: [6, 6]}}
methods: [{label: dirty image}]
`
	dir := t.TempDir()
	path, out := filepath.Join(dir, "tiny.yaml"), filepath.Join(dir, "out")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f := evaluateFlags{out: out, split: "validation"}
	err := f.run(ctx, path, io.Discard, cancelAt{"imaged 10 of 12", cancel})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped after 10 of 12 observations") {
		t.Fatalf("error %v, want a stop after 10 of 12", err)
	}
	report, errReport := os.ReadFile(filepath.Join(out, "report.html"))
	scores, errScores := os.ReadFile(filepath.Join(out, "scores.jsonl"))
	if err := errors.Join(errReport, errScores); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(report), "stopped after 10 of 12 observations") {
		t.Error("the report does not say that the run was stopped")
	}
	if n := bytes.Count(scores, []byte("\n")); n != 10 {
		t.Errorf("%d scores, want 10", n)
	}
}

// The same for denoisers: families and levels that are complete are kept, and a stop while Jacobians are measured is one too.
func TestStoppedEvaluationOfDenoisersKeepsWhatIsComplete(t *testing.T) {
	const config = `
kind: denoising
count: 2
tuning: 1
levels: [0.1, 0.3]
denoising: {pixels: 32}
groups: [{name: rings, families: [ring]}]
methods: [{label: TV, method: tv}, {label: eht64, checkpoint: ../../checkpoints/denoiser-eht64, jacobian: true}]
jacobian: {images: 1, iterations: 12}
`
	for text, want := range map[string]struct{ rows, jacobians int }{
		"1 of 2: ring": {1, 0}, "2 of 2: ring": {2, 0}, "Jacobians of eht64, noise 0.1": {2, 1},
	} {
		dir := t.TempDir()
		path, out := filepath.Join(dir, "tiny.yaml"), filepath.Join(dir, "out")
		if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		f := evaluateFlags{out: out, split: "validation"}
		err := f.run(ctx, path, io.Discard, cancelAt{text, cancel})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: error %v, want a stop", text, err)
		}
		report, err := os.ReadFile(filepath.Join(out, "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		var r denoisersReport
		if err := json.Unmarshal(report, &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Families) != want.rows || len(r.Groups) != want.rows || r.Stopped == "" || len(r.Jacobians) != want.jacobians {
			t.Errorf("%s: %d families, %d groups, stopped %q, %d Jacobians; want %+v", text, len(r.Families), len(r.Groups), r.Stopped, len(r.Jacobians), want)
		}
	}
}
