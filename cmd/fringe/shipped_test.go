package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/train"
)

// The shipped weights are those that fringe train makes of the shipped configs: the manifest holds the same config, and the
// first steps have the losses that were logged when they were trained.
func TestShippedWeightsComeFromTheShippedConfigs(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for half a minute")
	}
	t.Chdir(filepath.Join("..", "..")) // where init of a config looks for its checkpoint
	for _, name := range []string{"denoiser-eht64", "unrolled-eht64", "postprocess-eht64", "denoiser-general-start", "denoiser-general", "denoiser-eht", "denoiser-discs",
		"denoiser-radio", "nonexpansive-general"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("checkpoints", name)
			text, err := os.ReadFile(filepath.Join("configs", name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			sameConfig(t, dir, text)
			const steps = 20
			logged, first := loggedLosses(t, filepath.Join(dir, "metrics.jsonl"), steps), losses(t, text, steps)
			second := losses(t, text, steps)
			for k := range first {
				if first[k] != second[k] {
					t.Errorf("step %d: loss %v, then %v from the same seed", k+1, first[k], second[k])
				}
				// Bit for bit on the machine that trained them; another processor rounds differently, which 20 steps at
				// the start of the warm-up do not amplify much; a loss that is a logarithm starts near 0.
				if math.Abs(first[k]-logged[k]) > 1e-3*max(1, math.Abs(logged[k])) {
					t.Errorf("step %d: loss %v, logged was %v", k+1, first[k], logged[k])
				}
			}
		})
	}
}

// sameConfig compares the config of a checkpoint with a file.
func sameConfig(t *testing.T, dir string, text []byte) {
	t.Helper()
	m, _, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	job, err := newTraining(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer job.close()
	var got, want bytes.Buffer
	if err := json.Compact(&got, m.Config); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&want, job.manifest.Config); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("the checkpoint was trained with another config:\n%s\nnot\n%s", &got, &want)
	}
}

// losses trains from the start and returns the loss of each step.
func losses(t *testing.T, text []byte, steps int) (out []float64) {
	t.Helper()
	job, err := newTraining(text, steps)
	if err != nil {
		t.Fatal(err)
	}
	defer job.close()
	if err := job.initialise(io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := torch.SetThreads(max(1, job.Threads)); err != nil {
		t.Fatal(err)
	}
	cfg := job.Loop
	cfg.Monitor = ""
	hook := train.Hook{Name: "loss", Do: func(r train.Report) error { out = append(out, r.Loss); return nil }}
	if _, err := job.run(context.Background(), cfg, hook); err != nil {
		t.Fatal(err)
	}
	return out
}

func loggedLosses(t *testing.T, path string, steps int) (out []float64) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan() && len(out) < steps; {
		var line struct{ Loss float64 }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line.Loss)
	}
	if len(out) < steps {
		t.Fatalf("%s has %d lines, want one for each of the first %d steps", path, len(out), steps)
	}
	return out
}
