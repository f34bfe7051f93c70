package models

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"fringe/internal/torch"
)

// Denoiser estimates the sky in an image with white Gaussian noise of known standard deviation σ. It is a residual network:
//
//	D(x, σ) = x − σ·U([x, σ])
//
// where the second channel is constant σ and U is a U-net that so learns noise of unit variance at every level (the output
// scaling of Karras et al. 2022, table 1, for σ well below the signal). As U has no bias before its first normalisation,
// D(a·x, a·σ) = a·D(x, σ) up to the guard of that normalisation: the unit of x hardly matters. With norm: none the convolutions have biases,
// and it does. Untrained, D(x, σ) = x.
type Denoiser struct {
	*UNet
}

// NewDenoiser makes a denoiser with random weights. In and Out of the config must be 0 or 2 and 1; the last layer starts at
// zero whatever ZeroOutput says.
func NewDenoiser(c UNetConfig, rng *rand.Rand) (*Denoiser, error) {
	if c.In == 0 {
		c.In = 2
	}
	if c.In != 2 || c.WithDefaults().Out != 1 {
		return nil, fmt.Errorf("models: denoiser has %d input and %d output channels, must be 2 (image and noise level) and 1: leave in and out away", c.In, c.Out)
	}
	if c.Residual {
		return nil, errors.New("models: denoiser is residual, but adds the image itself already: leave residual away")
	}
	c.ZeroOutput = true
	net, err := NewUNet(c, rng)
	if err != nil {
		return nil, err
	}
	return &Denoiser{net}, nil
}

// Forward maps x [batch, 1, ny, nx] and sigma [batch, 1, 1, 1] to the denoised images, of the shape of x.
func (d *Denoiser) Forward(s *torch.Scope, x, sigma *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("denoiser", x, 1); err != nil {
		return nil, err
	}
	if err := checkLevel("denoiser", x, sigma); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		level := s.Expand(sigma, x.Shape()...)
		noise := d.forward(s, s.Cat(1, x, level))
		return s.Sub(x, s.Mul(sigma, noise))
	}), nil
}

// Denoise removes noise of standard deviation sigma from x [batch, 1, ny, nx], in the unit of x, which should make the
// brightest pixel about 1. No gradient is recorded. The result has the element type of x.
func (d *Denoiser) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return denoise(s, x, sigma, d.cfg.Float64, d.Forward)
}
