package proximal

import "fringe/internal/torch"

// L1 is R(x) = Σ|x| over pixels. Its proximal operator is [SoftThreshold].
type L1 struct{}

var _ Norm = L1{}

// Analyse returns x.
func (L1) Analyse(s *torch.Scope, x *torch.Tensor) (c *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.MulScalar(x, 1), nil
}

// Synthesise returns c.
func (L1) Synthesise(s *torch.Scope, c *torch.Tensor) (*torch.Tensor, error) {
	return L1{}.Analyse(s, c)
}

// Gain returns 1.
func (L1) Gain() float64 { return 1 }

// Measure returns Σ|c|.
func (L1) Measure(s *torch.Scope, c *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Sum(s.Abs(c)) }), nil
}

// Project clips every coefficient to [−radius, radius].
func (L1) Project(s *torch.Scope, c, radius *torch.Tensor) (u *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Sub(c, softThreshold(s, c, radius)) }), nil
}

// SoftThreshold moves every element by t towards 0 and stops there: the proximal operator of t·Σ|x| (Daubechies,
// Defrise & De Mol 2004, Commun. Pure Appl. Math. 57, 1413).
func SoftThreshold(s *torch.Scope, x, t *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return softThreshold(s, x, t) }), nil
}

func softThreshold(s *torch.Scope, x, t *torch.Tensor) *torch.Tensor {
	return s.Sub(s.ReLU(s.Sub(x, t)), s.ReLU(s.Sub(s.MulScalar(x, -1), t)))
}
