package models

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// Level is the noise level that a network sees which is not told it: images are brought to it before and back after,
//
//	D(x, σ) = a·N(x/a),  a = σ/Level
//
// as AIRI does (Terris et al. 2023, MNRAS 518, 604). So D(c·x, c·σ) = c·D(x, σ), the Jacobians of D have the norms of those of N, and a
// network that was trained at one noise level works at all of them. Zero means 0.1, about the 25/255 of the literature.
type Level float64

func (l Level) orDefault() Level {
	if l == 0 {
		return 0.1
	}
	return l
}

// check says what is wrong with the level of a network.
func (l Level) check(network string) error {
	if v := float64(l); v != 0 && !(v >= 1e-6 && v <= 1e3) || math.IsNaN(v) {
		return fmt.Errorf("models: %s level is %g, must be between 1e-6 and 1000", network, v)
	}
	return nil
}

// at returns the map of images x [batch, 1, ny, nx] with noise sigma [batch or 1, 1, 1, 1] that forward makes of those at the level.
func (l Level) at(forward func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)) func(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return func(s *torch.Scope, x, sigma *torch.Tensor) (y *torch.Tensor, err error) {
		defer torch.Catch(&err)
		if err := checkLevel("network's", x, sigma); err != nil {
			return nil, err
		}
		y = s.Tidy(func(s *torch.Scope) *torch.Tensor {
			a := s.MulScalar(s.AddScalar(sigma, levelGuard), 1/float64(l.orDefault()))
			var out *torch.Tensor
			if out, err = forward(s, s.Div(x, a)); err != nil {
				return nil
			}
			return s.Mul(out, a)
		})
		return y, err
	}
}

// denoise applies forward at the level without gradients, in the element type of x; without noise there is nothing to remove.
func (l Level) denoise(
	s *torch.Scope, x *torch.Tensor, sigma float64, float64s bool, forward func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error),
) (*torch.Tensor, error) {
	if sigma == 0 {
		return s.Detach(s.AddScalar(x, 0)), nil
	}
	return denoise(s, x, sigma, float64s, l.at(forward))
}
