package models

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"fringe/internal/torch"
)

// Network is a denoiser of the shelf. Its tensors belong to it until Drop.
type Network interface {
	Params() []torch.Param  // what training learns
	Buffers() []torch.Param // what training moves besides, such as the statistics of batch normalisation
	Train(on bool)          // switches between training and evaluation, in which it starts
	Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
	Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (*torch.Tensor, error)
	Drop()
}

// Weights returns the parameters and buffers of a network, all that a checkpoint needs.
func Weights(n Network) []torch.Param { return append(n.Params(), n.Buffers()...) }

// Certified reports whether a denoiser is firmly nonexpansive, ‖∇(2D − I)‖ ≤ 1, at every image and noise level by its construction.
func Certified(n Network) bool {
	c, ok := n.(interface{ Certified() bool })
	return ok && c.Certified()
}

// NetworkConfig chooses a denoiser of the shelf: one field at most is set. None means UNet with its defaults.
type NetworkConfig struct {
	UNet         *UNetConfig         `yaml:"unet,omitempty" json:"unet,omitempty"`                   // [Denoiser]
	DnCNN        *DnCNNConfig        `yaml:"dncnn,omitempty" json:"dncnn,omitempty"`                 // [DnCNN]
	DRUNet       *DRUNetConfig       `yaml:"drunet,omitempty" json:"drunet,omitempty"`               // [DRUNet]
	GradientStep *DRUNetConfig       `yaml:"gradient_step,omitempty" json:"gradient_step,omitempty"` // [GradientStep]
	Ridge        *RidgeConfig        `yaml:"ridge,omitempty" json:"ridge,omitempty"`                 // [Ridge]
	SwinIR       *SwinIRConfig       `yaml:"swinir,omitempty" json:"swinir,omitempty"`               // [SwinIR]
	PatchMLP     *PatchMLPConfig     `yaml:"patch_mlp,omitempty" json:"patch_mlp,omitempty"`         // [PatchMLP]
	SRCNN        *SRCNNConfig        `yaml:"srcnn,omitempty" json:"srcnn,omitempty"`                 // [SRCNN]
	Nonexpansive *NonexpansiveConfig `yaml:"nonexpansive,omitempty" json:"nonexpansive,omitempty"`   // [Nonexpansive]
}

// shelved is a kind of network with what the config says of it.
type shelved struct {
	name string // as in a training file
	set  bool
	make func(rng *rand.Rand) (Network, NetworkConfig, error)
}

// shelf lists the kinds.
func (c NetworkConfig) shelf() []shelved {
	return []shelved{
		kind("unet", c.UNet, NewDenoiser, func(u *UNetConfig) NetworkConfig { return NetworkConfig{UNet: u} }),
		kind("dncnn", c.DnCNN, told(NewDnCNN), func(d *DnCNNConfig) NetworkConfig { return NetworkConfig{DnCNN: d} }),
		kind("drunet", c.DRUNet, NewDRUNet, func(d *DRUNetConfig) NetworkConfig { return NetworkConfig{DRUNet: d} }),
		kind("gradient_step", c.GradientStep, NewGradientStep, func(g *DRUNetConfig) NetworkConfig { return NetworkConfig{GradientStep: g} }),
		kind("ridge", c.Ridge, NewRidge, func(r *RidgeConfig) NetworkConfig { return NetworkConfig{Ridge: r} }),
		kind("swinir", c.SwinIR, told(NewSwinIR), func(w *SwinIRConfig) NetworkConfig { return NetworkConfig{SwinIR: w} }),
		kind("patch_mlp", c.PatchMLP, told(NewPatchMLP), func(p *PatchMLPConfig) NetworkConfig { return NetworkConfig{PatchMLP: p} }),
		kind("srcnn", c.SRCNN, told(NewSRCNN), func(r *SRCNNConfig) NetworkConfig { return NetworkConfig{SRCNN: r} }),
		kind("nonexpansive", c.Nonexpansive, NewNonexpansive, func(n *NonexpansiveConfig) NetworkConfig { return NetworkConfig{Nonexpansive: n} }),
	}
}

// configured is a network that knows its config with all defaults filled in.
type configured[C any] interface {
	Network
	Config() C
}

// kind makes an entry of the shelf; only is the config in which nothing but c is set.
func kind[C any, N configured[C]](name string, c *C, construct func(C, *rand.Rand) (N, error), only func(*C) NetworkConfig) shelved {
	return shelved{name, c != nil, func(rng *rand.Rand) (Network, NetworkConfig, error) {
		var zero C
		if c == nil {
			c = &zero
		}
		net, err := construct(*c, rng)
		if err != nil {
			return nil, NetworkConfig{}, err
		}
		full := net.Config()
		return net, only(&full), nil
	}}
}

// untold is a network that is not told the noise level, but brought to it by its [Level].
type untold[C any] interface {
	Params() []torch.Param
	Buffers() []torch.Param
	Train(on bool)
	ForwardAt(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
	Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (*torch.Tensor, error)
	Drop()
	Config() C
}

// leveled has the Forward of a [Network].
type leveled[C any] struct{ untold[C] }

func (l leveled[C]) Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return l.ForwardAt(s, x, sigma)
}

// told wraps the constructor of a network that is not told the noise level.
func told[C any, N untold[C]](construct func(C, *rand.Rand) (N, error)) func(C, *rand.Rand) (leveled[C], error) {
	return func(c C, rng *rand.Rand) (leveled[C], error) {
		net, err := construct(c, rng)
		return leveled[C]{net}, err
	}
}

// chosen returns the kind that is set.
func (c NetworkConfig) chosen() (shelved, error) {
	shelf := c.shelf()
	var names []string
	found := shelf[0]
	for _, k := range shelf {
		if k.set {
			found, names = k, append(names, k.name)
		}
	}
	if len(names) > 1 {
		return shelved{}, fmt.Errorf("models: there are blocks for %s: keep one, a denoiser is one network", strings.Join(names, " and "))
	}
	return found, nil
}

// Name returns what a training file calls the network that is chosen.
func (c NetworkConfig) Name() (string, error) {
	k, err := c.chosen()
	return k.name, err
}

// NetworkNames lists what a training file may choose from.
func NetworkNames() (names []string) {
	for _, k := range (NetworkConfig{}).shelf() {
		names = append(names, k.name)
	}
	return names
}

// NewNetwork makes the denoiser that c chooses, with random weights, and returns its config with all defaults filled in.
func NewNetwork(c NetworkConfig, rng *rand.Rand) (Network, NetworkConfig, error) {
	k, err := c.chosen()
	if err != nil {
		return nil, NetworkConfig{}, err
	}
	return k.make(rng)
}
