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
	n := c.Grid.Len()
	floor := entropyFloor * c.FluxJy / float64(n)
	prior := priorImage(c)
	for i := range prior {
		prior[i] += floor
	}
	return newRegularizer("entropy", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		p := s.FromFloat64s(prior, 1, 1, int64(c.Grid.NY), int64(c.Grid.NX))
		y := s.AddScalar(x, floor)
		cross := s.Mul(y, s.Log(s.Div(y, p)))
		return s.MulScalar(s.Sum(s.Add(cross, s.Sub(p, y))), 1/c.FluxJy)
	})
}

// priorImage returns a copy of the prior with the total flux FluxJy, flat when there is none.
func priorImage(c Scale) []float64 {
	p := make([]float64, c.Grid.Len())
	sum := 0.0
	for i := range p {
		p[i] = 1
		if c.Prior != nil {
			p[i] = c.Prior[i]
		}
		sum += p[i]
	}
	for i := range p {
		p[i] *= c.FluxJy / sum
	}
	return p
}
