package models

import (
	"fmt"
	"math/rand/v2"

	"fringe/internal/torch"
)

// UNetConfig describes a U-net (Ronneberger, Fischer & Brox 2015). The zero value is a valid network of 1.1 million
// parameters.
type UNetConfig struct {
	In         int    `yaml:"in" json:"in"`                   // input channels; 0 means 1
	Out        int    `yaml:"out" json:"out"`                 // output channels; 0 means 1
	Width      int    `yaml:"width" json:"width"`             // channels at full resolution, doubled by each pool; 0 means 24
	Pools      int    `yaml:"pools" json:"pools"`             // halvings of the resolution; 0 means 3
	Groups     int    `yaml:"groups" json:"groups"`           // groups of the normalisations, a divisor of Width; 0 means 8
	Activation string `yaml:"activation" json:"activation"`   // silu or leaky_relu; empty means silu
	ZeroOutput bool   `yaml:"zero_output" json:"zero_output"` // the last layer starts at zero, so the untrained network returns zero
	Float64    bool   `yaml:"float64" json:"float64"`         // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c UNetConfig) WithDefaults() UNetConfig {
	orElse := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	orElse(&c.In, 1)
	orElse(&c.Out, 1)
	orElse(&c.Width, 24)
	orElse(&c.Pools, 3)
	orElse(&c.Groups, 8)
	if c.Activation == "" {
		c.Activation = "silu"
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c UNetConfig) Validate() error {
	c = c.WithDefaults()
	for _, f := range []struct {
		name      string
		value, hi int
	}{{"in", c.In, 64}, {"out", c.Out, 64}, {"width", c.Width, 512}, {"pools", c.Pools, 6}, {"groups", c.Groups, c.Width}} {
		if f.value < 1 || f.value > f.hi {
			return fmt.Errorf("models: unet %s is %d, must be between 1 and %d", f.name, f.value, f.hi)
		}
	}
	if c.Width%c.Groups != 0 {
		return fmt.Errorf("models: unet groups is %d, must divide width %d", c.Groups, c.Width)
	}
	if _, err := parseActivation(c.Activation); err != nil {
		return fmt.Errorf("models: unet %w", err)
	}
	return nil
}

// UNet is an encoder and decoder of blocks [conv 3×3, group normalisation, non-linearity] × 2, average pooling, transposed
// convolutions, and skip connections by concatenation, with a 1 × 1 convolution at the end.
type UNet struct {
	parameters
	cfg    UNetConfig
	down   []block // one per pool
	bottom block
	ups    []up // from the bottom to full resolution
	merge  []block
	out    conv
}

// NewUNet makes a U-net with random weights.
func NewUNet(c UNetConfig, rng *rand.Rand) (*UNet, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.WithDefaults()
	act, err := parseActivation(c.Activation)
	if err != nil {
		return nil, err
	}
	u := &UNet{cfg: c}
	u.parameters, err = build(rng, c.Float64, func(b *builder) { u.layers(b, act) })
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (u *UNet) layers(b *builder, act activation) {
	in, width, groups := int64(u.cfg.In), int64(u.cfg.Width), int64(u.cfg.Groups)
	for i := range u.cfg.Pools {
		u.down = append(u.down, b.block(fmt.Sprintf("down.%d", i), in, width, groups, act))
		in, width = width, 2*width
	}
	u.bottom = b.block("bottom", in, width, groups, act)
	for i := range u.cfg.Pools {
		u.ups = append(u.ups, b.up(fmt.Sprintf("up.%d", i), width, width/2))
		u.merge = append(u.merge, b.block(fmt.Sprintf("merge.%d", i), width, width/2, groups, act))
		width /= 2
	}
	if u.cfg.ZeroOutput {
		u.out = b.zeroConv("out", width, int64(u.cfg.Out), 1)
	} else {
		u.out = b.conv("out", width, int64(u.cfg.Out), 1, true)
	}
}

// Config returns the config with all defaults filled in.
func (u *UNet) Config() UNetConfig { return u.cfg }

// Forward maps x [batch, in, ny, nx] to [batch, out, ny, nx]. Heights and widths that are no multiple of 2^pools are padded
// with zeros to the next one inside, and the result is cropped.
func (u *UNet) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("unet", x, int64(u.cfg.In)); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return u.forward(s, x) }), nil
}

func (u *UNet) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	ny, nx, m := shape[2], shape[3], int64(1)<<len(u.down)
	bottom, right := (m-ny%m)%m, (m-nx%m)%m
	if bottom+right > 0 {
		x = s.Pad2D(x, 0, right, 0, bottom)
	}
	skips := make([]*torch.Tensor, len(u.down))
	for i, d := range u.down {
		skips[i] = d.forward(s, x)
		x = s.AvgPool2D(skips[i], 2)
	}
	x = u.bottom.forward(s, x)
	for i, m := range u.merge {
		skip := skips[len(skips)-1-i]
		x = m.forward(s, s.Cat(1, u.ups[i].forward(s, x), skip))
	}
	x = u.out.forward(s, x)
	if bottom+right > 0 {
		x = s.Contiguous(s.Narrow(s.Narrow(x, 2, 0, ny), 3, 0, nx))
	}
	return x
}

// checkImages says what is wrong with the shape of x as [batch, channels, ny, nx].
func checkImages(name string, x *torch.Tensor, channels int64) error {
	shape := x.Shape()
	if len(shape) != 4 || shape[1] != channels || x.Len() == 0 {
		return fmt.Errorf("models: %s input has shape %v, must be [batch, %d, ny, nx] and not empty", name, shape, channels)
	}
	return nil
}
