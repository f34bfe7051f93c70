package models

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// denoise applies forward to x without recording gradients, in the element type of the network, and returns that of x. The level that
// forward gets is sigma, [1, 1, 1, 1].
func denoise(s *torch.Scope, x *torch.Tensor, sigma float64, float64s bool,
	forward func(s *torch.Scope, x, level *torch.Tensor) (*torch.Tensor, error),
) (y *torch.Tensor, err error) {
	if !(sigma >= 0) || math.IsInf(sigma, 0) {
		return nil, fmt.Errorf("models: denoise: sigma is %g, must be zero or positive and finite", sigma)
	}
	s.NoGrad(func() {
		y = s.Tidy(func(s *torch.Scope) *torch.Tensor {
			level := s.To(s.FromFloat64s([]float64{sigma}, 1, 1, 1, 1), dtype(float64s))
			var out *torch.Tensor
			if out, err = forward(s, s.To(x, dtype(float64s)), level); err != nil {
				return nil
			}
			return s.To(out, x.DType())
		})
	})
	return y, err
}

// checkLevel says what is wrong with the noise levels of the images x: [batch or 1, 1, 1, 1].
func checkLevel(name string, x, sigma *torch.Tensor) error {
	shape, batch := sigma.Shape(), x.Shape()[0]
	if len(shape) != 4 || shape[0] != 1 && shape[0] != batch || sigma.Len() != int(shape[0]) {
		return fmt.Errorf("models: %s noise level has shape %v, must be [%d or 1, 1, 1, 1]", name, shape, batch)
	}
	return nil
}
