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
}

const patience = 5

// solution is the best point that L-BFGS saw, and why it ended.
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
	if e.err != nil || e.ctx.Err() != nil {
		return optimize.Failure, errStopped
	}
	return optimize.NotTerminated, nil
}

var errStopped = errors.New("stopped")

// minimise runs gonum's L-BFGS with the Moré–Thuente line search on f from z, and calls report after every iteration,
// 0 being the start. A failing line search and a cancelled context end the run with the best point so far; an error of f
// is returned.
func (c lbfgs) minimise(ctx context.Context, f func(grad, z []float64) (float64, error), z []float64, report func(iteration int, value float64)) (solution, error) {
	e := &evaluation{ctx: ctx, f: f, grad: make([]float64, len(z)), best: solution{z: slices.Clone(z), value: math.Inf(1)}}
	problem := optimize.Problem{
		Func:   func(z []float64) float64 { e.at(z); return e.value },
		Grad:   func(grad, z []float64) { e.at(z); copy(grad, e.grad) },
		Status: e.status,
	}
	record := &recorder{report: report}
	settings := &optimize.Settings{
		MajorIterations: c.maxIterations + 1, // gonum counts the start
		Converger:       &optimize.FunctionConverge{Relative: c.tolerance, Absolute: c.tolerance, Iterations: patience},
		Recorder:        record,
	}
	result, err := optimize.Minimize(problem, z, settings, &optimize.LBFGS{Linesearcher: &optimize.MoreThuente{}})
	if err == nil && result.MajorIterations > record.count {
		record.add(result.F) // gonum does not record the iteration that ends the run
	}
	e.best.iterations = max(0, record.count-1)
	switch {
	case e.err != nil:
		return solution{}, e.err
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

// recorder counts major iterations and reports them.
type recorder struct {
	count  int
	report func(iteration int, value float64)
}

func (r *recorder) Init() error { return nil }

func (r *recorder) Record(loc *optimize.Location, op optimize.Operation, _ *optimize.Stats) error {
	if op == optimize.MajorIteration {
		r.add(loc.F)
	}
	return nil
}

func (r *recorder) add(value float64) {
	r.report(r.count, value)
	r.count++
}
