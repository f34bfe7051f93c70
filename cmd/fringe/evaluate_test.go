package main

import (
	"bytes"
	"context"
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
