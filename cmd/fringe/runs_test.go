package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/checkpoints"

	"github.com/google/go-cmp/cmp"
)

// storeRun makes the folder of a run with six numbers in its weights.
func storeRun(t *testing.T, dir, config string, step int, log string) {
	t.Helper()
	weights := []checkpoints.Tensor{checkpoints.NewTensor("w", []float32{1, 2, 3, 4, 5, 6}, 2, 3)}
	m := checkpoints.Manifest{Kind: "denoiser", Config: json.RawMessage(config), Step: step}
	if err := checkpoints.Save(dir, m, weights, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "metrics.jsonl"), []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFindRunsTellsHowFarEachCame(t *testing.T) {
	dir := t.TempDir()
	loop := func(more string) string {
		return fmt.Sprintf(`{"kind":"denoiser","loop":{"steps":30,"batch":4,"monitor":"gain_db"%s},"unet":{"width":8}}`, more)
	}
	// Steps 1 to 10 at 8 examples/s and 11 to 30 at 16: 5 s and 5 s.
	storeRun(t, filepath.Join(dir, "a"), loop(""), 30, `{"step":10,"loss":0.5,"items_per_second":8,"metrics":{"gain_db":7,"b":1}}
{"step":30,"loss":0.25,"items_per_second":16,"metrics":{"gain_db":6,"b":2}}
`)
	storeRun(t, filepath.Join(dir, "deep", "early"), loop(`,"patience":1`), 20, `{"step":10,"loss":1,"metrics":{"gain_db":2}}
{"step":20,"loss":1,"metrics":{"gain_db":1}}
`)
	storeRun(t, filepath.Join(dir, "young"), loop(`,"learning_rate":0.1`), 5, `{"step":1,"loss":1}`+"\n"+`{"step":5,"lo`)
	if err := os.MkdirAll(filepath.Join(dir, "none", "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	storeRun(t, filepath.Join(dir, "spoilt"), loop(""), 30, "no log\n")

	found, err := findRuns(dir)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Name, Status, Metric              string
		Parameters, Step, Steps, BestStep int
		Best, Seconds, Loss               float64
	}
	var got []row
	for _, r := range found.Runs {
		if r.Network != "unet" {
			t.Errorf("%s has the network %q, want unet", r.Name, r.Network)
		}
		got = append(got, row{r.Name, r.Status, r.Metric, r.Parameters, r.Step, r.Steps, r.BestStep, r.Best, r.Seconds, r.Loss})
	}
	want := []row{
		{"a", "finished", "gain_db", 6, 30, 30, 10, 7, 10, 0.25},
		{filepath.Join("deep", "early"), "early", "gain_db", 6, 20, 30, 10, 2, 0, 1},
		{"young", "unfinished", "", 6, 5, 30, 0, 0, 0, 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (- want, + got):\n%s", diff)
	}
	wantDifferences := []configDifference{
		{"loop.learning_rate", []string{"", "", "0.1"}},
		{"loop.patience", []string{"", "1", ""}},
	}
	if diff := cmp.Diff(wantDifferences, found.Differences); diff != "" {
		t.Errorf("differences (- want, + got):\n%s", diff)
	}
	if len(found.Skipped) != 2 || found.Skipped[0] != (skippedFolder{filepath.Join(dir, "none"), noRun}) ||
		found.Skipped[1].Path != filepath.Join(dir, "spoilt") || !strings.Contains(found.Skipped[1].Cause, "metrics.jsonl\": line 1") {
		t.Errorf("skipped %v", found.Skipped)
	}
	for path, want := range map[string]string{filepath.Join(dir, "missing"): "no such file", filepath.Join(dir, "a", "metrics.jsonl"): "is a file"} {
		if _, err := findRuns(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
}
