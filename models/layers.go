package models

import (
	"fmt"

	"fringe/internal/torch"
)

// activation is the non-linearity between layers.
type activation func(s *torch.Scope, x *torch.Tensor) *torch.Tensor

// leakySlope is the slope of "leaky_relu" below zero, that of the fastMRI U-net (Zbontar et al. 2018).
const leakySlope = 0.2

// parseActivation returns the non-linearity with the given name; empty means "silu".
func parseActivation(name string) (activation, error) {
	switch name {
	case "", "silu":
		return (*torch.Scope).SiLU, nil
	case "leaky_relu":
		return func(s *torch.Scope, x *torch.Tensor) *torch.Tensor { return s.LeakyReLU(x, leakySlope) }, nil
	}
	return nil, fmt.Errorf("activation is %q, must be silu or leaky_relu", name)
}

// conv is a square convolution that keeps height and width.
type conv struct {
	weight, bias *torch.Tensor // bias nil for none
	padding      int64
}

// conv makes a k × k convolution, k odd.
func (b *builder) conv(name string, in, out, k int64, bias bool) conv {
	c := conv{weight: b.uniform(name+".weight", in*k*k, out, in, k, k), padding: k / 2}
	if bias {
		c.bias = b.uniform(name+".bias", in*k*k, out)
	}
	return c
}

// zeroConv makes a k × k convolution with bias whose output is zero until it is trained.
func (b *builder) zeroConv(name string, in, out, k int64) conv {
	return conv{
		weight:  b.constant(name+".weight", 0, out, in, k, k),
		bias:    b.constant(name+".bias", 0, out),
		padding: k / 2,
	}
}

func (c conv) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.Conv2D(x, c.weight, c.bias, 1, c.padding)
}

// norm is a group normalisation with a trained scale and shift per channel.
type norm struct {
	weight, bias *torch.Tensor
	groups       int64
}

func (b *builder) norm(name string, channels, groups int64) norm {
	return norm{weight: b.constant(name+".weight", 1, channels), bias: b.constant(name+".bias", 0, channels), groups: groups}
}

// normEps keeps the normalisation finite on constant channels: PyTorch's default.
const normEps = 1e-5

func (n norm) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.GroupNorm(x, n.weight, n.bias, n.groups, normEps)
}

// block is [convolution 3×3, group normalisation, non-linearity] twice.
type block struct {
	conv1, conv2 conv
	norm1, norm2 norm
	act          activation
}

func (b *builder) block(name string, in, out, groups int64, act activation) block {
	return block{
		conv1: b.conv(name+".conv1", in, out, 3, false),
		norm1: b.norm(name+".norm1", out, groups),
		conv2: b.conv(name+".conv2", out, out, 3, false),
		norm2: b.norm(name+".norm2", out, groups),
		act:   act,
	}
}

func (k block) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	x = k.act(s, k.norm1.forward(s, k.conv1.forward(s, x)))
	return k.act(s, k.norm2.forward(s, k.conv2.forward(s, x)))
}

// up doubles height and width by a transposed 2 × 2 convolution.
type up struct{ weight, bias *torch.Tensor }

func (b *builder) up(name string, in, out int64) up {
	const k = 2
	return up{
		weight: b.uniform(name+".weight", out*k*k, in, out, k, k),
		bias:   b.uniform(name+".bias", out*k*k, out),
	}
}

func (u up) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.ConvTranspose2D(x, u.weight, u.bias, 2)
}
