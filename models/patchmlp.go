package models

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fringe/internal/torch"
)

// PatchMLPConfig describes a multilayer perceptron on image patches (Burger, Schuler & Harmeling 2012). The zero value is their network
// for 17 × 17 pixels, of 13,762,270 parameters.
type PatchMLPConfig struct {
	Patch   int   `yaml:"patch" json:"patch"`     // side of a patch, pixels, odd; 0 means 17
	Hidden  int   `yaml:"hidden" json:"hidden"`   // units of a hidden layer; 0 means 2047
	Layers  int   `yaml:"layers" json:"layers"`   // hidden layers; 0 means 4
	Stride  int   `yaml:"stride" json:"stride"`   // pixels from one patch to the next; 0 means 3
	Level   Level `yaml:"level" json:"level"`     // noise level that it sees; 0 means 0.1
	Float64 bool  `yaml:"float64" json:"float64"` // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c PatchMLPConfig) WithDefaults() PatchMLPConfig {
	c.Level = c.Level.orDefault()
	orElse(&c.Patch, 17)
	orElse(&c.Hidden, 2047)
	orElse(&c.Layers, 4)
	orElse(&c.Stride, 3)
	return c
}

// Validate says which field is wrong and what it may be.
func (c PatchMLPConfig) Validate() error {
	c = c.WithDefaults()
	if err := c.Level.check("patch mlp"); err != nil {
		return err
	}
	if err := checkFields("patch mlp", field{"patch", c.Patch, 1, 63}, field{"hidden", c.Hidden, 1, 8192}, field{"layers", c.Layers, 1, 16},
		field{"stride", c.Stride, 1, c.Patch}); err != nil {
		return err
	}
	return checkOdd("patch mlp", "patch", c.Patch)
}

// PatchMLP maps every patch to a clean one of the same size by fully connected layers with tanh between them, and averages the patches
// where they overlap.
type PatchMLP struct {
	parameters
	cfg    PatchMLPConfig
	layers []linear
}

// NewPatchMLP makes a network with random weights as the paper: U(±√(6/(in + out))) (Glorot & Bengio 2010), and zero biases.
func NewPatchMLP(c PatchMLPConfig, rng *rand.Rand) (*PatchMLP, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &PatchMLP{cfg: c.WithDefaults()}
	pixels, hidden := int64(n.cfg.Patch*n.cfg.Patch), int64(n.cfg.Hidden)
	var err error
	n.parameters, err = build(rng, c.Float64, func(b *builder) {
		in := pixels
		for i := range n.cfg.Layers {
			n.layers = append(n.layers, b.glorot(fmt.Sprintf("layers.%d", i), in, hidden))
			in = hidden
		}
		n.layers = append(n.layers, b.glorot(fmt.Sprintf("layers.%d", n.cfg.Layers), in, pixels))
	})
	return n, err
}

func (b *builder) glorot(name string, in, out int64) linear {
	bound := math.Sqrt(6 / float64(in+out))
	return linear{
		weight: b.filled(name+".weight", func() float64 { return bound * (2*b.rng.Float64() - 1) }, out, in),
		bias:   b.constant(name+".bias", 0, out),
	}
}

// Config returns the config with all defaults filled in.
func (n *PatchMLP) Config() PatchMLPConfig { return n.cfg }

// Forward maps x [batch, 1, ny, nx] to an image of the same shape. Zeros continue the image to the right and below where patches reach out.
func (n *PatchMLP) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("patch mlp", x, 1); err != nil {
		return nil, err
	}
	k, stride := int64(n.cfg.Patch), int64(n.cfg.Stride)
	cover := func(pixels int64) int64 { return k + (max(pixels-k, 0)+stride-1)/stride*stride }
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		shape := x.Shape()
		ny, nx := cover(shape[2]), cover(shape[3])
		patches := s.Unfold(s.Pad2D(x, 0, nx-shape[3], 0, ny-shape[2]), k, stride)
		sum := s.Fold(n.clean(s, patches), ny, nx, k, stride)
		count := s.Fold(s.AddScalar(s.Zeros(patches.DType(), 1, k*k, patches.Shape()[2]), 1), ny, nx, k, stride)
		return crop(s, s.Div(sum, s.ToDevice(count, x.Device())), shape[2], shape[3])
	}), nil
}

// clean applies the layers to patches [batch, pixels, patches].
func (n *PatchMLP) clean(s *torch.Scope, patches *torch.Tensor) *torch.Tensor {
	h := s.Transpose(patches, 1, 2)
	for i, l := range n.layers {
		if i > 0 {
			h = s.Tanh(h)
		}
		h = l.forward(s, h)
	}
	return s.Transpose(h, 1, 2)
}

// ForwardAt maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images by way of [Level].
func (n *PatchMLP) ForwardAt(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return n.cfg.Level.at(n.Forward)(s, x, sigma)
}

// Denoise is ForwardAt at one noise level, without gradients and in the element type of x.
func (n *PatchMLP) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return n.cfg.Level.denoise(s, x, sigma, n.cfg.Float64, n.Forward)
}
