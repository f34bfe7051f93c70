package proximal

import "fringe/internal/torch"

// TV is isotropic total variation, R(x) = Σ √(Δx² + Δy²), with the differences to the next column and row, 0 beyond the
// border (Rudin, Osher & Fatemi 1992). It has corners; infer.NewTV is its smooth form.
type TV struct{}

var _ Norm = TV{}

// Analyse returns Δx and Δy, [batch, 2, ny, nx].
func (TV) Analyse(s *torch.Scope, x *torch.Tensor) (c *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		return s.Cat(1, difference(s, x, 3), difference(s, x, 2))
	}), nil
}

// Synthesise returns the adjoint of Analyse, minus the divergence.
func (TV) Synthesise(s *torch.Scope, c *torch.Tensor) (x *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		return s.Add(differenceAdjoint(s, s.Narrow(c, 1, 0, 1), 3), differenceAdjoint(s, s.Narrow(c, 1, 1, 1), 2))
	}), nil
}

// Gain returns 8, which ‖L‖² approaches on large images (Chambolle 2004, J. Math. Imaging Vis. 20, 89, theorem 3.1).
func (TV) Gain() float64 { return 8 }

// Measure returns Σ √(Δx² + Δy²).
func (TV) Measure(s *torch.Scope, c *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Sum(s.Sqrt(s.SumDims(s.Square(c), 1))) }), nil
}

// tinyLength is added to squared lengths, in units of the radius, so that the root has a gradient at 0; far below rounding of
// the lengths that a projection changes.
const tinyLength = 1e-30

// Project shortens every pair (Δx, Δy) that is longer than radius to that length.
func (TV) Project(s *torch.Scope, c, radius *torch.Tensor) (u *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		length := s.Sqrt(s.AddScalar(s.SumDims(s.Square(s.Div(c, radius)), 1), tinyLength))
		return s.Div(c, s.AddScalar(s.ReLU(s.AddScalar(length, -1)), 1))
	}), nil
}

// difference returns the next pixel along dim minus this one, 0 for the last.
func difference(s *torch.Scope, x *torch.Tensor, dim int64) *torch.Tensor {
	n := x.Shape()[dim]
	if n == 1 {
		return s.MulScalar(x, 0)
	}
	d := s.Difference(x, dim)
	if dim == 3 {
		return s.Pad2D(d, 0, 1, 0, 0)
	}
	return s.Pad2D(d, 0, 0, 0, 1)
}

func differenceAdjoint(s *torch.Scope, c *torch.Tensor, dim int64) *torch.Tensor {
	n := c.Shape()[dim]
	if n == 1 {
		return s.MulScalar(c, 0)
	}
	c = s.Narrow(c, dim, 0, n-1)
	if dim == 3 {
		return s.Sub(s.Pad2D(c, 1, 0, 0, 0), s.Pad2D(c, 0, 1, 0, 0))
	}
	return s.Sub(s.Pad2D(c, 0, 0, 1, 0), s.Pad2D(c, 0, 0, 0, 1))
}
