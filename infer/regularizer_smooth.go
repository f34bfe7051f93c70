package infer

import (
	"errors"

	"fringe/internal/torch"
)

// NewTV returns isotropic total variation (Rudin, Osher & Fatemi 1992), with b the beam in pixels:
//
//	R(I) = b/ζ Σ [√(Δx² + Δy² + ε²) − ε],   ε = TVEps·ζ/b³
//
// Δx and Δy are the differences to the next column and row. Beyond the border there is no difference: it counts as 0, so a
// flat image has R = 0. An image of flux ζ that is smooth over the beam has gradients of order ζ/b³ in b² pixels: hence
// the scales (the normalisation of eht-imaging, Chael et al. 2018, ApJ 857, 23).
func NewTV(c Scale) (*Regularizer, error) {
	b := c.beamCells()
	eps := c.rounding(c.FluxJy / (b * b * b))
	return newRegularizer("tv", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.MulScalar(s.Sum(modulus(s, squaredGradient(s, x), eps)), b/c.FluxJy)
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

// NewTVChannel returns the total variation of every pixel along the channels ν of a cube,
//
//	R(I) = 1/ζ Σ [√((I_{ν+1} − I_ν)² + ε²) − ε],   ε = TVEps·ζ/b²
//
// (TV_channel of MPoL, Czekala et al.). Two neighbouring channels without a common pixel give 2. The scale
// must have at least two channels.
func NewTVChannel(c Scale) (*Regularizer, error) {
	if c.planes() < 2 {
		return nil, errors.New("infer: regularizer tv_channel compares channels: Scale.Channels must be at least 2")
	}
	b := c.beamCells()
	eps := c.rounding(c.FluxJy / (b * b))
	return newRegularizer("tv_channel", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.MulScalar(s.Sum(modulus(s, s.Square(s.Difference(x, 0)), eps)), 1/c.FluxJy)
	})
}

// squaredGradient returns Δx² + Δy² for every pixel.
func squaredGradient(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	dx := s.Pad2D(s.Difference(x, 3), 0, 1, 0, 0)
	dy := s.Pad2D(s.Difference(x, 2), 0, 0, 0, 1)
	return s.Add(s.Square(dx), s.Square(dy))
}
