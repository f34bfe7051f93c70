package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/internal/torch"
)

// Task is what is learned: parameters and a loss, which depends on them and on one batch alone.
type Task[B any] interface {
	Params() []torch.Param
	Loss(s *torch.Scope, b B) (*torch.Tensor, error) // a scalar of the scope
}

// Validator is a task that measures itself on examples that it does not learn from. The loop calls it with the averaged
// weights in place and no gradients recorded.
type Validator interface {
	Validate(s *torch.Scope) (map[string]float64, error)
}

// Result says how a run ended.
type Result struct {
	Step        int                // updates made, in this run and those that it resumed
	Interrupted bool               // the context ended before the last step; the run can be resumed
	Metrics     map[string]float64 // of the last validation
	BestStep    int                // step with the largest monitored metric; 0 for none
}

// Run trains until cfg.Steps updates are made or ctx ends, and then leaves the averaged weights in the task's parameters.
// Update k, counted from 1, learns from batches(k−1), which must be a pure function: it is called ahead of time in other
// goroutines, which must not touch tensors. A loss that is not finite is an error, raised before anything can see or save
// it. Both at the end of ctx and at the last step a checkpoint is saved.
func Run[B any](ctx context.Context, cfg LoopConfig, task Task[B], batches func(step int) (B, error), hooks ...Hook) (Result, error) {
	if err := cfg.Validate(); err != nil {
		return Result{}, err
	}
	l := loop{cfg: cfg.WithDefaults(), hooks: hooks}
	l.validator, _ = task.(Validator)
	err := torch.Do(func(s *torch.Scope) (err error) {
		if err := l.begin(s, task.Params()); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.end()) }()
		for b, err := range data.Prefetch(ctx, l.step, l.cfg.Workers, batches) {
			if ctx.Err() != nil || l.step >= l.cfg.Steps {
				break
			}
			if err != nil {
				return fmt.Errorf("train: batch of step %d: %w", l.step+1, err)
			}
			if err := l.advance(s, func(s *torch.Scope) (*torch.Tensor, error) { return task.Loss(s, b) }); err != nil {
				return err
			}
		}
		return l.finish(s)
	})
	if err != nil {
		return Result{}, err
	}
	return Result{Step: l.step, Interrupted: l.step < l.cfg.Steps, Metrics: l.metrics, BestStep: l.bestStep}, nil
}

// loop is a run in progress.
type loop struct {
	*state
	cfg       LoopConfig
	hooks     []Hook
	validator Validator // nil for none
	closeLog  func() error
	savedAt   int       // step of the checkpoint on disk
	clockAt   time.Time // of the last report
	items     int       // examples since then
}

// begin makes or resumes the state and opens the log.
func (l *loop) begin(s *torch.Scope, params []torch.Param) error {
	if len(params) == 0 {
		return errors.New("train: the task has no parameters")
	}
	l.state, l.closeLog, l.savedAt = newState(s, params), func() error { return nil }, -1
	if l.cfg.Dir == "" {
		l.tick()
		return nil
	}
	if l.cfg.Resume {
		if err := l.resume(l.cfg.Dir, l.cfg.Manifest); err != nil {
			return err
		}
		l.savedAt = l.step
	} else if err := refuseUsed(l.cfg.Dir); err != nil {
		return err
	} else if err := l.checkpoint(); err != nil { // an unusable folder is found now, not after hours
		return err
	}
	f, err := openLog(l.cfg.Dir, l.step)
	if err != nil {
		return err
	}
	l.closeLog, l.hooks = f.Close, append([]Hook{logTo(f)}, l.hooks...)
	l.tick()
	return nil
}

// refuseUsed makes sure that no run is overwritten.
func refuseUsed(dir string) error {
	switch m, _, err := checkpoints.Load(dir); {
	case errors.Is(err, checkpoints.ErrNone):
		return nil
	case err != nil:
		return err
	default:
		return fmt.Errorf("train: %q holds a run at step %d: resume it, or choose another folder", dir, m.Step)
	}
}

func (l *loop) end() error { return l.closeLog() }

