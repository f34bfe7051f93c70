package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/train"
)

func TestScheduleRisesAndFalls(t *testing.T) {
	c := train.LoopConfig{Steps: 110, LearningRate: 2, WarmupSteps: 10}
	last := 2 * math.Pow(math.Sin(math.Pi/200), 2)
	for _, tt := range []struct {
		schedule train.ScheduleConfig
		want     map[int]float64 // by hand
	}{
		// 1/10 of the rise; its end; the cosine's start, middle (half) and last step: 1 − cos²… = 2·sin²(π/200).
		{train.ScheduleConfig{}, map[int]float64{1: 0.2, 10: 2, 11: 2, 61: 1, 110: last}},
		{train.ScheduleConfig{Name: "cosine"}, map[int]float64{1: 0.2, 110: last}},
		{train.ScheduleConfig{Name: "constant"}, map[int]float64{1: 0.2, 10: 2, 11: 2, 110: 2}},
		{train.ScheduleConfig{Name: "step", Every: 30}, map[int]float64{10: 2, 40: 2, 41: 0.2, 70: 0.2, 71: 0.02, 110: 2e-3}},
		{train.ScheduleConfig{Name: "step", Every: 50, Factor: 0.5}, map[int]float64{60: 2, 61: 1, 110: 1}},
	} {
		c.Schedule = tt.schedule
		for step, want := range tt.want {
			if got := c.RateAt(step); math.Abs(got-want) > 1e-12 { // a few roundings
				t.Errorf("%+v: rate at step %d is %g, want %g", tt.schedule, step, got, want)
			}
		}
	}
}

// scripted is a line whose validations bring what the script says.
type scripted struct {
	*line
	scores []float64
}

func (s *scripted) Validate(*torch.Scope) (map[string]float64, error) {
	score := s.scores[0]
	s.scores = s.scores[1:]
	return map[string]float64{"score": score}, nil
}

// With a validation at each step and a patience of 2 the third validation without a new best lowers the rate, and the count starts again.
func TestPlateauLowersTheRate(t *testing.T) {
	cfg := config("")
	cfg.Steps, cfg.WarmupSteps, cfg.ValidateEvery, cfg.LearningRate = 10, 0, 1, 1e-3
	cfg.Schedule = train.ScheduleConfig{Name: "plateau", Patience: 2, Factor: 0.5}
	task := &scripted{newLine(t), []float64{1, 2, 2, 1, 0, 0, 3, 3, 3, 3}}
	var rates []float64
	hook := train.Hook{Name: "rates", Do: func(r train.Report) error { rates = append(rates, r.LearningRate*1e3); return nil }}
	if _, err := train.Run(context.Background(), cfg, task, batches, hook); err != nil {
		t.Fatal(err)
	}
	// New bests at steps 1, 2 and 7; steps 3, 4 and 5 are too many without one, as are 8, 9 and 10.
	if want := []float64{1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5}; !slices.Equal(rates, want) {
		t.Errorf("rates %v, want %v", rates, want)
	}
}

// Training ends when two validations in a row bring no new best, and does not go on when it is resumed.
func TestPatienceEndsTraining(t *testing.T) {
	cfg := config(filepath.Join(t.TempDir(), "run"))
	cfg.ValidateEvery, cfg.Patience = 5, 2
	cfg.Manifest.Config = []byte(`{"loop":{"steps":60,"patience":2}}`)
	task := &scripted{newLine(t), []float64{1, 0, 2, 2, 1, 9}}
	result, err := train.Run(context.Background(), cfg, task, batches)
	if err != nil || result.Step != 25 || result.BestStep != 15 || !result.Early || result.Interrupted {
		t.Fatalf("result %+v, error %v, want an early end at step 25 with the best at 15", result, err)
	}
	if m, _, err := checkpoints.Load(filepath.Join(cfg.Dir, "best")); err != nil || m.Step != 15 {
		t.Errorf("best is of step %d, error %v", m.Step, err)
	}
	if _, err = train.Run(context.Background(), cfg, task, batches); err == nil || !strings.Contains(err.Error(), "holds a run that is finished, at step 25") {
		t.Errorf("again: error %v, want one that says that the run is finished", err)
	}
	cfg.Resume = true
	if result, err = train.Run(context.Background(), cfg, task, batches); err != nil || result.Step != 25 || !result.Early {
		t.Errorf("resumed: result %+v, error %v", result, err)
	}
}

// The latest checkpoints stay, each complete; one of a step after a resumed one is removed.
func TestKeepLatestCheckpoints(t *testing.T) {
	cfg := config(filepath.Join(t.TempDir(), "run"))
	cfg.SaveEvery, cfg.Keep = 10, 3
	if _, err := train.Run(context.Background(), cfg, newLine(t), batches); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(cfg.Dir, "steps"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		m, _, err := checkpoints.LoadState(filepath.Join(cfg.Dir, "steps", e.Name()))
		if err != nil || !strings.HasSuffix(e.Name(), string(rune('0'+m.Step/10))+"0") {
			t.Errorf("%s: step %d, error %v", e.Name(), m.Step, err)
		}
	}
	if want := []string{"00000040", "00000050", "00000060"}; !slices.Equal(names, want) {
		t.Errorf("kept %v, want %v", names, want)
	}
}

func TestAccumulatedPartsEqualOneBatch(t *testing.T) {
	weights := func(parts int) (b, w float64) {
		l, live := newLine(t), torch.Live()
		cfg := config("")
		cfg.Accumulate = parts
		_, err := train.Run(context.Background(), cfg, l, func(i int) (points, error) {
			p, err := batches(i / parts)
			size, at := len(p.x)/parts, i%parts
			return points{p.x[at*size : (at+1)*size], p.y[at*size : (at+1)*size]}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if now := torch.Live(); now != live {
			t.Errorf("%d parts: %d tensors live after, %d before", parts, now, live)
		}
		return l.values(t)
	}
	b1, w1 := weights(1)
	for _, parts := range []int{2, 4, 16} {
		// Sums in another order, in float64, over 60 steps.
		if b, w := weights(parts); math.Abs(b-b1) > 1e-12 || math.Abs(w-w1) > 1e-12 {
			t.Errorf("%d parts: b = %.16g, w = %.16g, want %.16g and %.16g", parts, b, w, b1, w1)
		}
	}
}
