package main

import (
	"time"

	"fringe/measure"
)

// scaling compares a value and gradient of ten times as many visibilities with the usual number: they should cost the same.
func scaling(*session) ([]Row, error) {
	const reps, factor = 20, 10
	var terms []*measure.Quadratic
	p := newProblem(pixels, visibilities)
	for _, problem := range []*problem{newProblem(pixels, factor*visibilities), p} {
		q, err := quadratic(problem)
		if err != nil {
			return nil, err
		}
		defer q.Close()
		terms = append(terms, q)
	}
	x, grad := p.truth(), make([]float64, p.grid.Len())
	time := func(q *measure.Quadratic) func() (float64, error) {
		return func() (float64, error) {
			return timed(reps, time.Millisecond, func() error { _, err := q.ValueGrad(grad, x); return err })
		}
	}
	pairs, err := paired(15, time(terms[0]), time(terms[1]))
	if err != nil {
		return nil, err
	}
	return []Row{newRow("value and gradient, 2,000,000 visibilities / 200,000", "ms", pairs).atMost(1.1)}, nil
}
