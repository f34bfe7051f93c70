package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"fringe/internal/torch"
)

// Rehearsal is what a run would cost, from a few steps of it.
type Rehearsal struct {
	Steps       int           // that were measured, after a warm-up
	Loss        float64       // of the first step
	Step        time.Duration // median of a step, in which the batch is waited for if need be; of those that are not costly, if some are
	Costly      int           // steps of the whole run that take longer, see [Uneven]; 0 when all are alike
	CostlyStep  time.Duration // median of such a step
	Validation  time.Duration // of one validation with its picture; 0 where there is none
	Validations int           // in the whole run
	From        int           // step that a resumed run goes on from: Costly, Validations and Total are then of the rest; 0 for a new one
	Total       time.Duration // estimate for the whole run
}

// How long a rehearsal takes: at least one measured step, at most as many as measuredSteps or as begin in measuredTime.
const (
	warmSteps     = 3
	measuredSteps = 10
	measuredTime  = 15 * time.Second
)

// Rehearse makes a few steps of a run and one validation, and writes nothing. It needs cfg.Clock. The parameters of the task are then
// those of a network that has learned a little. With cfg.Resume the estimate is that of the rest of the run in cfg.Dir.
func Rehearse[B any](ctx context.Context, cfg LoopConfig, task Task[B], batches func(step int) (B, error)) (Rehearsal, error) {
	if cfg.Clock == nil {
		return Rehearsal{}, errors.New("train: rehearse: the config has no clock")
	}
	if err := cfg.Validate(); err != nil {
		return Rehearsal{}, err
	}
	cfg = cfg.WithDefaults()
	from, err := startOf(cfg)
	if err != nil {
		return Rehearsal{}, err
	}
	measure := func(pick func(step int) int) (Rehearsal, error) {
		r := Rehearsal{From: from}
		err := r.steps(ctx, cfg, func(ctx context.Context, cfg LoopConfig, hook Hook) error {
			parts := cfg.parts()
			_, err := Run(ctx, cfg, task, func(part int) (B, error) { return batches(pick(part/parts)*parts + part%parts) }, hook)
			return err
		})
		return r, errors.Join(err, ctx.Err())
	}
	plain, costly := kindsOf(task, from, cfg.Steps)
	r, err := measure(plain.pick)
	if err != nil {
		return Rehearsal{}, err
	}
	if costly.count > 0 {
		slow, err := measure(costly.pick)
		if err != nil {
			return Rehearsal{}, err
		}
		r.Costly, r.CostlyStep = costly.count, slow.Step
	}
	if err := r.validation(cfg, task); err != nil {
		return Rehearsal{}, err
	}
	r.Total = time.Duration(plain.count)*r.Step + time.Duration(r.Costly)*r.CostlyStep + time.Duration(r.Validations)*r.Validation
	return r, nil
}

// startOf returns the step that a run goes on from. A run with nothing left to do is an error.
func startOf(cfg LoopConfig) (int, error) {
	if !cfg.Resume {
		return 0, nil
	}
	m, err := Resumed(cfg.Dir, cfg.Manifest)
	if err == nil && (m.Step >= cfg.Steps || ended(cfg.Dir, m)) {
		err = fmt.Errorf("train: the run in %q is finished, at step %d: there is nothing left to do", cfg.Dir, m.Step)
	}
	return m.Step, err
}

// stepKind is the steps of a run that take about as long as each other.
type stepKind struct {
	from  int // step that the run begins at
	count int // from there on
	has   func(step int) bool
}

// kindsOf sorts the steps of a run. Where all are alike they are plain.
func kindsOf(task any, from, steps int) (plain, costly stepKind) {
	all := stepKind{from, steps - from, func(int) bool { return true }}
	uneven, ok := task.(Uneven)
	if !ok {
		return all, stepKind{}
	}
	for step := from; step < steps; step++ {
		if uneven.Costly(step) {
			costly.count++
		}
	}
	if costly.count == 0 || costly.count == all.count {
		return all, stepKind{}
	}
	costly.from, costly.has = from, uneven.Costly
	return stepKind{from, all.count - costly.count, func(step int) bool { return !uneven.Costly(step) }}, costly
}

// pick returns step number k of the kind, and begins anew when there are no more.
func (s stepKind) pick(k int) int {
	k %= s.count
	for step := s.from; ; step++ {
		if !s.has(step) {
			continue
		}
		if k == 0 {
			return step
		}
		k--
	}
}

// steps measures steps. The run has no end of its own, as its last step would validate.
func (r *Rehearsal) steps(ctx context.Context, cfg LoopConfig, run func(ctx context.Context, cfg LoopConfig, hook Hook) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cfg.Dir, cfg.Resume, cfg.Steps, cfg.ReportEvery, cfg.ValidateEvery = "", false, math.MaxInt32, 1, math.MaxInt32
	var taken []time.Duration
	var warm, last time.Time
	hook := Hook{Name: "rehearse", Do: func(report Report) error {
		now := cfg.Clock()
		switch {
		case report.Step == 1:
			r.Loss = report.Loss
		case report.Step == warmSteps:
			warm = now
		case report.Step > warmSteps:
			taken = append(taken, now.Sub(last))
		}
		last = now
		if len(taken) == measuredSteps || (len(taken) > 0 && now.Sub(warm) > measuredTime) {
			cancel()
		}
		return nil
	}}
	if err := run(ctx, cfg, hook); err != nil {
		return err
	}
	if r.Steps = len(taken); r.Steps > 0 {
		slices.Sort(taken)
		r.Step = taken[r.Steps/2]
	}
	return nil
}

// validation measures what [loop.validate] will do, if the task validates.
func (r *Rehearsal) validation(cfg LoopConfig, task any) error {
	validator, ok := task.(Validator)
	if !ok {
		return nil
	}
	r.Validations = (cfg.Steps+cfg.ValidateEvery-1)/cfg.ValidateEvery - r.From/cfg.ValidateEvery
	start := cfg.Clock()
	err := torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			if _, err = validator.Validate(s); err != nil {
				return
			}
			if shower, ok := task.(Shower); ok && cfg.pictures() > 0 {
				_, err = draw(s, shower)
			}
		})
		return err
	})
	r.Validation = cfg.Clock().Sub(start)
	return err
}
