package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/checkpoints"
)

// A training that is told to starts from the weights of a checkpoint, to the bit.
func TestTrainingStartsFromACheckpoint(t *testing.T) {
	dir := filepath.Join("..", "..", "checkpoints", "denoiser-eht64")
	_, tensors, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	text := "kind: denoiser\ninit: " + dir + "\nloop: {steps: 1, batch: 1}\ndenoising: {pixels: 32, validation: 1}\nunet: {width: 16, pools: 3}\n"
	fresh, err := newTraining([]byte(strings.Replace(text, "init: "+dir, "seed: 1", 1)), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.close()
	from, err := newTraining([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer from.close()
	if err := from.initialise(); err != nil {
		t.Fatal(err)
	}
	if want := "; from the weights of " + dir + " (SHA-256 65baf669"; !strings.Contains(from.manifest.Data, want) {
		t.Errorf("the manifest says %q, want %q in it", from.manifest.Data, want)
	}
	same := func(job *training) (count int) {
		weights, err := checkpoints.Gather(job.weights)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range weights {
			if slices.ContainsFunc(tensors, func(t checkpoints.Tensor) bool { return t.Name == w.Name && slices.Equal(t.Data, w.Data) }) {
				count++
			}
		}
		return count
	}
	if n := same(from); n != len(tensors) {
		t.Errorf("%d of %d tensors are the checkpoint's", n, len(tensors))
	}
	if n := same(fresh); n > len(tensors)/2 { // biases start at 0 and normalisations at 1, but do not stay there
		t.Errorf("%d of %d random tensors are the checkpoint's", n, len(tensors))
	}
}
