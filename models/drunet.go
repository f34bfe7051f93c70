package models

import (
	"fmt"
	"math/rand/v2"

	"fringe/internal/torch"
)

// DRUNetConfig describes a residual U-net for denoising at any noise level (Zhang, Li, Zuo, Zhang, Van Gool & Timofte 2022). The zero
// value is the network of the paper, of 32,638,656 parameters; Width 16 with Blocks 2 has 1,063,344.
type DRUNetConfig struct {
	Width      int    `yaml:"width" json:"width"`           // channels at full resolution, doubled by each pool; 0 means 64
	Pools      int    `yaml:"pools" json:"pools"`           // halvings of the resolution; 0 means 3
	Blocks     int    `yaml:"blocks" json:"blocks"`         // residual blocks per level; 0 means 4
	Activation string `yaml:"activation" json:"activation"` // relu or elu; empty means relu
	Float64    bool   `yaml:"float64" json:"float64"`       // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c DRUNetConfig) WithDefaults() DRUNetConfig {
	orElse(&c.Width, 64)
	orElse(&c.Pools, 3)
	orElse(&c.Blocks, 4)
	if c.Activation == "" {
		c.Activation = "relu"
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c DRUNetConfig) Validate() error {
	c = c.WithDefaults()
	if c.Activation != "relu" && c.Activation != "elu" {
		return fmt.Errorf("models: drunet activation is %q, must be relu or elu", c.Activation)
	}
	return checkFields("drunet", field{"width", c.Width, 1, 512}, field{"pools", c.Pools, 1, 6}, field{"blocks", c.Blocks, 1, 32})
}

// DRUNet is a U-net of residual blocks [conv 3×3, non-linearity, conv 3×3] with strided convolutions between levels and skips that are
// added. It has no bias and no normalisation, and sees the noise level as a second channel, so with relu D(a·x, a·σ) = a·D(x, σ) for
// a > 0. Its parameters have the names of the authors' state dict.
type DRUNet struct {
	parameters
	cfg        DRUNetConfig
	act        activation // nil for relu
	head, tail conv
	down       []residualLevel // from full resolution to the bottom
	body       residualLevel
	up         []residualLevel // from the bottom to full resolution
}

// residualLevel is a change of resolution, if any, and residual blocks of one width.
type residualLevel struct {
	change *torch.Tensor // 2 × 2 kernel that halves (after the blocks) or doubles (before them) the resolution
	blocks [][2]conv
}

// NewDRUNet makes a network with orthogonal weights of gain 0.2, the authors' choice.
func NewDRUNet(c DRUNetConfig, rng *rand.Rand) (*DRUNet, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &DRUNet{cfg: c.WithDefaults()}
	if n.cfg.Activation == "elu" {
		n.act = (*torch.Scope).ELU
	}
	var err error
	n.parameters, err = build(rng, c.Float64, n.layers)
	return n, err
}

func (n *DRUNet) layers(b *builder) {
	width, blocks := int64(n.cfg.Width), n.cfg.Blocks
	n.head = b.orthogonalConv("m_head", 2, width)
	n.tail = b.orthogonalConv("m_tail", width, 1)
	for i := range n.cfg.Pools {
		name := fmt.Sprintf("m_down%d.", i+1)
		n.down = append(n.down, residualLevel{
			blocks: b.residuals(name, 0, blocks, width),
			change: b.orthogonal(fmt.Sprintf("%s%d.weight", name, blocks), drunetGain, 2*width, width, 2, 2),
		})
		width *= 2
	}
	n.body.blocks = b.residuals("m_body.", 0, blocks, width)
	for i := n.cfg.Pools; i > 0; i-- {
		width /= 2
		name := fmt.Sprintf("m_up%d.", i)
		n.up = append(n.up, residualLevel{
			change: b.orthogonal(name+"0.weight", drunetGain, 2*width, width, 2, 2),
			blocks: b.residuals(name, 1, blocks, width),
		})
	}
}

// drunetGain is the norm of a row of a first weight, of a column where there are more rows than columns.
const drunetGain = 0.2

func (b *builder) orthogonalConv(name string, in, out int64) conv {
	return conv{weight: b.orthogonal(name+".weight", drunetGain, out, in, 3, 3), padding: 1}
}

// residuals makes n residual blocks, numbered from first.
func (b *builder) residuals(prefix string, first, n int, width int64) (blocks [][2]conv) {
	for i := range n {
		name := fmt.Sprintf("%s%d.res.", prefix, first+i)
		blocks = append(blocks, [2]conv{b.orthogonalConv(name+"0", width, width), b.orthogonalConv(name+"2", width, width)})
	}
	return blocks
}

// Config returns the config with all defaults filled in.
func (n *DRUNet) Config() DRUNetConfig { return n.cfg }

// Forward maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images. Zeros continue heights and
// widths that are no multiple of 2^pools.
func (n *DRUNet) Forward(s *torch.Scope, x, sigma *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("drunet", x, 1); err != nil {
		return nil, err
	}
	if err := checkLevel("drunet", x, sigma); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return n.forward(s, x, sigma) }), nil
}

func (n *DRUNet) forward(s *torch.Scope, x, sigma *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	h := padTo(s, s.Cat(1, x, s.Expand(sigma, shape...)), int64(1)<<n.cfg.Pools)
	h = n.head.forward(s, s.ChannelsLast(h))
	skips := []*torch.Tensor{}
	for _, d := range n.down {
		skips = append(skips, h)
		h = s.Conv2D(n.residual(s, d, h), d.change, nil, 2, 0)
	}
	skips = append(skips, h)
	h = n.residual(s, n.body, h)
	for i, u := range n.up {
		h = s.UpCat(s.Add(h, skips[len(skips)-1-i]), u.change, nil, nil)
		h = n.residual(s, u, h)
	}
	return crop(s, n.tail.forward(s, s.Add(h, skips[0])), shape[2], shape[3])
}

func (n *DRUNet) residual(s *torch.Scope, l residualLevel, x *torch.Tensor) *torch.Tensor {
	for _, b := range l.blocks {
		h := s.Conv3x3(x, b[0].weight, nil, nil, n.act == nil)
		if n.act != nil {
			h = n.act(s, h)
		}
		x = s.Conv3x3(h, b[1].weight, nil, x, false)
	}
	return x
}

// Denoise removes noise of standard deviation sigma from x [batch, 1, ny, nx], both in units of about the peak. No gradient is recorded.
// The result has the element type of x.
func (n *DRUNet) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return denoise(s, x, sigma, n.cfg.Float64, n.Forward)
}
