package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
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

// Buffered is a task with tensors that its loss moves besides the parameters, such as the statistics of batch normalisation. They are
// averaged, saved and resumed as the parameters are.
type Buffered interface {
	Buffers() []torch.Param
}

// Validator is a task that measures itself on examples that it does not learn from. The loop calls it with the averaged
// weights in place and no gradients recorded.
type Validator interface {
	Validate(s *torch.Scope) (map[string]float64, error)
}

// Measured is a [Validator] that says beforehand which metrics it measures, so that a run that monitors another one does not begin.
type Measured interface {
	Validator
	MetricNames() []string // the keys of what Validate returns
}

// Uneven is a task some of whose updates take longer than others. Costly reports whether the one from batch number step does.
type Uneven interface {
	Costly(step int) bool
}

// Result says how a run ended.
type Result struct {
	Step        int                // updates made, in this run and those that it resumed
	Interrupted bool               // the context ended before the last step; the run can be resumed
	Early       bool               // ended because the monitored metric had not risen in Patience validations
	Metrics     map[string]float64 // of the last validation
	BestStep    int                // step with the largest monitored metric; 0 for none
}

// Run trains until cfg.Steps updates are made or ctx ends, and then leaves the averaged weights in the task's parameters.
// Update k, counted from 1, learns from batches(k−1), which must be a pure function: it is called ahead of time in other
// goroutines, which must not touch tensors. With cfg.Accumulate = a it learns from the a parts batches(a(k−1)), …, batches(ak−1) of
// cfg.Part() examples each, and from the mean of their losses. A loss that is not finite is an error, raised before anything can see or save
// it. However a run ends but by an error, a checkpoint is saved.
func Run[B any](ctx context.Context, cfg LoopConfig, task Task[B], batches func(step int) (B, error), hooks ...Hook) (Result, error) {
	if err := cfg.Validate(); err != nil {
		return Result{}, err
	}
	if err := checkMonitor(cfg.Monitor, task); err != nil {
		return Result{}, err
	}
	l := loop{cfg: cfg.WithDefaults(), hooks: hooks}
	l.validator, _ = task.(Validator)
	l.shower, _ = task.(Shower)
	unlock, err := l.lock()
	if err != nil {
		return Result{}, err
	}
	err = torch.Do(func(s *torch.Scope) (err error) {
		var buffers []torch.Param
		if b, ok := task.(Buffered); ok {
			buffers = b.Buffers()
		}
		if err := l.begin(s, task.Params(), buffers); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, l.end()) }()
		var parts []B
		for b, err := range data.Prefetch(ctx, l.step*l.cfg.parts(), l.cfg.Workers, batches) {
			if ctx.Err() != nil || l.finished() {
				break
			}
			if err != nil {
				return fmt.Errorf("train: batch of step %d: %w", l.step+1, err)
			}
			if parts = append(parts, b); len(parts) < l.cfg.parts() {
				continue
			}
			if err := l.advance(s, func(s *torch.Scope, part int) (*torch.Tensor, error) { return task.Loss(s, parts[part]) }); err != nil {
				return err
			}
			parts = parts[:0]
		}
		return l.finish(s)
	})
	if err = errors.Join(err, unlock()); err != nil {
		return Result{}, err
	}
	return Result{Step: l.step, Interrupted: !l.finished(), Early: l.exhausted(), Metrics: l.metrics, BestStep: l.bestStep}, nil
}

// loop is a run in progress.
type loop struct {
	*state
	cfg       LoopConfig
	hooks     []Hook
	optimizer optimizer
	validator Validator // nil for none
	shower    Shower    // nil for none
	log       *os.File  // nil for none
	close     []func() error
	savedAt   int       // step of the checkpoint on disk
	clockAt   time.Time // of the last report
	items     int       // examples since then
}

// lock keeps the folder of the run to this run. A folder to go on in is not made when it is missing.
func (l *loop) lock() (unlock func() error, err error) {
	if l.cfg.Dir == "" {
		return func() error { return nil }, nil
	}
	if !l.cfg.Resume {
		if err := os.MkdirAll(l.cfg.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("train: make the folder of the run: %w", err)
		}
	}
	return checkpoints.Lock(l.cfg.Dir)
}

// begin makes or resumes the state and opens the log.
func (l *loop) begin(s *torch.Scope, params, buffers []torch.Param) error {
	if len(params) == 0 {
		return errors.New("train: the task has no parameters")
	}
	var err error
	if l.optimizer, err = l.cfg.Optimizer.optimizer(l.cfg.WeightDecay); err != nil {
		return err
	}
	l.state, l.savedAt = newState(s, params, buffers, l.optimizer.slots()), -1
	if l.cfg.Dir == "" {
		l.tick()
		return nil
	}
	if l.cfg.Resume {
		if err := l.resume(l.cfg.Dir, &l.cfg.Manifest); err != nil {
			return err
		}
		l.savedAt = l.step
	} else if err := refuseUsed(l.cfg.Dir); err != nil {
		return err
	} else if err := l.checkpoint(); err != nil { // an unusable folder is found now, not after hours
		return err
	}
	if err := l.openRecords(); err != nil {
		return errors.Join(err, l.end())
	}
	l.tick()
	return nil
}

