package infer

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"fringe/internal/torch"
	"fringe/proximal"
)

// stepper is what the solvers with proximal steps share: a task whose state lives in tensors, and the curvature of its terms.
type stepper struct {
	*task
	s         *torch.Scope
	curvature float64 // bound of the largest eigenvalue of the terms' Hessian where the run has been
	x         []float64
	value     float64 // of the terms at x
	grad      []float64
	round     int // iterations so far
}

// steps runs a solver inside one scope: begin makes the state, step one iteration.
func (t *task) steps(ctx context.Context, begin func(r *stepper) (step func() (settled bool, err error), err error)) (solution, error) {
	var found solution
	err := torch.Do(func(s *torch.Scope) error {
		r := &stepper{task: t, s: s, x: t.start, grad: make([]float64, len(t.start))}
		stop, err := r.run(ctx, begin)
		if err != nil {
			return err
		}
		value, err := t.problem.addPenalties(r.value, r.x)
		found = t.monitor.solution(r.round, stop, r.x, value)
		return err
	})
	return found, err
}

// run makes the state and iterates it.
func (r *stepper) run(ctx context.Context, begin func(r *stepper) (func() (bool, error), error)) (Stop, error) {
	if ctx.Err() != nil {
		return Cancelled, nil
	}
	if stop, err := r.look(r.x, 0); stop != "" || err != nil {
		return stop, err
	}
	if r.config.StepSize == 0 || r.config.Solver == ADMM {
		if err := r.measureCurvature(); err != nil {
			return "", err
		}
	}
	step, err := begin(r)
	if err != nil {
		return "", err
	}
	return outer(ctx, r.config.MaxIterations, IterationCap, func(k int) (Stop, error) {
		settled, err := step()
		if err != nil {
			return "", err
		}
		r.round = k + 1
		stop, err := r.monitor.see(k+1, r.value, r.x)
		if stop == "" && settled {
			stop = Converged
		}
		return stop, err
	})
}

// look evaluates the terms at x, makes it the current image and lets the monitor see it as iteration k.
func (r *stepper) look(x []float64, k int) (Stop, error) {
	if err := r.move(x); err != nil {
		return "", err
	}
	return r.monitor.see(k, r.value, x)
}

// move makes x the current image.
func (r *stepper) move(x []float64) (err error) {
	r.x = x
	r.value, err = watched{r.objective, r.monitor}.ValueGrad(nil, x)
	return err
}

// constraint returns C of the problem.
func (r *stepper) constraint() proximal.Constraint {
	c := proximal.Constraint{Positive: r.config.Map == Projected}
	if r.problem.Mask != nil {
		mask := make([]float64, len(r.problem.Mask))
		for i, inside := range r.problem.Mask {
			if inside {
				mask[i] = 1
			}
		}
		c.Mask = r.s.FromFloat64s(mask, 1, 1, int64(r.problem.Grid.NY), int64(r.problem.Grid.NX))
	}
	return c
}

// splitting returns the part of the objective that is not smooth.
func (r *stepper) splitting() proximal.Splitting {
	p := proximal.Splitting{Constraint: r.constraint()}
	for _, t := range r.problem.Penalties {
		p.Penalties = append(p.Penalties, proximal.Penalty{Norm: t.Norm, Weight: r.number(t.Weight)})
	}
	return p
}

// number returns a step size or a weight as a tensor.
func (r *stepper) number(v float64) *torch.Tensor { return r.s.FromFloat64s([]float64{v}, 1, 1, 1, 1) }

// powerSteps leaves the largest eigenvalue of the Hessian a few per cent too small at worst, for which curvatureMargin makes up; what is
// left is found by the check of every step.
const (
	powerSteps      = 40
	curvatureMargin = 1.02
)

// measureCurvature estimates the largest eigenvalue of the Hessian of the terms by power iteration, with differences of
// gradients for its product with an image. The first image is the same pseudo-random one in every run. Differences are taken around
// x or, where pixels must not be negative, around an image so much brighter that no probe has a negative pixel: a term need not
// exist there.
func (r *stepper) measureCurvature() error {
	rng := rand.New(rand.NewPCG(1, 2))
	p := make([]float64, len(r.x))
	for i := range p {
		p[i] = rng.Float64()
	}
	reach := pixelScale(r.x) / 50 // the largest change of a pixel
	centre, at, here := slices.Clone(r.x), make([]float64, len(p)), make([]float64, len(p))
	if r.config.Map == Projected {
		floats.AddConst(reach, centre)
		blacken(centre, r.problem.Mask)
	}
	if _, err := r.objective.ValueGrad(here, centre); err != nil {
		return err
	}
	blacken(p, r.problem.Mask)
	for range powerSteps {
		floats.Scale(reach/floats.Norm(p, math.Inf(1)), p)
		floats.AddTo(at, centre, p)
		length := floats.Norm(p, 2)
		if _, err := r.objective.ValueGrad(p, at); err != nil {
			return err
		}
		floats.Sub(p, here)
		blacken(p, r.problem.Mask)
		if r.curvature = floats.Norm(p, 2) / length * curvatureMargin; r.curvature == 0 {
			return errors.New("infer: the terms are linear in the image: give a data term that depends on it, with positive weights")
		}
	}
	return nil
}

// raise is the factor on the curvature when a step shows that it is larger; maxRaises is where a gradient must be wrong.
const (
	raise     = 1.5
	maxRaises = 300
)

var errCurvature = errors.New("infer: no step lowers the terms as their gradient says: the gradient of a term is wrong")

// descends reports whether a step from y to the current image keeps the bound that the curvature promises (Beck & Teboulle
// 2009, eq. 2.5), f(x) ≤ f(y) + ⟨∇f(y), x − y⟩ + L/2 ‖x − y‖². Where rounding of the values hides that, it asks the gradients:
// ⟨∇f(x) − ∇f(y), x − y⟩ ≤ L‖x − y‖².
func (r *stepper) descends(y []float64, value float64, grad []float64) (bool, error) {
	linear, square := 0.0, 0.0
	for i, v := range r.x {
		linear += grad[i] * (v - y[i])
		square += (v - y[i]) * (v - y[i])
	}
	if r.value <= value+linear+0.5*r.curvature*square {
		return true, nil
	}
	at := make([]float64, len(y))
	if _, err := r.objective.ValueGrad(at, r.x); err != nil {
		return false, err
	}
	bend := 0.0
	for i, v := range r.x {
		bend += (at[i] - grad[i]) * (v - y[i])
	}
	return bend <= r.curvature*square, nil
}