// advance makes one update, and validates, reports and saves when it is time to.
func (l *loop) advance(s *torch.Scope, loss func(s *torch.Scope) (*torch.Tensor, error)) error {
	value, norm, err := l.update(s, loss)
	if err != nil {
		return fmt.Errorf("train: step %d: %w", l.step+1, err)
	}
	l.step++
	l.lossSum, l.lossCount, l.items = l.lossSum+value, l.lossCount+1, l.items+l.cfg.Batch
	last := l.step == l.cfg.Steps
	var metrics map[string]float64
	if l.validator != nil && (last || l.step%l.cfg.ValidateEvery == 0) {
		if metrics, err = l.validate(s); err != nil {
			return fmt.Errorf("train: validate at step %d: %w", l.step, err)
		}
	}
	if last || metrics != nil || l.step <= l.cfg.ReportEvery || l.step%l.cfg.ReportEvery == 0 {
		if err := l.report(norm, metrics); err != nil {
			return err
		}
	}
	if l.cfg.Dir != "" && l.step%l.cfg.SaveEvery == 0 {
		return l.checkpoint()
	}
	return nil
}

// update makes one step of Adam and returns the loss and the length of the gradient before it.
func (l *loop) update(s *torch.Scope, loss func(s *torch.Scope) (*torch.Tensor, error)) (value, norm float64, err error) {
	params, step := tensors(l.params), l.step+1
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var y *torch.Tensor
		if y, err = loss(s); err != nil {
			return nil
		}
		value = s.Item(y)
		grads := s.Grad(y, params, false)
		norm = s.GlobalNorm(grads)
		if !finite(value) || !finite(norm) {
			err = fmt.Errorf("the loss is %g and its gradient %g long, nothing was saved; lower learning_rate or clip_norm", value, norm)
			return nil
		}
		s.AdamStep(torch.Adam{
			LearningRate: l.cfg.rateAt(step), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: l.cfg.WeightDecay, Step: int64(step),
		}, params, clip(s, grads, norm, l.cfg.ClipNorm), tensors(l.m), tensors(l.v))
		l.average(s, l.cfg.emaAt(step))
		return nil
	})
	return value, norm, err
}

// average moves the averaged weights towards the weights.
func (l *loop) average(s *torch.Scope, decay float64) {
	s.NoGrad(func() {
		for i, p := range l.params {
			e := l.ema[i].Tensor
			s.Copy(e, s.Add(s.MulScalar(e, decay), s.MulScalar(p.Tensor, 1-decay)))
		}
	})
}

// report tells the hooks.
func (l *loop) report(norm float64, metrics map[string]float64) error {
	r := Report{
		Step: l.step, Steps: l.cfg.Steps, Loss: l.lossSum / float64(l.lossCount), LearningRate: l.cfg.rateAt(l.step),
		GradNorm: norm, Metrics: metrics,
	}
	l.lossSum, l.lossCount = 0, 0
	items, before := l.items, l.clockAt
	if l.tick(); l.cfg.Clock != nil {
		if d := l.clockAt.Sub(before).Seconds(); d > 0 {
			r.ItemsPerSecond = float64(items) / d
		}
	}
	for _, h := range l.hooks {
		if err := h.Do(r); err != nil {
			return fmt.Errorf("train: hook %q at step %d: %w", h.Name, l.step, err)
		}
	}
	return nil
}

func (l *loop) tick() {
	l.items = 0
	if l.cfg.Clock != nil {
		l.clockAt = l.cfg.Clock()
	}
}

func (l *loop) checkpoint() error {
	if l.cfg.Dir == "" || l.savedAt == l.step {
		return nil
	}
	l.savedAt = l.step
	return l.save(l.cfg.Dir, l.cfg.Manifest)
}

// finish saves the last checkpoint and leaves the averaged weights in the parameters.
func (l *loop) finish(s *torch.Scope) error {
	if err := l.checkpoint(); err != nil {
		return err
	}
	for i, p := range l.params {
		s.Copy(p.Tensor, l.ema[i].Tensor)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func tensors(params []torch.Param) []*torch.Tensor {
	out := make([]*torch.Tensor, len(params))
	for i, p := range params {
		out[i] = p.Tensor
	}
	return out
}
