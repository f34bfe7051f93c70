package models

import (
	"fmt"
	"math/rand/v2"

	"fringe/internal/torch"
)

// SwinIRConfig describes a restoration network of shifted-window attention (Liang, Cao, Sun, Zhang, Van Gool & Timofte 2021). The zero
// value is the light network, of 903,121 parameters.
type SwinIRConfig struct {
	Width   int   `yaml:"width" json:"width"`     // channels, a multiple of Heads; 0 means 60
	Groups  int   `yaml:"groups" json:"groups"`   // residual groups; 0 means 4
	Blocks  int   `yaml:"blocks" json:"blocks"`   // attention blocks per group; 0 means 6
	Heads   int   `yaml:"heads" json:"heads"`     // of each attention; 0 means 6
	Window  int   `yaml:"window" json:"window"`   // side of a window, pixels, even; 0 means 8
	Level   Level `yaml:"level" json:"level"`     // noise level that it sees; 0 means 0.1
	Float64 bool  `yaml:"float64" json:"float64"` // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c SwinIRConfig) WithDefaults() SwinIRConfig {
	c.Level = c.Level.orDefault()
	orElse(&c.Width, 60)
	orElse(&c.Groups, 4)
	orElse(&c.Blocks, 6)
	orElse(&c.Heads, 6)
	orElse(&c.Window, 8)
	return c
}

// Validate says which field is wrong and what it may be.
func (c SwinIRConfig) Validate() error {
	c = c.WithDefaults()
	if err := c.Level.check("swinir"); err != nil {
		return err
	}
	if err := checkFields("swinir", field{"width", c.Width, 1, 512}, field{"groups", c.Groups, 1, 16}, field{"blocks", c.Blocks, 1, 16},
		field{"heads", c.Heads, 1, c.Width}, field{"window", c.Window, 2, 32}); err != nil {
		return err
	}
	if c.Width%c.Heads != 0 {
		return fmt.Errorf("models: swinir heads is %d, must divide width %d", c.Heads, c.Width)
	}
	if c.Window%2 != 0 {
		return fmt.Errorf("models: swinir window is %d, must be even", c.Window)
	}
	return nil
}

// SwinIR adds a correction to an image: a convolution, groups of attention blocks within windows, every second one shifted by half a
// window, and a convolution. Its parameters have the names of the authors' state dict; the tables that it holds besides, of positions
// and masks, follow from the config.
type SwinIR struct {
	parameters
	cfg                SwinIRConfig
	first, trunk, last conv
	embed, norm        layerNorm
	groups             [][]swinBlock
	groupConvs         []conv
}

// NewSwinIR makes a network with random weights as the authors: normal numbers of deviation 0.02 in linear layers and position tables,
// PyTorch's default in convolutions.
func NewSwinIR(c SwinIRConfig, rng *rand.Rand) (*SwinIR, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &SwinIR{cfg: c.WithDefaults()}
	var err error
	n.parameters, err = build(rng, c.Float64, n.layers)
	return n, err
}

func (n *SwinIR) layers(b *builder) {
	width := int64(n.cfg.Width)
	n.first = b.conv("conv_first", 1, width, 3, true)
	n.embed = b.layerNorm("patch_embed.norm", width)
	for i := range n.cfg.Groups {
		var blocks []swinBlock
		for j := range n.cfg.Blocks {
			name := fmt.Sprintf("layers.%d.residual_group.blocks.%d", i, j)
			blocks = append(blocks, b.swinBlock(name, width, int64(n.cfg.Heads), int64(n.cfg.Window), j%2 == 1))
		}
		n.groups = append(n.groups, blocks)
		n.groupConvs = append(n.groupConvs, b.conv(fmt.Sprintf("layers.%d.conv", i), width, width, 3, true))
	}
	n.norm = b.layerNorm("norm", width)
	n.trunk = b.conv("conv_after_body", width, width, 3, true)
	n.last = b.conv("conv_last", width, 1, 3, true)
}

// Config returns the config with all defaults filled in.
func (n *SwinIR) Config() SwinIRConfig { return n.cfg }

// Forward maps x [batch, 1, ny, nx] to an image of the same shape. Heights and widths that are no multiple of Window are continued by
// reflection, so each must be more than half a window.
func (n *SwinIR) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("swinir", x, 1); err != nil {
		return nil, err
	}
	w, shape := int64(n.cfg.Window), x.Shape()
	bottom, right := (w-shape[2]%w)%w, (w-shape[3]%w)%w
	if bottom >= shape[2] || right >= shape[3] {
		return nil, fmt.Errorf("models: swinir image has %d rows and %d columns, must have at least %d of each", shape[2], shape[3], w/2+1)
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		if bottom+right > 0 {
			x = s.ReflectPad2D(x, 0, right, 0, bottom)
		}
		return crop(s, s.Add(x, n.correction(s, x)), shape[2], shape[3])
	}), nil
}

// correction returns what is added to x. The channels of a pixel lie side by side throughout, as tokens and as images.
func (n *SwinIR) correction(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	shallow := n.first.forward(s, s.ChannelsLast(x))
	mask := shiftMask(s, shallow, int64(n.cfg.Window))
	h := n.embed.forward(s, tokens(s, shallow))
	for i, group := range n.groups {
		in := h
		for _, b := range group {
			h = b.forward(s, h, mask)
		}
		h = s.Add(in, tokens(s, n.groupConvs[i].forward(s, image(s, h))))
	}
	h = n.trunk.forward(s, image(s, n.norm.forward(s, h)))
	return n.last.forward(s, s.Add(h, shallow))
}

// tokens returns [batch, channels, ny, nx] as [batch, ny, nx, channels].
func tokens(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return s.Permute(x, 0, 2, 3, 1) }

// image returns [batch, ny, nx, channels] as [batch, channels, ny, nx].
func image(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return s.Permute(x, 0, 3, 1, 2) }

// ForwardAt maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images by way of [Level].
func (n *SwinIR) ForwardAt(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return n.cfg.Level.at(n.Forward)(s, x, sigma)
}

// Denoise is ForwardAt at one noise level, without gradients and in the element type of x.
func (n *SwinIR) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return n.cfg.Level.denoise(s, x, sigma, n.cfg.Float64, n.Forward)
}
