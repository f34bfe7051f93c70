package models

import (
	"fmt"
	"math/rand/v2"

	"fringe/internal/torch"
)

// NonexpansiveConfig describes a denoiser that is firmly nonexpansive by construction. The zero value has 112,928 parameters.
type NonexpansiveConfig struct {
	Layers  int   `yaml:"layers" json:"layers"`   // of each resolution, on the way down and on the way up; 0 means 3
	Pools   int   `yaml:"pools" json:"pools"`     // halvings of the resolution; 0 means 3
	Width   int   `yaml:"width" json:"width"`     // channels of an image between layers; 0 means 16
	Hidden  int   `yaml:"hidden" json:"hidden"`   // channels within a layer; 0 means 32
	Kernel  int   `yaml:"kernel" json:"kernel"`   // side of a convolution, odd; 0 means 3
	Level   Level `yaml:"level" json:"level"`     // noise level that it sees; 0 means 0.1
	Float64 bool  `yaml:"float64" json:"float64"` // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c NonexpansiveConfig) WithDefaults() NonexpansiveConfig {
	c.Level = c.Level.orDefault()
	orElse(&c.Layers, 3)
	orElse(&c.Pools, 3)
	orElse(&c.Width, 16)
	orElse(&c.Hidden, 32)
	orElse(&c.Kernel, 3)
	return c
}

// Validate says which field is wrong and what it may be.
func (c NonexpansiveConfig) Validate() error {
	c = c.WithDefaults()
	if err := c.Level.check("nonexpansive"); err != nil {
		return err
	}
	if err := checkFields("nonexpansive", field{"layers", c.Layers, 1, 100}, field{"pools", c.Pools, 1, 6}, field{"width", c.Width, 1, 512}, field{"hidden", c.Hidden, 1, 1024},
		field{"kernel", c.Kernel, 1, 31}); err != nil {
		return err
	}
	return checkOdd("nonexpansive", "kernel", c.Kernel)
}

// Nonexpansive is the denoiser D = ½(I + Q) with a map Q of Lipschitz constant 1, whatever is trained: so D is firmly nonexpansive
// (Bauschke & Combettes 2017, prop. 4.4), and plug-and-play iterations with it converge. Q lifts the image to channels by a unit vector,
// maps them, and reads them by another unit vector. The map is a U of layers
//
//	z ← z − 2 Vᵀ T⁻¹ G max(V z + b, 0)
//
// in which V is a convolution, T = diag(Σ_j |VVᵀ|_ij q_j/q_i) ≥ VVᵀ for any q > 0, and G is diagonal between 0 and 1: each has Lipschitz
// constant 1 (Araujo, Havens, Delattre, Allauzen & Hu 2023, theorem 3). Between the layers of a resolution come those of the next,
// z ← z + Aᵀ(f(Az) − Az), where Az is the sum over 2 × 2 pixels divided by 2: as AAᵀ = I, this is f on one part of the space and the identity
// on the rest. Beyond the image there are zeros, a restriction of the map on the plane, so that the bound holds for every size.
type Nonexpansive struct {
	parameters
	cfg        NonexpansiveConfig
	levels     []lipschitzLevel // from full resolution to the bottom
	lift, read *torch.Tensor    // [1, width, 1, 1], scaled to unit length where they are used
}

// lipschitzLevel is the layers of one resolution, before and after those of the next.
type lipschitzLevel struct{ down, up []lipschitzLayer }

// lipschitzLayer holds V [hidden, width, k, k], b, log q and the gate before the sigmoid, [hidden].
type lipschitzLayer struct{ weight, bias, scale, gate *torch.Tensor }

// NewNonexpansive makes a denoiser with random convolutions and gates of ½.
func NewNonexpansive(c NonexpansiveConfig, rng *rand.Rand) (*Nonexpansive, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &Nonexpansive{cfg: c.WithDefaults()}
	width, hidden, k := int64(n.cfg.Width), int64(n.cfg.Hidden), int64(n.cfg.Kernel)
	var err error
	n.parameters, err = build(rng, c.Float64, func(b *builder) {
		n.lift, n.read = b.constant("lift", 1, 1, width, 1, 1), b.constant("read", 1, 1, width, 1, 1)
		for i := range n.cfg.Pools + 1 {
			n.levels = append(n.levels, lipschitzLevel{
				down: b.lipschitzLayers(fmt.Sprintf("down.%d.", i), n.cfg.Layers, width, hidden, k),
				up:   b.lipschitzLayers(fmt.Sprintf("up.%d.", i), n.cfg.Layers, width, hidden, k),
			})
		}
	})
	return n, err
}

