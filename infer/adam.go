package infer

import (
	"context"
	"math"
)

// The decay rates and the floor of Adam, those of the paper.
const (
	adamBeta1 = 0.9
	adamBeta2 = 0.999
	adamEps   = 1e-8
)

// halvings is how often in a row the step is halved without progress before the run has converged.
const halvings = 10

// descent is the state of Adam: the numbers z, and running means of the gradient and its square.
type descent struct {
	z, grad, mean, square []float64
	rate                  float64
	steps                 int // so far
}

// adam runs Adam (Kingma & Ba 2015, algorithm 1) through the map to pixels. Patience iterations without
// progress halve the step.
func (t *task) adam(ctx context.Context) (solution, error) {
	pixels := t.pixels()
	f := pixels.through(watched{t.objective, t.monitor}, len(t.start))
	n := len(t.start)
	d := &descent{z: pixels.Inverse(t.start), grad: make([]float64, n), mean: make([]float64, n), square: make([]float64, n), rate: t.config.StepSize}
	x := make([]float64, n)
	iterations, halved, value := -1, 0, 0.0
	stop, err := outer(ctx, t.config.MaxIterations+1, IterationCap, func(k int) (Stop, error) {
		if k > 0 {
			d.step(t.config.Map)
		}
		var err error
		if value, err = f(d.grad, d.z); err != nil {
			return "", err
		}
		pixels.Image(x, d.z)
		iterations = k
		if stop, err := t.monitor.see(k, value, x); stop != "" || err != nil {
			return stop, err
		}
		if t.monitor.since == 0 {
			halved = 0
		}
		if t.monitor.since < t.config.Patience {
			return "", nil
		}
		if halved++; halved > halvings {
			return Converged, nil
		}
		t.monitor.since = 1
		d.rate /= 2
		return "", nil
	})
	if err != nil {
		return solution{}, err
	}
	return t.monitor.solution(max(0, iterations), stop, x, value), nil
}

// step moves z by at most about rate in every element.
func (d *descent) step(m Positive) {
	d.steps++
	unbias1, unbias2 := 1-math.Pow(adamBeta1, float64(d.steps)), 1-math.Pow(adamBeta2, float64(d.steps))
	for i, g := range d.grad {
		d.mean[i] += (1 - adamBeta1) * (g - d.mean[i])
		d.square[i] += (1 - adamBeta2) * (g*g - d.square[i])
		d.z[i] -= d.rate * (d.mean[i] / unbias1) / (math.Sqrt(d.square[i]/unbias2) + adamEps)
		if m == Projected {
			d.z[i] = math.Max(0, d.z[i])
		}
	}
}
