package infer

import (
	"context"
	"math"
	"slices"
)

// outer calls step for k = 0, 1, … until it returns a reason to stop, the context ends, or limit steps are made, which is the
// reason atLimit.
func outer(ctx context.Context, limit int, atLimit Stop, step func(k int) (Stop, error)) (Stop, error) {
	for k := range limit {
		if ctx.Err() != nil {
			return Cancelled, nil
		}
		if stop, err := step(k); stop != "" || err != nil {
			return stop, err
		}
	}
	return atLimit, nil
}

// record is what solvers keep of a run: its history, and the best image so far.
type record struct {
	problem   *Problem
	result    *Result
	best      []float64
	bestValue float64
}

// newRecord starts with an image that every other one beats.
func newRecord(p *Problem, start []float64) record {
	return record{problem: p, result: &Result{}, best: start, bestValue: math.Inf(1)}
}

// add counts an iteration and reports it.
func (r *record) add(step Step) {
	r.result.Iterations++
	r.result.History = append(r.result.History, step)
	r.problem.report(step)
}

// keep remembers x if its value is the lowest so far. It borrows x.
func (r *record) keep(x []float64, value float64) {
	if value < r.bestValue {
		r.best, r.bestValue = slices.Clone(x), value
	}
}