func (b *builder) lipschitzLayers(prefix string, layers int, width, hidden, k int64) (all []lipschitzLayer) {
	for i := range layers {
		name := fmt.Sprintf("%s%d.", prefix, i)
		all = append(all, lipschitzLayer{
			weight: b.uniform(name+"weight", width*k*k, hidden, width, k, k),
			bias:   b.constant(name+"bias", 0, hidden),
			scale:  b.constant(name+"scale", 0, hidden),
			gate:   b.constant(name+"gate", 0, hidden),
		})
	}
	return all
}

// Config returns the config with all defaults filled in.
func (n *Nonexpansive) Config() NonexpansiveConfig { return n.cfg }

// Certified reports that the denoiser is firmly nonexpansive whatever its parameters.
func (n *Nonexpansive) Certified() bool { return true }

// Forward maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images by way of [Level].
func (n *Nonexpansive) Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return n.cfg.Level.at(n.plain)(s, x, sigma)
}

// plain is D at the level.
func (n *Nonexpansive) plain(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("nonexpansive", x, 1); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		shape := x.Shape()
		z := s.ChannelsLast(s.Mul(padTo(s, x, int64(1)<<n.cfg.Pools), unitVector(s, n.lift)))
		q := s.SumDims(s.Mul(n.level(s, z, 0), unitVector(s, n.read)), 1)
		return s.MulScalar(s.Add(x, crop(s, q, shape[2], shape[3])), 0.5)
	}), nil
}

// level applies the layers of resolution i and of those below.
func (n *Nonexpansive) level(s *torch.Scope, z *torch.Tensor, i int) *torch.Tensor {
	for _, l := range n.levels[i].down {
		z = l.forward(s, z)
	}
	if i < n.cfg.Pools {
		coarse := s.MulScalar(s.AvgPool2D(z, 2), 2)
		z = s.Add(z, s.MulScalar(repeat2(s, s.Sub(n.level(s, coarse, i+1), coarse)), 0.5))
	}
	for _, l := range n.levels[i].up {
		z = l.forward(s, z)
	}
	return z
}

// repeat2 makes 2 × 2 pixels of each.
func repeat2(s *torch.Scope, z *torch.Tensor) *torch.Tensor {
	d := z.Shape()
	wide := s.Expand(s.Reshape(z, d[0], d[1], d[2], 1, d[3], 1), d[0], d[1], d[2], 2, d[3], 2)
	return s.ChannelsLast(s.Reshape(wide, d[0], d[1], 2*d[2], 2*d[3]))
}

// unitVector returns v divided by its length.
func unitVector(s *torch.Scope, v *torch.Tensor) *torch.Tensor {
	return s.Div(v, s.Sqrt(s.AddScalar(s.Sum(s.Square(v)), levelGuard)))
}

func (l lipschitzLayer) forward(s *torch.Scope, z *torch.Tensor) *torch.Tensor {
	k := l.weight.Shape()[3]
	back, steps := s.Flip(s.Permute(l.weight, 1, 0, 2, 3), 2, 3), s.MulScalar(l.steps(s), -1)
	if k == 3 {
		h := s.Conv3x3(z, l.weight, l.bias, nil, true)
		return s.Conv3x3(s.Mul(h, steps), back, nil, z, false)
	}
	h := s.ReLU(s.Conv2D(z, l.weight, l.bias, 1, k/2))
	return s.Add(z, s.Conv2D(s.Mul(h, steps), back, nil, 1, k/2))
}

// steps returns 2 T⁻¹ G, [1, hidden, 1, 1].
func (l lipschitzLayer) steps(s *torch.Scope) *torch.Tensor {
	hidden, k := l.weight.Shape()[0], l.weight.Shape()[3]
	products := s.SumDims(s.Abs(s.Conv2D(l.weight, l.weight, nil, 1, k-1)), 2, 3) // |VVᵀ| between hidden channels
	q := s.Exp(s.Reshape(l.scale, 1, hidden, 1, 1))
	rows := s.Reshape(s.SumDims(s.Mul(products, q), 1), 1, hidden, 1, 1)
	gate := s.AddScalar(s.Tanh(s.MulScalar(s.Reshape(l.gate, 1, hidden, 1, 1), 0.5)), 1) // 2 sigmoid
	return s.Div(s.Mul(gate, q), s.AddScalar(rows, levelGuard))
}

// Denoise removes noise of standard deviation sigma from x [batch, 1, ny, nx], in any unit. No gradient is recorded. The result has the
// element type of x.
func (n *Nonexpansive) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return n.cfg.Level.denoise(s, x, sigma, n.cfg.Float64, n.plain)
}
