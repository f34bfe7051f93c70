package main

import (
	"context"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/train"
)

// With loop.accumulate a training with the Jacobian penalty makes the updates that it makes without, up to the rounding of float32.
func TestAccumulationKeepsThePenalty(t *testing.T) {
	losses := func(accumulate, weight string) (all []float64) {
		text := "kind: denoiser\nseed: 3\nloop: {steps: 5, batch: 4, learning_rate: 1e-5, report_every: 1, accumulate: " + accumulate + "}\n" +
			"denoising: {pixels: 32, validation: 1, jacobian: {weight: " + weight + ", after: 2, every: 2, images: 1}}\ndncnn: {depth: 3, width: 4}\n"
		job, err := newTraining([]byte(text), 0)
		if err != nil {
			t.Fatal(err)
		}
		defer job.close()
		hook := train.Hook{Name: "losses", Do: func(r train.Report) error { all = append(all, r.Loss); return nil }}
		if _, err := job.run(context.Background(), job.Loop, hook); err != nil {
			t.Fatal(err)
		}
		return all
	}
	plain, whole, parts := losses("1", "0"), losses("1", "100"), losses("4", "100")
	for k := range whole {
		if math.Abs(parts[k]-whole[k]) > 1e-4*whole[k] {
			t.Fatalf("losses %v in parts, %v in whole batches", parts, whole)
		}
	}
	if !(whole[2] > plain[2]+1) || whole[1] != plain[1] {
		t.Errorf("losses %v, without the penalty %v: the third has no penalty that could be seen, or an earlier one has it", whole, plain)
	}
}

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
	if err := from.initialise(io.Discard); err != nil {
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
