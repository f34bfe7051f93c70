package train_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"fringe/internal/torch"
	"fringe/train"
)

// The batches of the line move a clock by two seconds each, its validation by seven.
type slowLine struct {
	*line
	now *time.Time
}

func (l slowLine) Loss(s *torch.Scope, p points) (*torch.Tensor, error) {
	*l.now = l.now.Add(2 * time.Second)
	return l.line.Loss(s, p)
}

func (l slowLine) Validate(s *torch.Scope) (map[string]float64, error) {
	*l.now = l.now.Add(7 * time.Second)
	return l.line.Validate(s)
}

// A line of which each third step from the fourth on has twice the points and takes ten seconds more.
type unevenLine struct{ slowLine }

func (unevenLine) Costly(step int) bool { return step >= 3 && step%3 == 0 }

func (l unevenLine) Loss(s *torch.Scope, p points) (*torch.Tensor, error) {
	if len(p.x) > 16 {
		*l.now = l.now.Add(10 * time.Second)
	}
	return l.slowLine.Loss(s, p)
}

func TestRehearsalWeighsCostlySteps(t *testing.T) {
	now := time.Unix(1e9, 0)
	cfg := config(t.TempDir()) // 60 steps, a validation every 20
	cfg.Clock = func() time.Time { return now }
	task := unevenLine{slowLine{newLine(t), &now}}
	at := func(step int) (points, error) {
		p, err := batches(step)
		if task.Costly(step) {
			p.x, p.y = append(p.x, p.x...), append(p.y, p.y...)
		}
		return p, err
	}
	r, err := train.Rehearse(context.Background(), cfg, task, at)
	if err != nil {
		t.Fatal(err)
	}
	// 19 of the 60 steps are costly, 3 to 57: 41·2 + 19·12 + 3·7 seconds.
	if r.Step != 2*time.Second || r.Costly != 19 || r.CostlyStep != 12*time.Second || r.Total != 331*time.Second {
		t.Errorf("got %+v, want 41 steps of 2 s, 19 of 12 s and 331 s in all", r)
	}
}

func TestRehearsalForetellsTheTimeOfARun(t *testing.T) {
	dir, now := t.TempDir(), time.Unix(1e9, 0)
	cfg := config(dir) // 60 steps, a validation every 20
	cfg.Clock = func() time.Time { return now }
	task, live := slowLine{newLine(t), &now}, torch.Live()
	r, err := train.Rehearse(context.Background(), cfg, task, batches)
	if err != nil {
		t.Fatal(err)
	}
	// 15 seconds are over after the eighth step of 2.
	want := train.Rehearsal{Steps: 8, Loss: r.Loss, Step: 2 * time.Second, Validation: 7 * time.Second, Validations: 3, Total: 141 * time.Second}
	if r != want || !(r.Loss > 1) {
		t.Errorf("got %+v, want %+v and a loss of about 5", r, want)
	}
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the folder of the run holds %v, %v", entries, err)
	}
	// Of a run that was stopped after step 27 there are 33 steps left and the validations at 40 and 60.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg.ReportEvery = 27
	stop := train.Hook{Name: "stop", Do: func(r train.Report) error {
		if r.Step == 27 {
			cancel()
		}
		return nil
	}}
	if r, err := train.Run(ctx, cfg, newLine(t), batches, stop); err != nil || r.Step != 27 {
		t.Fatalf("step %d, %v", r.Step, err)
	}
	cfg.Resume = true
	if r, err = train.Rehearse(context.Background(), cfg, task, batches); err != nil || r.From != 27 || r.Validations != 2 || r.Total != 80*time.Second {
		t.Errorf("the rest: got %+v, %v, want 33·2 + 2·7 seconds from step 27", r, err)
	}
	cfg.Clock = nil
	if _, err := train.Rehearse(context.Background(), cfg, task, batches); err == nil || !strings.Contains(err.Error(), "no clock") {
		t.Errorf("without a clock: %v", err)
	}
}
