package train_test

import (
	"bytes"
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"fringe/internal/torch"
	"fringe/train"
)

// sameFiles compares all files of two folders, byte by byte.
func sameFiles(t *testing.T, want, got string) {
	t.Helper()
	a, b := files(t, want), files(t, got)
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs: %d bytes undisturbed, %d bytes resumed", name, len(a[name]), len(b[name]))
		}
	}
	for name := range b {
		if a[name] == nil {
			t.Errorf("%s is there after resuming only", name)
		}
	}
}

// files reads all files below a folder. Checksums and the names of weights and state are in the manifests.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every optimizer, every schedule, accumulation, prefetching, noise, and 8 stored pairs that are gone through in a new order each time:
// stopped at three random steps and resumed, a run leaves the bytes of one that was not stopped.
func TestRunsStoppedThreeTimesEqualUnbrokenOnes(t *testing.T) {
	pairs := observations()
	pairs.Shards = store(t, pairs, 3, 8)
	rng := rand.New(rand.NewPCG(11, 12))
	for _, change := range []func(c *train.LoopConfig){
		func(c *train.LoopConfig) { c.Optimizer.Name, c.WeightDecay = "adamw", 0.01 },
		func(c *train.LoopConfig) { c.Optimizer.Name, c.Schedule.Name = "adam", "constant" },
		func(c *train.LoopConfig) {
			c.Optimizer.Name, c.Schedule = "sgd", train.ScheduleConfig{Name: "step", Every: 7}
		},
		func(c *train.LoopConfig) {
			c.Optimizer = train.OptimizerConfig{Name: "sgd", Momentum: 0.9, Nesterov: true}
			c.Schedule = train.ScheduleConfig{Name: "plateau", Patience: 1, Factor: 0.5}
		},
		func(c *train.LoopConfig) {
			c.Optimizer, c.Accumulate = train.OptimizerConfig{Name: "rmsprop", Momentum: 0.5}, 2
		},
	} {
		cfg := train.LoopConfig{
			Steps: 40, Batch: 4, LearningRate: 0.05, WarmupSteps: 3, EMADecay: 0.9, ReportEvery: 5, ValidateEvery: 6, SaveEvery: 15, Workers: 3,
			Monitor: "psnr_db", Patience: 100,
		}
		cfg.Manifest.Kind, cfg.Manifest.Config = "painter", []byte("{}")
		change(&cfg)
		run := func(dir string, resume bool, stopAfter int) train.Result {
			r, err := train.NewReconstruction(newPainter(t, 0.5, nil), pairs, 3)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			cfg.Dir, cfg.Resume = dir, resume
			task := &stopping{r, stopAfter, cancel}
			result, err := train.Run(ctx, cfg, task, train.ReconstructionBatches(pairs, 3, cfg.Part()))
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		unbroken, broken, last := t.TempDir(), t.TempDir(), 0
		run(unbroken, false, 0)
		for stop := range 3 {
			r := run(broken, stop > 0, 1+rng.IntN(10))
			if !r.Interrupted || r.Step < last {
				t.Fatalf("%+v: stopped at step %d, before that at %d", cfg.Optimizer, r.Step, last)
			}
			last = r.Step
		}
		if r := run(broken, true, 0); r.Step != cfg.Steps || r.Interrupted {
			t.Fatalf("%+v: ended at step %d", cfg.Optimizer, r.Step)
		}
		sameFiles(t, unbroken, broken)
	}
}

// stopping cancels the run while it works on the given loss, which may be a part of a batch. 0 is never.
type stopping struct {
	*train.Reconstruction
	left   int
	cancel func()
}

func (s *stopping) Loss(scope *torch.Scope, b *train.Observed) (*torch.Tensor, error) {
	if s.left--; s.left == 0 {
		s.cancel()
	}
	return s.Reconstruction.Loss(scope, b)
}
