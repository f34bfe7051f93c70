package models

import (
	"fmt"
	"math/rand/v2"
	"slices"

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

	Norm     string `yaml:"norm,omitempty" json:"norm,omitempty"`         // group, instance (without weights) or none; empty means group
	NormUp   bool   `yaml:"norm_up,omitempty" json:"norm_up,omitempty"`   // normalisation and non-linearity instead of a bias after each doubling
	Residual bool   `yaml:"residual,omitempty" json:"residual,omitempty"` // the first out input channels are added to the result
	Layout   string `yaml:"layout,omitempty" json:"layout,omitempty"`     // plain, channels_last, or auto: the fastest, with fused layers; empty means plain
}

// FastMRIUNet returns the config of the U-net of fastMRI (Zbontar et al. 2018): width 32 and 4 pools have 7,756,097 parameters.
func FastMRIUNet(width, pools int) UNetConfig {
	return UNetConfig{Width: width, Pools: pools, Norm: "instance", NormUp: true, Activation: "leaky_relu"}
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c UNetConfig) WithDefaults() UNetConfig {
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
	if err := checkFields("unet", field{"in", c.In, 1, 64}, field{"out", c.Out, 1, 64}, field{"width", c.Width, 1, 512},
		field{"pools", c.Pools, 1, 6}); err != nil {
		return err
	}
	if err := c.checkNorm(); err != nil {
		return err
	}
	if !slices.Contains([]string{"", "plain", "channels_last", "auto"}, c.Layout) {
		return fmt.Errorf("models: unet layout is %q, must be plain, channels_last or auto", c.Layout)
	}
	if c.Residual && c.Out > c.In {
		return fmt.Errorf("models: unet residual needs an input channel for each of the %d outputs, not %d", c.Out, c.In)
	}
	if _, err := parseActivation(c.Activation); err != nil {
		return fmt.Errorf("models: unet %w", err)
	}
	return nil
}

func (c UNetConfig) checkNorm() error {
	switch c.Norm {
	case "instance", "none":
		return nil
	case "", "group":
	default:
		return fmt.Errorf("models: unet norm is %q, must be group, instance or none", c.Norm)
	}
	if err := checkFields("unet", field{"groups", c.Groups, 1, c.Width}); err != nil {
		return err
	}
	if c.Width%c.Groups != 0 {
		return fmt.Errorf("models: unet groups is %d, must divide width %d", c.Groups, c.Width)
	}
	return nil
}

// UNet is an encoder and decoder of blocks [conv 3×3, normalisation, non-linearity] × 2, average pooling, transposed
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
	u.parameters, err = build(rng, c.Float64, func(b *builder) {
		u.layers(b, style{norm: c.Norm, groups: int64(c.Groups), act: act, silu: c.Activation == "silu"})
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (u *UNet) layers(b *builder, st style) {
	in, width := int64(u.cfg.In), int64(u.cfg.Width)
	for i := range u.cfg.Pools {
		u.down = append(u.down, b.block(fmt.Sprintf("down.%d", i), in, width, st))
		in, width = width, 2*width
	}
	u.bottom = b.block("bottom", in, width, st)
	for i := range u.cfg.Pools {
		u.ups = append(u.ups, b.up(fmt.Sprintf("up.%d", i), width, width/2, st, u.cfg.NormUp))
		u.merge = append(u.merge, b.block(fmt.Sprintf("merge.%d", i), width, width/2, st))
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
	ny, nx := x.Shape()[2], x.Shape()[3]
	input, padded := x, padTo(s, x, int64(1)<<len(u.down))
	switch u.cfg.Layout {
	case "auto":
		x = u.fused(s, s.ChannelsLast(padded))
	case "channels_last":
		x = u.composed(s, s.ChannelsLast(padded))
	default:
		x = u.composed(s, padded)
	}
	if padded != input || u.cfg.Layout != "" {
		x = crop(s, x, ny, nx)
	}
	if u.cfg.Residual {
		x = s.Add(s.Narrow(input, 1, 0, int64(u.cfg.Out)), x)
	}
	return x
}

// composed is the network by LibTorch's operations.
func (u *UNet) composed(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	skips := make([]*torch.Tensor, len(u.down))
	for i, d := range u.down {
		skips[i] = d.forward(s, x)
		x = s.AvgPool2D(skips[i], 2)
	}
	x = u.bottom.forward(s, x)
	for i, m := range u.merge {
		x = m.forward(s, s.Cat(1, u.ups[i].forward(s, x), skips[len(skips)-1-i]))
	}
	return u.out.forward(s, x)
}

// checkImages says what is wrong with the shape of x as [batch, channels, ny, nx].
func checkImages(name string, x *torch.Tensor, channels int64) error {
	shape := x.Shape()
	if len(shape) != 4 || shape[1] != channels || x.Len() == 0 {
		return fmt.Errorf("models: %s input has shape %v, must be [batch, %d, ny, nx] and not empty", name, shape, channels)
	}
	return nil
}
