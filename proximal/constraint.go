package proximal

import "fringe/internal/torch"

// Constraint is the set C of images that a solver may return. The zero value allows every image.
type Constraint struct {
	Positive bool          // no pixel below 0
	Mask     *torch.Tensor // 1 where a pixel may differ from 0, 0 elsewhere, [batch or 1, 1, ny, nx]; nil for everywhere
}

// Project returns the image of C that is nearest to x.
func (c Constraint) Project(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return c.project(s, x) }), nil
}

func (c Constraint) project(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	if c.Positive {
		x = s.ReLU(x)
	}
	if c.Mask != nil {
		x = s.Mul(x, c.Mask)
	}
	return s.MulScalar(x, 1) // a tensor of its own, also when C is everything
}
