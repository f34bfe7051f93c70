package proximal

import (
	"fringe/internal/torch"
)

// Norm is a convex function R(x) = ‖Lx‖ of an image through a linear map L. Solvers need no more of it than these four.
type Norm interface {
	// Analyse returns the coefficients Lx of images x [batch, 1, ny, nx]: four dimensions, the batch first.
	Analyse(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)
	// Synthesise returns Lᵀc, the exact adjoint of Analyse.
	Synthesise(s *torch.Scope, c *torch.Tensor) (*torch.Tensor, error)
	// Gain bounds ‖L‖² from above.
	Gain() float64
	// Measure returns ‖c‖ of coefficients, a scalar: the sum over the batch.
	Measure(s *torch.Scope, c *torch.Tensor) (*torch.Tensor, error)
	// Project returns the nearest point to c of the ball {u : ⟨u, d⟩ ≤ radius·‖d‖ for every d} of the dual norm.
	Project(s *torch.Scope, c, radius *torch.Tensor) (*torch.Tensor, error)
}

// Penalty is weight·R(x) of an objective.
type Penalty struct {
	Norm   Norm
	Weight *torch.Tensor
}

// Shrink returns the proximal operator of t·‖·‖ on coefficients, c − P(c) with P the projection onto the ball of radius t
// (Moreau 1965).
func Shrink(s *torch.Scope, n Norm, c, t *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	inside, err := n.Project(s, c, t)
	if err != nil {
		return nil, err
	}
	y = s.Sub(c, inside)
	inside.Drop()
	return y, nil
}

// Value returns R(x), a scalar.
func Value(s *torch.Scope, n Norm, x *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	c, err := n.Analyse(s, x)
	if err != nil {
		return nil, err
	}
	return n.Measure(s, c)
}
