package proximal

import "fringe/internal/torch"

// PrimalDual is the state of [PrimalDualStep]: the image, and one dual variable per penalty, of the shape of its coefficients.
type PrimalDual struct {
	X *torch.Tensor
	U []*torch.Tensor
}

// NewPrimalDual returns the state that belongs to a start image: U = 0.
func NewPrimalDual(s *torch.Scope, x *torch.Tensor, p Splitting) (at PrimalDual, err error) {
	defer torch.Catch(&err)
	at.X = s.MulScalar(x, 1)
	for _, penalty := range p.Penalties {
		c, err := penalty.Norm.Analyse(s, x)
		if err != nil {
			return PrimalDual{}, err
		}
		at.U = append(at.U, s.MulScalar(c, 0))
		c.Drop()
	}
	return at, nil
}

// PrimalDualStep makes one step of Condat's and Vũ's algorithm (Condat 2013, J. Optim. Theory Appl. 158, 460, algorithm 3.1;
// Vũ 2013), given the gradient of f at X:
//
//	x⁺ = P(x − τ(∇f(x) + Σ Lᵢᵀuᵢ)),  uᵢ⁺ = projection of uᵢ + σLᵢ(2x⁺ − x) onto the ball of radius weightᵢ
//
// P projects onto C. It converges for 1/τ − σ Σ Gainᵢ ≥ β/2, with β the curvature of f. No inner loop, any number of penalties.
func PrimalDualStep(s *torch.Scope, at PrimalDual, gradient *torch.Tensor, p Splitting, tau, sigma *torch.Tensor) (next PrimalDual, err error) {
	defer torch.Catch(&err)
	force := s.MulScalar(gradient, 1)
	for i, penalty := range p.Penalties {
		back, err := penalty.Norm.Synthesise(s, at.U[i])
		if err != nil {
			return PrimalDual{}, err
		}
		sum := s.Add(force, back)
		drop(force, back)
		force = sum
	}
	next.X = s.Tidy(func(s *torch.Scope) *torch.Tensor { return p.Constraint.project(s, s.Sub(at.X, s.Mul(tau, force))) })
	force.Drop()
	ahead := extrapolate(s, next.X, at.X, 1)
	for i, penalty := range p.Penalties {
		c, err := penalty.Norm.Analyse(s, ahead)
		if err != nil {
			return PrimalDual{}, err
		}
		moved := replace(s, s.MulScalar(at.U[i], 1), sigma, c, 1)
		c.Drop()
		u, err := penalty.Norm.Project(s, moved, penalty.Weight)
		if err != nil {
			return PrimalDual{}, err
		}
		moved.Drop()
		next.U = append(next.U, u)
	}
	ahead.Drop()
	return next, nil
}
