package models

import (
	"math/rand/v2"

	"fringe/internal/torch"
)

// GradientStep is a denoiser that is a gradient step on an explicit energy (Hurault, Leclaire & Papadakis 2022):
//
//	D(x, σ) = x − ∇g(x),  g(x) = ½‖x − N(x, σ)‖²,  so  D = N + Jᵀ(x − N)  with the Jacobian J of N
//
// N is a DRUNet with elu, so g is smooth. The step descends on g; it is a proximal map only where ∇g has a Lipschitz constant below 1,
// which training must see to.
type GradientStep struct {
	net *DRUNet
}

// NewGradientStep makes a denoiser with random weights. Of the config, 0 blocks mean 2 and an empty activation means elu: the network of
// the paper has 17,008,320 parameters.
func NewGradientStep(c DRUNetConfig, rng *rand.Rand) (*GradientStep, error) {
	orElse(&c.Blocks, 2)
	if c.Activation == "" {
		c.Activation = "elu"
	}
	net, err := NewDRUNet(c, rng)
	if err != nil {
		return nil, err
	}
	return &GradientStep{net}, nil
}

// Config returns the config with all defaults filled in.
func (g *GradientStep) Config() DRUNetConfig { return g.net.cfg }

// Params returns the trainable tensors of N, sorted by name. They belong to the denoiser.
func (g *GradientStep) Params() []torch.Param { return g.net.Params() }

// Buffers returns none.
func (g *GradientStep) Buffers() []torch.Param { return g.net.Buffers() }

// Train changes nothing: training and evaluation are the same.
func (g *GradientStep) Train(on bool) { g.net.Train(on) }

// Drop frees the tensors. The denoiser must not be used afterwards.
func (g *GradientStep) Drop() { g.net.Drop() }

// Forward maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images. Where gradients are recorded
// the result can be differentiated, which takes second derivatives of N.
func (g *GradientStep) Forward(s *torch.Scope, x, sigma *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	s.EnableGrad(func(recording bool) {
		y = s.Tidy(func(s *torch.Scope) *torch.Tensor {
			leaf := s.RequireGrad(s.AddScalar(x, 0)) // of the graph when x is, a leaf of its own otherwise
			var n *torch.Tensor
			if n, err = g.net.Forward(s, leaf, sigma); err != nil {
				return nil
			}
			out := s.Add(n, s.VJP(n, s.Sub(leaf, n), []*torch.Tensor{leaf}, recording)[0])
			if !recording {
				out = s.Detach(out)
			}
			return out
		})
	})
	return y, err
}

// Energy returns g(x) for each image, [batch, 1, 1, 1].
func (g *GradientStep) Energy(s *torch.Scope, x, sigma *torch.Tensor) (e *torch.Tensor, err error) {
	defer torch.Catch(&err)
	e = s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var n *torch.Tensor
		if n, err = g.net.Forward(s, x, sigma); err != nil {
			return nil
		}
		return s.MulScalar(s.SumDims(s.Square(s.Sub(x, n)), 1, 2, 3), 0.5)
	})
	return e, err
}

// Denoise removes noise of standard deviation sigma from x [batch, 1, ny, nx], both in units of about the peak. No gradient is recorded.
// The result has the element type of x.
func (g *GradientStep) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return denoise(s, x, sigma, g.net.cfg.Float64, g.Forward)
}
