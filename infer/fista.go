package infer

import (
	"context"

	"gonum.org/v1/gonum/floats"

	"fringe/internal/torch"
	"fringe/proximal"
)

// fista is the state of a run.
type fista struct {
	*stepper
	at       proximal.FISTA
	momentum float64 // t
	split    proximal.Splitting
	dual     *torch.Tensor // dual solution of the last proximal operator, where the next one starts
}

// innerSteps caps the iterations inside a proximal operator without a closed form. They start from the last solution, so the
// error falls with that of the image.
const innerSteps = 50

// fista runs [proximal.ShrinkageStep] with backtracking, and drops the momentum when it points uphill (O'Donoghue & Candès 2015,
// Found. Comput. Math. 15, 715, the gradient scheme). The point from which a step starts is projected onto C as well: a term such as
// entropy does not exist where the momentum pushes a pixel below 0.
func (t *task) fista(ctx context.Context) (solution, error) {
	return t.steps(ctx, func(r *stepper) (func() (bool, error), error) {
		f := &fista{stepper: r, momentum: 1, split: r.splitting()}
		x := r.problem.tensor(r.s, r.x)
		f.at = proximal.FISTA{X: x, Y: r.s.MulScalar(x, 1)}
		return f.step, nil
	})
}

// step makes one iteration, and reports whether it moved the image by less than the tolerance.
func (f *fista) step() (settled bool, err error) {
	y := f.s.Float64s(f.at.Y)
	value, err := f.objective.ValueGrad(f.grad, y)
	if err != nil {
		return false, err
	}
	gradient := f.problem.tensor(f.s, f.grad)
	defer gradient.Drop()
	var push float64
	f.momentum, push = proximal.NextMomentum(f.momentum)
	for range maxRaises {
		next, err := f.attempt(gradient, push)
		if err != nil {
			return false, err
		}
		if f.config.StepSize == 0 {
			good, err := f.descends(y, value, f.grad)
			if err != nil {
				return false, err
			}
			if !good {
				f.curvature *= raise
				next.X.Drop()
				next.Y.Drop()
				continue
			}
		}
		return f.advance(next, y), nil
	}
	return false, errCurvature
}

// attempt makes a step with the present curvature and moves to it.
func (f *fista) attempt(gradient *torch.Tensor, push float64) (proximal.FISTA, error) {
	length := 1 / f.curvature
	if f.config.StepSize > 0 {
		length = f.config.StepSize
	}
	eta, beta := f.number(length), f.number(push)
	defer eta.Drop()
	defer beta.Drop()
	next, err := proximal.ShrinkageStep(f.s, f.at, gradient, f.prox, eta, beta)
	if err != nil {
		return next, err
	}
	ahead := next.Y
	defer ahead.Drop()
	if next.Y, err = f.split.Constraint.Project(f.s, ahead); err != nil {
		return next, err
	}
	return next, f.move(f.s.Float64s(next.X))
}

// advance makes next the state.
func (f *fista) advance(next proximal.FISTA, y []float64) (settled bool) {
	last := f.s.Float64s(f.at.X)
	against := 0.0
	for i, v := range f.x {
		against += (y[i] - v) * (v - last[i])
	}
	f.at.X.Drop()
	f.at.Y.Drop()
	if f.at = next; against > 0 {
		f.momentum = 1
		f.at.Y.Drop()
		f.at.Y = f.s.MulScalar(next.X, 1)
	}
	return floats.Distance(f.x, y, 2) <= f.config.Tolerance*floats.Norm(f.x, 2)
}

// prox is the proximal operator of the constraint and at most one penalty.
func (f *fista) prox(s *torch.Scope, v, eta *torch.Tensor) (*torch.Tensor, error) {
	if len(f.split.Penalties) == 0 {
		return f.split.Constraint.Project(s, v)
	}
	penalty := f.split.Penalties[0]
	radius := s.Mul(penalty.Weight, eta)
	defer radius.Drop()
	if _, separable := penalty.Norm.(proximal.L1); separable {
		shrunk, err := proximal.SoftThreshold(s, v, radius)
		if err != nil {
			return nil, err
		}
		defer shrunk.Drop()
		return f.split.Constraint.Project(s, shrunk)
	}
	inner := proximal.Dual{Iterations: innerSteps, Tolerance: max(f.config.Tolerance/10, 1e-9)}
	x, u, err := inner.Prox(s, penalty.Norm, f.split.Constraint, v, radius, f.dual)
	if err != nil {
		return nil, err
	}
	f.dual.Drop()
	f.dual = u
	return x, nil
}
