package infer

import (
	"fringe/internal/torch"
	"fringe/wavelet"
)

// NewSARA returns the sum of absolute coefficients in the SARA dictionary Ψ, nine orthonormal bases side by side (see package
// wavelet; Carrillo, McEwen & Wiaux 2012, MNRAS 426, 1223), with a rounded corner:
//
//	R(I) = 1/ζ Σ [√(c² + ε²) − ε],   c = Ψᵀ I,   ε = TVEps·ζ/b²
//
// Images whose edges and spots take few wavelets are cheap, noise and stripes are not. Of an image larger than the coarsest wavelets
// it is about ½: a third for the pixels themselves, the rest for what is smooth. Proximal solvers take the corner as it is; see
// package proximal.
func NewSARA(c Scale) (*Regularizer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	dictionary, err := wavelet.NewSARA(c.Grid.NY, c.Grid.NX, 0)
	if err != nil {
		return nil, err
	}
	b := c.beamCells()
	eps := c.rounding(c.FluxJy / (b * b))
	return &Regularizer{"sara", c.shape(), func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
		coefficients, err := dictionary.Analyse(s, x)
		if err != nil {
			return nil, err
		}
		return s.MulScalar(s.Sum(modulus(s, s.Square(coefficients), eps)), 1/c.FluxJy), nil
	}}, nil
}