// openRecords puts the hooks that write into the folder of the run before the others.
func (l *loop) openRecords() error {
	f, err := openLog(l.cfg.Dir, l.step)
	if err != nil {
		return err
	}
	l.log, l.close = f, append(l.close, f.Close)
	ours := []Hook{logTo(f)}
	if l.draws() {
		ours = append(ours, picturesTo(l.cfg.Dir, l.cfg.pictures()))
	}
	if l.cfg.TensorBoard {
		w, err := l.openTensorBoard()
		if err != nil {
			return err
		}
		l.close = append(l.close, w.Close)
		ours = append(ours, tensorBoardTo(w))
	}
	l.hooks = append(ours, l.hooks...)
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
		if ended(dir, m) {
			return fmt.Errorf("train: %q holds a run that is finished, at step %d: choose another folder; to go on from its weights, set init: %s in the config", dir, m.Step, dir)
		}
		return fmt.Errorf("train: %q holds a run at step %d: resume it, or choose another folder", dir, m.Step)
	}
}

// end closes the files of the records.
func (l *loop) end() (err error) {
	for _, c := range l.close {
		err = errors.Join(err, c())
	}
	return err
}

// finished reports whether the run is at its end.
func (l *loop) finished() bool { return l.step >= l.cfg.Steps || l.exhausted() }

// exhausted reports whether the monitored metric has not risen for too long.
func (l *loop) exhausted() bool { return l.cfg.Patience > 0 && l.stale >= l.cfg.Patience }

// advance makes one update, and validates, reports and saves when it is time to.
func (l *loop) advance(s *torch.Scope, loss func(s *torch.Scope, part int) (*torch.Tensor, error)) error {
	rate := l.rate(l.step + 1)
	value, norm, err := l.update(s, rate, loss)
	if err != nil {
		return fmt.Errorf("train: step %d: %w", l.step+1, err)
	}
	l.step++
	l.lossSum, l.lossCount, l.items = l.lossSum+value, l.lossCount+1, l.items+l.cfg.Batch
	last := l.step == l.cfg.Steps
	var seen validation
	if l.validator != nil && (last || l.step%l.cfg.ValidateEvery == 0) {
		if seen, err = l.validate(s); err != nil {
			return fmt.Errorf("train: validate at step %d: %w", l.step, err)
		}
	}
	if last || seen.metrics != nil || l.step <= l.cfg.ReportEvery || l.step%l.cfg.ReportEvery == 0 {
		if err := l.report(rate, norm, seen); err != nil {
			return err
		}
	}
	if l.cfg.Dir != "" && l.step%l.cfg.SaveEvery == 0 {
		return l.checkpoint()
	}
	return nil
}

// update changes the weights and returns the loss and the length of the gradient before that.
func (l *loop) update(
	s *torch.Scope, rate float64, loss func(s *torch.Scope, part int) (*torch.Tensor, error),
) (value, norm float64, err error) {
	params, step := tensors(l.params), l.step+1
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var grads []*torch.Tensor
		if value, grads, err = gradient(s, params, l.cfg.parts(), loss); err != nil {
			return nil
		}
		norm = s.GlobalNorm(grads)
		if !finite(value) || !finite(norm) {
			err = fmt.Errorf("the loss is %g and its gradient %g long, nothing was saved; lower learning_rate or clip_norm", value, norm)
			return nil
		}
		var running [][]*torch.Tensor
		for _, slot := range l.running {
			running = append(running, tensors(slot))
		}
		l.optimizer.update(s, step, rate, params, clip(s, grads, norm, l.cfg.ClipNorm), running)
		l.average(s, l.cfg.emaAt(step))
		return nil
	})
	return value, norm, err
}

// average moves the averaged weights towards the weights.
func (l *loop) average(s *torch.Scope, decay float64) {
	s.NoGrad(func() {
		for i, p := range l.weights {
			e := l.ema[i].Tensor
			s.Copy(e, s.Add(s.MulScalar(e, decay), s.MulScalar(p.Tensor, 1-decay)))
		}
	})
}

// report tells the hooks.
func (l *loop) report(rate, norm float64, seen validation) error {
	r := Report{
		Step: l.step, Steps: l.cfg.Steps, Loss: l.lossSum / float64(l.lossCount), LearningRate: rate,
		GradNorm: norm, Metrics: seen.metrics, Picture: seen.picture, Best: seen.metrics != nil && l.bestStep == l.step,
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
	if l.log != nil { // a checkpoint that survives a power cut must not lack its log
		if err := l.log.Sync(); err != nil {
			return fmt.Errorf("train: sync log: %w", err)
		}
	}
	if err := l.keep(); err != nil {
		return err
	}
	return l.save(l.cfg.Dir, l.cfg.Manifest)
}

// finish saves the last checkpoint and leaves the averaged weights in the parameters.
func (l *loop) finish(s *torch.Scope) error {
	if err := l.checkpoint(); err != nil {
		return err
	}
	for i, p := range l.weights {
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
