package infer

import (
	"fringe/internal/torch"
)

// entropyFloor is the brightness below which entropy stops to distinguish, as a part of the mean brightness.
const entropyFloor = 1e-6

// NewEntropy returns the relative entropy of the image with respect to the prior image P, per flux ζ = FluxJy:
//
//	R(I) = 1/ζ Σ [(I+δ) ln((I+δ)/(P+δ)) − I + P],   δ = 10⁻⁶ ζ/n
//
// (Skilling 1989; Narayan & Nityananda 1986, ARA&A 24, 127). It is zero and smallest at I = P, where P is Scale.Prior
// scaled to FluxJy. δ keeps value and gradient finite for black pixels. Of a negative pixel below −δ the logarithm is NaN,
// which [Objective] refuses.
func NewEntropy(c Scale) (*Regularizer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	floor := entropyFloor * c.FluxJy / float64(c.Grid.Len())
	prior := c.planePrior()
	for i := range prior {
		prior[i] += floor
	}
	return newRegularizer("entropy", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		p := s.FromFloat64s(prior, c.shape()...)
		y := s.AddScalar(x, floor)
		cross := s.Mul(y, s.Log(s.Div(y, p)))
		return s.MulScalar(s.Sum(s.Add(cross, s.Sub(p, y))), 1/c.FluxJy)
	})
}
