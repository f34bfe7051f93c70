package infer

import (
	"fringe/internal/torch"
)

// defaultTVEps rounds total variation below a thousandth of the typical gradient.
const defaultTVEps = 1e-3

// NewL1 returns the sum of absolute brightness per flux, R(I) = Σ|I| / FluxJy, with gradient 0 at black pixels (Tibshirani
// 1996). Of an image without negative pixels it is the total flux: it then favours compact images only against data that
// leave the flux free.
func NewL1(c Scale) (*Regularizer, error) {
	return newRegularizer("l1", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.MulScalar(s.Sum(s.Abs(x)), 1/c.FluxJy)
	})
}

// NewTV returns isotropic total variation (Rudin, Osher & Fatemi 1992), with b the beam in pixels:
//
//	R(I) = b/ζ Σ [√(Δx² + Δy² + ε²) − ε],   ε = TVEps·ζ/b³
//
// Δx and Δy are the differences to the next column and row. Beyond the border there is no difference: it counts as 0, so a
// flat image has R = 0. An image of flux ζ that is smooth over the beam has gradients of order ζ/b³ in b² pixels: hence
// the scales (the normalisation of eht-imaging, Chael et al. 2018, ApJ 857, 23).
func NewTV(c Scale) (*Regularizer, error) {
	b := c.beamCells()
	eps := c.TVEps
	if eps == 0 {
		eps = defaultTVEps
	}
	// Below 1e-150 the slope of the root, 1/ε, and ε² would leave the range of float64: so no ε, however small, makes a NaN.
	eps = max(eps*c.FluxJy/(b*b*b), 1e-150)
	return newRegularizer("tv", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		root := s.Sqrt(s.AddScalar(squaredGradient(s, x), eps*eps))
		return s.MulScalar(s.Sum(s.AddScalar(root, -eps)), b/c.FluxJy)
	})
}

// NewTSV returns total squared variation (Kuramochi et al. 2018, ApJ 858, 56), R(I) = (b²/ζ)² Σ (Δx² + Δy²), with the
// differences, border and scales of [NewTV].
func NewTSV(c Scale) (*Regularizer, error) {
	b := c.beamCells()
	factor := b * b / c.FluxJy
	return newRegularizer("tsv", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.Sum(squaredGradient(s, s.MulScalar(x, factor)))
	})
}

// squaredGradient returns Δx² + Δy² for every pixel.
func squaredGradient(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.Add(s.Square(difference(s, x, 3)), s.Square(difference(s, x, 2)))
}

// difference returns the next pixel along dim minus this one, 0 for the last.
func difference(s *torch.Scope, x *torch.Tensor, dim int64) *torch.Tensor {
	n := x.Shape()[dim]
	if n == 1 {
		return s.MulScalar(x, 0)
	}
	d := s.Sub(s.Narrow(x, dim, 1, n-1), s.Narrow(x, dim, 0, n-1))
	if dim == 3 {
		return s.Pad2D(d, 0, 1, 0, 0)
	}
	return s.Pad2D(d, 0, 0, 0, 1)
}
