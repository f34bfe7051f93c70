package models

import (
	"fmt"
	"math/rand/v2"

	"fringe/internal/torch"
)

// CNNConfig describes a plain convolutional network. The zero value is valid.
type CNNConfig struct {
	In         int    `yaml:"in" json:"in"`                 // input channels; 0 means 1
	Out        int    `yaml:"out" json:"out"`               // output channels; 0 means 1
	Depth      int    `yaml:"depth" json:"depth"`           // convolutions; 0 means 4
	Width      int    `yaml:"width" json:"width"`           // channels between convolutions; 0 means 32
	Activation string `yaml:"activation" json:"activation"` // silu or leaky_relu; empty means silu
	Float64    bool   `yaml:"float64" json:"float64"`       // compute in float64 instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c CNNConfig) WithDefaults() CNNConfig {
	for _, f := range []struct {
		p *int
		v int
	}{{&c.In, 1}, {&c.Out, 1}, {&c.Depth, 4}, {&c.Width, 32}} {
		if *f.p == 0 {
			*f.p = f.v
		}
	}
	if c.Activation == "" {
		c.Activation = "silu"
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c CNNConfig) Validate() error {
	c = c.WithDefaults()
	for _, f := range []struct {
		name          string
		value, lo, hi int
	}{{"in", c.In, 1, 64}, {"out", c.Out, 1, 64}, {"depth", c.Depth, 2, 64}, {"width", c.Width, 1, 512}} {
		if f.value < f.lo || f.value > f.hi {
			return fmt.Errorf("models: cnn %s is %d, must be between %d and %d", f.name, f.value, f.lo, f.hi)
		}
	}
	if _, err := parseActivation(c.Activation); err != nil {
		return fmt.Errorf("models: cnn %w", err)
	}
	return nil
}

// CNN is Depth convolutions 3×3 with bias, a non-linearity after each but the last. The last starts at zero, so the
// untrained network returns zero: as the learned part of an unrolled solver it starts as the plain solver.
type CNN struct {
	parameters
	cfg   CNNConfig
	convs []conv
	act   activation
}

// NewCNN makes a network with random weights.
func NewCNN(c CNNConfig, rng *rand.Rand) (*CNN, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &CNN{cfg: c.WithDefaults()}
	var err error
	if n.act, err = parseActivation(c.Activation); err != nil {
		return nil, err
	}
	n.parameters, err = build(rng, c.Float64, n.layers)
	if err != nil {
		return nil, err
	}
	return n, nil
}

func (n *CNN) layers(b *builder) {
	in, width, last := int64(n.cfg.In), int64(n.cfg.Width), n.cfg.Depth-1
	for i := range last {
		n.convs = append(n.convs, b.conv(fmt.Sprintf("conv.%d", i), in, width, 3, true))
		in = width
	}
	n.convs = append(n.convs, b.zeroConv(fmt.Sprintf("conv.%d", last), in, int64(n.cfg.Out), 3))
}

// Config returns the config with all defaults filled in.
func (n *CNN) Config() CNNConfig { return n.cfg }

// Forward maps x [batch, in, ny, nx] to [batch, out, ny, nx].
func (n *CNN) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("cnn", x, int64(n.cfg.In)); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		last := len(n.convs) - 1
		for _, c := range n.convs[:last] {
			x = n.act(s, c.forward(s, x))
		}
		return n.convs[last].forward(s, x)
	}), nil
}
