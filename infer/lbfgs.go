package infer

import (
	"context"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"
)

// lbfgs settings: a run has converged when the value has not fallen by more than tolerance·(1 + |value|) within patience
// iterations. The 1 is there because values are log-likelihoods: a change far below 1 means nothing.
type lbfgs struct {
	maxIterations int
	tolerance     float64
	patience      int
}

// patience is the default.
const patience = 5

// solution is the best point that a solver saw, and why it ended.
type solution struct {
	z          []float64
	value      float64
	iterations int
	stop       Stop
}

// evaluation is the function behind gonum's problem. It keeps the last gradient, because gonum asks for value and gradient
// one after the other at the same point, and the best point so far.
type evaluation struct {
	ctx   context.Context
	f     func(grad, z []float64) (float64, error)
	z     []float64
	grad  []float64
	value float64
	best  solution
	halt  Stop // asked for by the report
	err   error
}

func (e *evaluation) at(z []float64) {
	if slices.Equal(e.z, z) || e.err != nil || e.ctx.Err() != nil {
		return
	}
	e.z = append(e.z[:0], z...)
	e.value, e.err = e.f(e.grad, z)
	if e.err == nil && e.value < e.best.value {
		e.best.value, e.best.z = e.value, append(e.best.z[:0], z...)
	}
}

func (e *evaluation) status() (optimize.Status, error) {
	if e.err != nil || e.halt != "" || e.ctx.Err() != nil {
		return optimize.Failure, errStopped
	}
	return optimize.NotTerminated, nil
}

var errStopped = errors.New("stopped")

// reporter hears of every iteration, 0 being the start; it may ask to stop there.
type reporter func(iteration int, value float64, z []float64) (Stop, error)

// minimise runs gonum's L-BFGS with the Moré–Thuente line search on f from z. A failing line search and a cancelled context
// end the run with the best point so far, a report that asks to stop with the point reported; an error of f is returned.
func (c lbfgs) minimise(ctx context.Context, f func(grad, z []float64) (float64, error), z []float64, report reporter) (solution, error) {
	e := &evaluation{ctx: ctx, f: f, grad: make([]float64, len(z)), best: solution{z: slices.Clone(z), value: math.Inf(1)}}
	problem := optimize.Problem{
		Func:   func(z []float64) float64 { e.at(z); return e.value },
		Grad:   func(grad, z []float64) { e.at(z); copy(grad, e.grad) },
		Status: e.status,
	}
	record := &recorder{report: report, of: e}
	settings := &optimize.Settings{
		MajorIterations: c.maxIterations + 1, // gonum counts the start
		Converger:       &optimize.FunctionConverge{Relative: c.tolerance, Absolute: c.tolerance, Iterations: c.patience},
		Recorder:        record,
	}
	result, err := optimize.Minimize(problem, z, settings, &optimize.LBFGS{Linesearcher: &optimize.MoreThuente{}})
	if err == nil && result.MajorIterations > record.count {
		record.add(result.F, result.X) // gonum does not record the iteration that ends the run
	}
	e.best.iterations = max(0, record.count-1)
	switch {
	case e.err != nil:
		return solution{}, e.err
	case e.halt != "":
		e.best.stop = e.halt
	case ctx.Err() != nil:
		e.best.stop = Cancelled
	case err != nil:
		e.best.stop = LineSearchStalled
	case result.Status == optimize.IterationLimit:
		e.best.stop = IterationCap
	default:
		e.best.stop = Converged
	}
	return e.best, nil
}

// lbfgs runs the solver on the task; the z of its solution are pixels.
func (t *task) lbfgs(ctx context.Context) (solution, error) {
	x := make([]float64, len(t.start))
	pixels := t.pixels()
	settings := lbfgs{t.config.MaxIterations, t.config.Tolerance, t.config.Patience}
	return settings.image(ctx, watched{t.objective, t.monitor}, pixels, t.start, func(iteration int, value float64, z []float64) (Stop, error) {
		pixels.Image(x, z)
		return t.monitor.see(iteration, value, x)
	})
}

// image minimises a term over the images of a map: found.z are pixels.
func (c lbfgs) image(ctx context.Context, o Term, m *Pixels, start []float64, report reporter) (solution, error) {
	found, err := c.minimise(ctx, m.through(o, len(start)), m.Inverse(start), report)
	if err != nil {
		return found, err
	}
	x := make([]float64, len(start))
	m.Image(x, found.z)
	found.z = x
	return found, nil
}

// watched is an objective that tells a monitor of every evaluation.
type watched struct {
	*Objective
	monitor *monitor
}

func (w watched) ValueGrad(grad, x []float64) (float64, error) {
	value, err := w.Objective.ValueGrad(grad, x)
	if err == nil {
		w.monitor.tried(x, w.Objective)
	}
	return value, err
}

// recorder counts major iterations and reports them.
type recorder struct {
	count  int
	report reporter
	of     *evaluation
}

func (r *recorder) Init() error { return nil }

func (r *recorder) Record(loc *optimize.Location, op optimize.Operation, _ *optimize.Stats) error {
	if op == optimize.MajorIteration {
		r.add(loc.F, loc.X)
	}
	return nil
}

func (r *recorder) add(value float64, z []float64) {
	stop, err := r.report(r.count, value, z)
	r.count++
	if err != nil && r.of.err == nil {
		r.of.err = err
	}
	if stop != "" {
		r.of.halt = stop
		r.of.best.value, r.of.best.z = value, append(r.of.best.z[:0], z...)
	}
}
