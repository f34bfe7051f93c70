package train_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/shards"
	"fringe/train"
)

// store writes the first training pairs of observations.
func store(t *testing.T, c train.ReconstructionConfig, seed uint64, count int) string {
	t.Helper()
	return storeIn(t, c, seed, count, 3)
}

// storeIn writes so many pairs to a shard.
func storeIn(t *testing.T, c train.ReconstructionConfig, seed uint64, count, perShard int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pairs")
	m, err := c.ShardsManifest(seed, data.Training, 0, count)
	if err != nil {
		t.Fatal(err)
	}
	m.PerShard = perShard
	err = shards.Write(context.Background(), dir, m, func(i uint64) (shards.Example, error) { return c.Example(seed, data.Training, i) }, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// losses trains a painter and returns the loss of each step.
func losses(t *testing.T, c train.ReconstructionConfig, steps, batch, workers int) (out []float64) {
	t.Helper()
	task, err := train.NewReconstruction(newPainter(t, 0.5, nil), c, 3)
	if err != nil {
		t.Fatal(err)
	}
	loop := train.LoopConfig{Steps: steps, Batch: batch, Workers: workers, LearningRate: 0.1, ReportEvery: 1, ValidateEvery: 1000}
	hook := train.Hook{Name: "loss", Do: func(r train.Report) error { out = append(out, r.Loss); return nil }}
	if _, err := train.Run(context.Background(), loop, task, train.ReconstructionBatches(c, 3, batch), hook); err != nil {
		t.Fatal(err)
	}
	return out
}

// Training from shards has the losses of training on the fly, bit for bit, with one goroutine that loads or with two; and goes on
// when the pairs are used up.
func TestTrainingFromShardsIsTrainingOnTheFly(t *testing.T) {
	c := observations()
	want := losses(t, c, 4, 2, 1)
	c.Shards = store(t, c, 3, 8)
	for _, workers := range []int{1, 2} {
		if got := losses(t, c, 4, 2, workers); !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers: losses %v from shards, %v on the fly", workers, got, want)
		}
	}
	if b, err := train.ReconstructionBatches(c, 3, 2)(4); err != nil || b.Len() != 2 {
		t.Errorf("the second pass begins with %v, %v", b, err)
	}
}

func TestShardsOfAnotherConfigAreRefused(t *testing.T) {
	c := observations()
	c.Shards = store(t, c, 3, 3)
	other := c
	other.Systematic = 0.03
	if _, err := train.ReconstructionBatches(other, 3, 2)(0); err == nil || !strings.Contains(err.Error(), "field config.systematic of its manifest differs") {
		t.Errorf("another config: %v", err)
	}
	if _, err := train.ReconstructionBatches(c, 4, 2)(0); err == nil || !strings.Contains(err.Error(), "field config") {
		t.Errorf("another seed: %v", err)
	}
	c.Shards = t.TempDir()
	if _, err := train.ReconstructionBatches(c, 3, 2)(0); err == nil || !strings.Contains(err.Error(), "there are no pairs here") {
		t.Errorf("an empty folder: %v", err)
	}
}

// A set that is made anew, with more pairs or in other shards, gives other batches: a config that was pinned refuses it, and one that is pinned
// now differs from it.
func TestPinnedShardsAreThoseOfTheRun(t *testing.T) {
	c := observations()
	c.Shards = store(t, c, 3, 4)
	pinned, err := c.Pin()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := pinned.Pin(); err != nil || again.ShardsSHA256 != pinned.ShardsSHA256 || len(pinned.ShardsSHA256) != 64 {
		t.Fatalf("pinned twice: %q and %q, %v", pinned.ShardsSHA256, again.ShardsSHA256, err)
	}
	plain := observations()
	for name, dir := range map[string]string{"more pairs": store(t, plain, 3, 5), "other shards": storeIn(t, plain, 3, 4, 2), "the same": store(t, plain, 3, 4)} {
		other := pinned
		other.Shards = dir
		_, err := train.ReconstructionBatches(other, 3, 2)(0)
		if name == "the same" && err != nil || name != "the same" && (err == nil || !strings.Contains(err.Error(), "other pairs than before")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, err := plain.Pin(); err != nil || c.ShardsSHA256 != "" {
		t.Errorf("without shards: %q, %v", c.ShardsSHA256, err)
	}
}

// Pairs of images belong to those images: after one of them has changed, neither their set nor a config that was pinned goes with the folder.
func TestShardsOfOtherImagesAreRefused(t *testing.T) {
	dir, g := t.TempDir(), radio.Grid{NX: 16, NY: 16, CellRad: 1e-9}
	paint := func(k int, middle float64) {
		img := make([]float64, g.Len())
		img[8*16+8], img[4*16+k] = middle, 1
		if err := data.WriteImage(filepath.Join(dir, fmt.Sprintf("%d.fits", k)), img, g, data.ImageHeader{}); err != nil {
			t.Fatal(err)
		}
	}
	for k := range 4 {
		paint(k, 2)
	}
	c := observations()
	c.Sky = data.SkyConfig{Families: map[string]float64{"images": 1}, Images: dir}
	pinned, err := c.Load()
	if err != nil {
		t.Fatal(err)
	}
	c.Shards = store(t, c, 3, 2)
	if _, err := train.ReconstructionBatches(c, 3, 2)(0); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "1.fits")); err != nil {
		t.Fatal(err)
	}
	paint(1, 3)
	if _, err := train.ReconstructionBatches(c, 3, 2)(0); err == nil || !strings.Contains(err.Error(), "field config.sky.images_sha256 of its manifest differs") {
		t.Errorf("pairs of images that have changed: %v", err)
	}
	pinned.Sky.Folder = nil
	if _, err := train.ReconstructionBatches(pinned, 3, 2)(0); err == nil || !strings.Contains(err.Error(), "other images than before") {
		t.Errorf("a config of images that have changed: %v", err)
	}
}
