package train_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/train"
)

// line is the task to find w and b of y = w·x + b from noisy points.
type line struct {
	params []torch.Param
	broken int // step of a NaN; 0 for none
	seen   int
}

type points struct{ x, y []float64 }

func newLine(t *testing.T) *line {
	t.Helper()
	l := &line{}
	err := torch.Do(func(s *torch.Scope) error {
		for _, name := range []string{"b", "w"} {
			p := s.Keep(s.RequireGrad(s.FromFloat64s([]float64{0}, 1)))
			l.params = append(l.params, torch.Param{Name: name, Tensor: p})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, p := range l.params {
			p.Tensor.Drop()
		}
	})
	return l
}

func (l *line) Params() []torch.Param { return l.params }

func (l *line) Loss(s *torch.Scope, p points) (loss *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if l.seen++; l.seen == l.broken {
		p.y[0] = math.NaN()
	}
	n := int64(len(p.x))
	fit := s.Add(s.Mul(s.FromFloat64s(p.x, n), l.params[1].Tensor), l.params[0].Tensor)
	return s.Mean(s.Square(s.Sub(fit, s.FromFloat64s(p.y, n)))), nil
}

// Validate measures how far the line is from y = 2x − 1.
func (l *line) Validate(s *torch.Scope) (map[string]float64, error) {
	b, w := s.Item(l.params[0].Tensor), s.Item(l.params[1].Tensor)
	return map[string]float64{"score": -math.Hypot(w-2, b+1)}, nil
}

func (l *line) values(t *testing.T) (b, w float64) {
	t.Helper()
	err := torch.Do(func(s *torch.Scope) error {
		b, w = s.Item(l.params[0].Tensor), s.Item(l.params[1].Tensor)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, w
}

func batches(step int) (points, error) {
	rng := rand.New(rand.NewPCG(5, uint64(step)))
	var p points
	for range 16 {
		x := rng.NormFloat64()
		p.x, p.y = append(p.x, x), append(p.y, 2*x-1+0.1*rng.NormFloat64())
	}
	return p, nil
}

func config(dir string) train.LoopConfig {
	return train.LoopConfig{
		Steps: 60, Batch: 16, LearningRate: 0.3, WarmupSteps: 5, EMADecay: 0.9, ReportEvery: 7, ValidateEvery: 20, SaveEvery: 25,
		Monitor: "score", Dir: dir, Manifest: checkpoints.Manifest{Kind: "line", Config: []byte(`{"a":1}`), Seed: 5},
	}
}

// stopAt returns a context and a hook that ends it at a reported step.
func stopAt(step int) (context.Context, train.Hook) {
	ctx, cancel := context.WithCancel(context.Background())
	return ctx, train.Hook{Name: "stop", Do: func(r train.Report) error {
		if r.Step == step {
			cancel()
		}
		return nil
	}}
}

func TestRunFindsTheMinimum(t *testing.T) {
	l, live := newLine(t), torch.Live()
	result, err := train.Run(context.Background(), config(""), l, batches)
	if err != nil || result.Step != 60 || result.Interrupted || result.Metrics["score"] == 0 {
		t.Fatalf("result %+v, error %v", result, err)
	}
	// Sixty long steps and their average end within a twentieth of the way of √5.
	if b, w := l.values(t); math.Hypot(w-2, b+1) > 0.1 {
		t.Errorf("w = %g, b = %g, want 2 and −1", w, b)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
}

func TestResumedRunEqualsUnbrokenRun(t *testing.T) {
	root := t.TempDir()
	unbroken, broken := filepath.Join(root, "unbroken"), filepath.Join(root, "broken")
	if _, err := train.Run(context.Background(), config(unbroken), newLine(t), batches); err != nil {
		t.Fatal(err)
	}
	// Stopped between two saves and between two validations; then killed, that is: after a save the log went on.
	ctx, hook := stopAt(28)
	result, err := train.Run(ctx, config(broken), newLine(t), batches, hook)
	if err != nil || !result.Interrupted || result.Step != 28 {
		t.Fatalf("result %+v, error %v, want an interruption after step 28", result, err)
	}
	path := filepath.Join(broken, "metrics.jsonl")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"step":35,"loss":9}` + "\n" + `{"step":4`); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	cfg := config(broken)
	cfg.Resume, cfg.Workers = true, 3
	if result, err = train.Run(context.Background(), cfg, newLine(t), batches); err != nil || result.Interrupted || result.Step != 60 {
		t.Fatalf("result %+v, error %v, want the end after step 60", result, err)
	}
	for _, name := range []string{"manifest.json", "metrics.jsonl", "best/manifest.json"} {
		a, errA := os.ReadFile(filepath.Join(unbroken, name))
		b, errB := os.ReadFile(filepath.Join(broken, name))
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		// The manifest holds the checksums of weights and state.
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs:\nunbroken\n%s\nresumed\n%s", name, a, b)
		}
	}
}

func TestNaNIsRefusedBeforeHooksAndSaves(t *testing.T) {
	dir := t.TempDir()
	l, live := newLine(t), torch.Live()
	l.broken = 26 // right after the save at step 25
	var last int
	hook := train.Hook{Name: "watch", Do: func(r train.Report) error { last = r.Step; return nil }}
	_, err := train.Run(context.Background(), config(dir), l, batches, hook)
	if err == nil || !strings.Contains(err.Error(), "step 26: the loss is NaN") {
		t.Fatalf("error %v, want one about a NaN at step 26", err)
	}
	if last >= 26 {
		t.Errorf("the hook saw step %d", last)
	}
	m, weights, err := checkpoints.Load(dir)
	if err != nil || m.Step != 25 {
		t.Fatalf("checkpoint of step %d, error %v, want 25", m.Step, err)
	}
	for _, w := range weights {
		if v, err := checkpoints.Values[float64](w); err != nil || slices.ContainsFunc(v, math.IsNaN) {
			t.Errorf("saved %s = %v, %v", w.Name, v, err)
		}
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
}

func TestRunRefusesToOverwriteOrMixRuns(t *testing.T) {
	dir := t.TempDir()
	ctx, hook := stopAt(7)
	if _, err := train.Run(ctx, config(dir), newLine(t), batches, hook); err != nil {
		t.Fatal(err)
	}
	other := config(dir)
	other.Resume, other.Manifest.Config = true, []byte(`{"a":2}`)
	seed := config(dir)
	seed.Resume, seed.Manifest.Seed = true, 6
	nothing := config(t.TempDir())
	nothing.Resume = true
	for _, tt := range []struct {
		cfg  train.LoopConfig
		want string
	}{
		{config(dir), "holds a run at step 7"},
		{other, "another config (a differs)"},
		{seed, "with seed 5, the config asks for a line with seed 6"},
		{nothing, "no checkpoint here"},
	} {
		if _, err := train.Run(context.Background(), tt.cfg, newLine(t), batches); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", err, tt.want)
		}
	}
}

// Nobody else trains in the folder of a run that is going on, neither anew nor going on from it; afterwards the folder is free.
func TestTwoRunsDoNotShareAFolder(t *testing.T) {
	cfg := config(t.TempDir())
	var inside []error
	hook := train.Hook{Name: "second", Do: func(r train.Report) error {
		if r.Step == 30 {
			for _, resume := range []bool{false, true} {
				second := cfg
				second.Resume = resume
				_, err := train.Run(context.Background(), second, newLine(t), batches)
				inside = append(inside, err)
			}
		}
		return nil
	}}
	cfg.ReportEvery = 10
	if _, err := train.Run(context.Background(), cfg, newLine(t), batches, hook); err != nil {
		t.Fatal(err)
	}
	if len(inside) != 2 {
		t.Fatalf("%d second runs, want 2", len(inside))
	}
	for _, err := range inside {
		if !errors.Is(err, checkpoints.ErrInUse) || !strings.Contains(err.Error(), cfg.Dir) {
			t.Errorf("second run: error %v, want one that names %s and says that a run is going on", err, cfg.Dir)
		}
	}
	cfg.Resume = true
	if r, err := train.Run(context.Background(), cfg, newLine(t), batches); err != nil || r.Step != 60 {
		t.Errorf("after the run: step %d, %v", r.Step, err)
	}
}

// A run that is to go on from nothing makes no folder.
func TestResumeOfNothingLeavesNothing(t *testing.T) {
	cfg := config(filepath.Join(t.TempDir(), "none"))
	cfg.Resume = true
	if _, err := train.Run(context.Background(), cfg, newLine(t), batches); !errors.Is(err, checkpoints.ErrNone) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(cfg.Dir); err == nil {
		t.Error("a folder was made")
	}
}

func TestErrorsOfHooksAndBatchesEndTheRun(t *testing.T) {
	failure := errors.New("no more ink")
	hook := train.Hook{Name: "plotter", Do: func(train.Report) error { return failure }}
	_, err := train.Run(context.Background(), config(""), newLine(t), batches, hook)
	if !errors.Is(err, failure) || !strings.Contains(err.Error(), `hook "plotter" at step 1`) {
		t.Errorf("failing hook: %v", err)
	}
	bad := func(step int) (points, error) {
		if step == 3 {
			return points{}, failure
		}
		return batches(step)
	}
	if _, err = train.Run(context.Background(), config(""), newLine(t), bad); !errors.Is(err, failure) || !strings.Contains(err.Error(), "batch of step 4") {
		t.Errorf("failing batch: %v", err)
	}
	cfg := config("")
	cfg.Monitor = "sharpness"
	if _, err = train.Run(context.Background(), cfg, newLine(t), batches); err == nil || !strings.Contains(err.Error(), `"sharpness" is not measured`) {
		t.Errorf("unknown monitor: %v", err)
	}
}

func TestLoopConfigErrorsNameTheField(t *testing.T) {
	good := config("")
	for want, change := range map[string]func(c *train.LoopConfig){
		"loop.steps is missing":                      func(c *train.LoopConfig) { c.Steps = 0 },
		"loop.steps is -1, must be between 1":        func(c *train.LoopConfig) { c.Steps = -1 },
		"loop.batch is missing":                      func(c *train.LoopConfig) { c.Batch = 0 },
		"loop.batch is -1":                           func(c *train.LoopConfig) { c.Batch = -1 },
		"loop.learning_rate is NaN":                  func(c *train.LoopConfig) { c.LearningRate = math.NaN() },
		"loop.ema_decay is 1, must be between 0 and": func(c *train.LoopConfig) { c.EMADecay = 1 },
		"loop.workers is -2":                         func(c *train.LoopConfig) { c.Workers = -2 },
		"loop.accumulate is 3, must divide":          func(c *train.LoopConfig) { c.Accumulate = 3 },
		"loop.monitor is missing":                    func(c *train.LoopConfig) { c.Monitor, c.Patience = "", 3 },
		`schedule.name is "linear", must be`:         func(c *train.LoopConfig) { c.Schedule.Name = "linear" },
		"schedule.every is 0, must be":               func(c *train.LoopConfig) { c.Schedule.Name = "step" },
		"schedule.factor is 2, must lie":             func(c *train.LoopConfig) { c.Schedule.Factor = 2 },
	} {
		c := good
		change(&c)
		if _, err := train.Run(context.Background(), c, newLine(t), batches); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
