package infer

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"fringe/internal/torch"
	"fringe/proximal"
)

// primalDual is the state of a run.
type primalDual struct {
	*stepper
	at    proximal.PrimalDual
	split proximal.Splitting
	gain  float64 // Σ of the penalties' gains
}

// primalDual runs [proximal.PrimalDualStep]. The curvature is raised, and with it the steps shrink, when a step shows that the terms
// bend more than was measured.
func (t *task) primalDual(ctx context.Context) (solution, error) {
	return t.steps(ctx, func(r *stepper) (func() (bool, error), error) {
		p := &primalDual{stepper: r, split: r.splitting()}
		for _, t := range p.split.Penalties {
			p.gain += t.Norm.Gain()
		}
		x := r.problem.tensor(r.s, r.x)
		defer x.Drop()
		var err error
		p.at, err = proximal.NewPrimalDual(r.s, x, p.split)
		return p.step, err
	})
}

// lengths returns τ and σ with 1/τ = 0.6·L + σ·gain, where convergence needs 1/τ − σ·gain ≥ L/2, and σ·gain = Balance·L. A fixed step
// size takes the place of 1/L.
func (p *primalDual) lengths() (tau, sigma float64) {
	curvature := p.curvature
	if p.config.StepSize > 0 {
		curvature = 1 / p.config.StepSize
	}
	dual := p.config.Balance * curvature
	if p.gain == 0 {
		return 1 / (0.6 * curvature), 0
	}
	return 1 / (0.6*curvature + dual), dual / p.gain
}

// step makes one iteration, and reports whether it moved neither the image nor the dual variables by more than the tolerance.
func (p *primalDual) step() (settled bool, err error) {
	last := p.x
	value, err := p.objective.ValueGrad(p.grad, last)
	if err != nil {
		return false, err
	}
	gradient := p.problem.tensor(p.s, p.grad)
	defer gradient.Drop()
	for range maxRaises {
		next, err := p.attempt(gradient)
		if err != nil {
			return false, err
		}
		if p.config.StepSize == 0 {
			good, err := p.descends(last, value, p.grad)
			if err != nil {
				return false, err
			}
			if !good {
				p.curvature *= raise
				next.X.Drop()
				dropAll(next.U)
				continue
			}
		}
		return p.advance(next, last), nil
	}
	return false, errCurvature
}

// attempt makes a step with the present curvature and moves to it.
func (p *primalDual) attempt(gradient *torch.Tensor) (proximal.PrimalDual, error) {
	t, g := p.lengths()
	tau, sigma := p.number(t), p.number(g)
	defer tau.Drop()
	defer sigma.Drop()
	next, err := proximal.PrimalDualStep(p.s, p.at, gradient, p.split, tau, sigma)
	if err != nil {
		return next, err
	}
	return next, p.move(p.s.Float64s(next.X))
}

// advance makes next the state.
func (p *primalDual) advance(next proximal.PrimalDual, last []float64) (settled bool) {
	settled = floats.Distance(p.x, last, 2) <= p.config.Tolerance*floats.Norm(p.x, 2)
	for i, u := range next.U {
		moved, size := distanceAndSize(p.s, u, p.at.U[i])
		settled = settled && moved <= p.config.Tolerance*size
	}
	p.at.X.Drop()
	dropAll(p.at.U)
	p.at = next
	return settled
}

// distanceAndSize returns ‖a − b‖ and ‖a‖.
func distanceAndSize(s *torch.Scope, a, b *torch.Tensor) (distance, size float64) {
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		distance = math.Sqrt(s.Item(s.Sum(s.Square(s.Sub(a, b)))))
		size = math.Sqrt(s.Item(s.Sum(s.Square(a))))
		return nil
	})
	return distance, size
}

func dropAll(xs []*torch.Tensor) {
	for _, x := range xs {
		x.Drop()
	}
}
