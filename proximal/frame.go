package proximal

import "fringe/internal/torch"

// Dictionary is a tight frame: Synthesise is the adjoint of Analyse, and Synthesise(Analyse(x)) = x. The SARA dictionary of
// package wavelet is one.
type Dictionary interface {
	Analyse(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)
	Synthesise(s *torch.Scope, c *torch.Tensor) (*torch.Tensor, error)
}

// Frame is R(x) = Σ|Ψᵀx|, the ℓ1 norm of an image's coefficients in a tight frame (with the SARA dictionary: Carrillo,
// McEwen & Wiaux 2012, MNRAS 426, 1223). A frame with more coefficients than the image has pixels leaves the proximal
// operator without a closed form: to threshold the coefficients and synthesise gives another image. [Dual.Prox] computes
// it to a tolerance; [ADMMStep] and [PrimalDualStep] do without.
type Frame struct{ Dictionary }

var _ Norm = Frame{}

// Gain returns 1: a tight frame keeps lengths.
func (Frame) Gain() float64 { return 1 }

// Measure returns Σ|c|.
func (Frame) Measure(s *torch.Scope, c *torch.Tensor) (*torch.Tensor, error) {
	return L1{}.Measure(s, c)
}

// Project clips every coefficient to [−radius, radius].
func (Frame) Project(s *torch.Scope, c, radius *torch.Tensor) (*torch.Tensor, error) {
	return L1{}.Project(s, c, radius)
}
