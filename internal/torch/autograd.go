package torch

import lib "github.com/sugarme/gotch/libtch"

// RequireGrad marks x, a leaf, as something that gradients are taken for, and returns x.
func (s *Scope) RequireGrad(x *Tensor) *Tensor {
	s.Tidy(func(s *Scope) *Tensor {
		s.unary("RequireGrad", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgSetRequiresGrad(out, c, 1) }, x)
		return nil
	})
	return x
}

// Detach returns x without its history: no gradient flows through it. The storage is shared.
func (s *Scope) Detach(x *Tensor) *Tensor { return s.unary("Detach", lib.AtgDetach, x) }

// Grad returns the gradients of the scalar y with respect to xs, each of the shape of its x; zeros where y does not depend
// on it. The graph of y is freed; with createGraph it is kept and the gradients can be differentiated again.
func (s *Scope) Grad(y *Tensor, xs []*Tensor, createGraph bool) []*Tensor {
	return s.VJP(y, nil, xs, createGraph)
}
