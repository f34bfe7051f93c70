package models

import (
	"math/rand/v2"

	"fringe/internal/torch"
)

// SRCNNConfig describes the first network for super-resolution (Dong, Loy, He & Tang 2014). The zero value is its 9-1-5, of 8,129
// parameters; Middle 5 is the 9-5-5, of 57,281.
type SRCNNConfig struct {
	Width   int   `yaml:"width" json:"width"`     // channels after the first layer, twice those after the second; 0 means 64
	Middle  int   `yaml:"middle" json:"middle"`   // side of the second layer's kernels, odd; 0 means 1
	Level   Level `yaml:"level" json:"level"`     // noise level that it sees; 0 means 0.1
	Float64 bool  `yaml:"float64" json:"float64"` // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c SRCNNConfig) WithDefaults() SRCNNConfig {
	c.Level = c.Level.orDefault()
	orElse(&c.Width, 64)
	orElse(&c.Middle, 1)
	return c
}

// Validate says which field is wrong and what it may be.
func (c SRCNNConfig) Validate() error {
	c = c.WithDefaults()
	if err := c.Level.check("srcnn"); err != nil {
		return err
	}
	if err := checkFields("srcnn", field{"width", c.Width, 2, 512}, field{"middle", c.Middle, 1, 15}); err != nil {
		return err
	}
	return checkOdd("srcnn", "middle", c.Middle)
}

// SRCNN is three convolutions with rectifiers between them, from an image to an image. Its input is the blurred image on the final grid.
type SRCNN struct {
	parameters
	cfg                 SRCNNConfig
	conv1, conv2, conv3 conv
}

// NewSRCNN makes a network with the first weights of the paper: normal numbers of deviation 0.001, and zero biases.
func NewSRCNN(c SRCNNConfig, rng *rand.Rand) (*SRCNN, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &SRCNN{cfg: c.WithDefaults()}
	width, middle := int64(n.cfg.Width), int64(n.cfg.Middle)
	var err error
	n.parameters, err = build(rng, c.Float64, func(b *builder) {
		n.conv1 = b.normalConv("conv1", 1, width, 9)
		n.conv2 = b.normalConv("conv2", width, width/2, middle)
		n.conv3 = b.normalConv("conv3", width/2, 1, 5)
	})
	return n, err
}

func (b *builder) normalConv(name string, in, out, k int64) conv {
	return conv{weight: b.normal(name+".weight", 1e-3, out, in, k, k), bias: b.constant(name+".bias", 0, out), padding: k / 2}
}

// Config returns the config with all defaults filled in.
func (n *SRCNN) Config() SRCNNConfig { return n.cfg }

// Forward maps x [batch, 1, ny, nx] to an image of the same shape; outside there are zeros.
func (n *SRCNN) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("srcnn", x, 1); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		h := s.ReLU(n.conv1.forward(s, s.ChannelsLast(x)))
		h = s.ReLU(n.conv2.forward(s, h))
		return s.Contiguous(n.conv3.forward(s, h))
	}), nil
}

// ForwardAt maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images by way of [Level].
func (n *SRCNN) ForwardAt(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return n.cfg.Level.at(n.Forward)(s, x, sigma)
}

// Denoise is ForwardAt at one noise level, without gradients and in the element type of x.
func (n *SRCNN) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return n.cfg.Level.denoise(s, x, sigma, n.cfg.Float64, n.Forward)
}
