package models

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fringe/internal/torch"
)

// DnCNNConfig describes a denoising convolutional network (Zhang, Zuo, Chen, Meng & Zhang 2017). The zero value is the network of 17
// layers for one noise level, without batch normalisation, of 555,137 parameters; Depth 20 is the blind one.
type DnCNNConfig struct {
	Depth     int   `yaml:"depth" json:"depth"`           // convolutions; 0 means 17
	Width     int   `yaml:"width" json:"width"`           // channels between them; 0 means 64
	BatchNorm bool  `yaml:"batch_norm" json:"batch_norm"` // normalise between the inner convolutions and the rectifiers, as the paper
	Level     Level `yaml:"level" json:"level"`           // noise level that it sees; 0 means 0.1
	Float64   bool  `yaml:"float64" json:"float64"`       // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c DnCNNConfig) WithDefaults() DnCNNConfig {
	c.Level = c.Level.orDefault()
	orElse(&c.Depth, 17)
	orElse(&c.Width, 64)
	return c
}

// Validate says which field is wrong and what it may be.
func (c DnCNNConfig) Validate() error {
	c = c.WithDefaults()
	if err := c.Level.check("dncnn"); err != nil {
		return err
	}
	return checkFields("dncnn", field{"depth", c.Depth, 2, 100}, field{"width", c.Width, 1, 512})
}

// DnCNN estimates the noise by a chain of 3 × 3 convolutions and subtracts it: D(y) = y − R(y). Its parameters have the names of the
// authors' state dict, "model.0.weight" and so on.
type DnCNN struct {
	parameters
	cfg      DnCNNConfig
	convs    []conv
	norms    []*batchNorm // after each convolution but the first and the last; nil without
	buffers  parameters
	training bool
}

// NewDnCNN makes a network with Kaiming-normal weights (He et al. 2015, for rectifiers) and zero biases. It starts in evaluation.
func NewDnCNN(c DnCNNConfig, rng *rand.Rand) (*DnCNN, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	n := &DnCNN{cfg: c.WithDefaults()}
	var err error
	n.parameters, err = build(rng, c.Float64, n.layers)
	if err != nil {
		return nil, err
	}
	for _, b := range n.norms {
		if b != nil {
			n.buffers = append(n.buffers, b.buffers()...)
		}
	}
	return n, nil
}

// layers numbers the layers as a sequence of convolutions, normalisations and rectifiers does.
func (n *DnCNN) layers(b *builder) {
	in, place := int64(1), 0
	for i := range n.cfg.Depth {
		last, out := i == n.cfg.Depth-1, int64(n.cfg.Width)
		if last {
			out = 1
		}
		n.convs = append(n.convs, b.kaimingConv(fmt.Sprintf("model.%d", place), in, out))
		n.norms = append(n.norms, nil)
		place, in = place+2, out
		if n.cfg.BatchNorm && i > 0 && !last {
			n.norms[i] = b.batchNorm(fmt.Sprintf("model.%d", place-1), out)
			place++
		}
	}
}

func (b *builder) kaimingConv(name string, in, out int64) conv {
	return conv{weight: b.normal(name+".weight", math.Sqrt(2/float64(9*in)), out, in, 3, 3), bias: b.constant(name+".bias", 0, out), padding: 1}
}

// Config returns the config with all defaults filled in.
func (n *DnCNN) Config() DnCNNConfig { return n.cfg }

// Buffers returns the running means and variances of batch normalisation, which training moves and evaluation uses: a checkpoint needs
// them besides the parameters. They are none without batch normalisation, and belong to the network.
func (n *DnCNN) Buffers() []torch.Param { return n.buffers.Params() }

// Train switches batch normalisation between training (statistics of the batch) and evaluation (running statistics).
func (n *DnCNN) Train(on bool) { n.training = on }

// Drop frees the parameters and buffers. The network must not be used afterwards.
func (n *DnCNN) Drop() {
	n.parameters.Drop()
	n.buffers.Drop()
}

// Forward maps x [batch, 1, ny, nx] to the denoised images.
func (n *DnCNN) Forward(s *torch.Scope, x *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := checkImages("dncnn", x, 1); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		h := s.ChannelsLast(x)
		for i, c := range n.convs {
			b, last := n.norms[i], i == len(n.convs)-1
			h = s.Conv3x3(h, c.weight, c.bias, nil, b == nil && !last)
			if b != nil {
				h = s.ReLU(b.forward(s, h, n.training))
			}
		}
		return s.Contiguous(s.Sub(x, h))
	}), nil
}

// ForwardAt maps x [batch, 1, ny, nx] with noise levels sigma [batch or 1, 1, 1, 1] to the denoised images by way of [Level].
func (n *DnCNN) ForwardAt(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error) {
	return n.cfg.Level.at(n.Forward)(s, x, sigma)
}

// Denoise is ForwardAt at one noise level, without gradients and in the element type of x.
func (n *DnCNN) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return n.cfg.Level.denoise(s, x, sigma, n.cfg.Float64, n.Forward)
}
