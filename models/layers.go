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

// style says what follows the convolutions of a U-net.
type style struct {
	norm   string // "" or group, instance, none
	groups int64
	act    activation
	silu   bool // act is SiLU, not a leaky rectifier
}

// norm is a normalisation: over groups of channels with a trained scale and shift per channel, or over each channel alone.
type norm struct {
	kind         string
	weight, bias *torch.Tensor
	groups       int64
	silu         bool // the non-linearity behind it
}

func (b *builder) norm(name string, channels int64, st style) norm {
	n := norm{kind: st.norm, groups: st.groups, silu: st.silu}
	if st.norm == "" || st.norm == "group" {
		n.weight, n.bias = b.constant(name+".weight", 1, channels), b.constant(name+".bias", 0, channels)
	}
	return n
}

// normEps keeps the normalisation finite on constant channels: PyTorch's default.
const normEps = 1e-5

func (n norm) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	switch n.kind {
	case "none":
		return x
	case "instance":
		return s.InstanceNorm(x, normEps)
	}
	return s.GroupNorm(x, n.weight, n.bias, n.groups, normEps)
}

// block is [convolution 3×3, normalisation, non-linearity] twice.
type block struct {
	conv1, conv2 conv
	norm1, norm2 norm
	act          activation
}

func (b *builder) block(name string, in, out int64, st style) block {
	bias := st.norm == "none" // a normalisation would take it away
	return block{
		conv1: b.conv(name+".conv1", in, out, 3, bias),
		norm1: b.norm(name+".norm1", out, st),
		conv2: b.conv(name+".conv2", out, out, 3, bias),
		norm2: b.norm(name+".norm2", out, st),
		act:   st.act,
	}
}

func (k block) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	x = k.act(s, k.norm1.forward(s, k.conv1.forward(s, x)))
	return k.act(s, k.norm2.forward(s, k.conv2.forward(s, x)))
}

// up doubles height and width by a transposed 2 × 2 convolution, with a bias or with a normalisation and a non-linearity.
type up struct {
	weight, bias *torch.Tensor
	norm         norm
	act          activation // nil with a bias
}

func (b *builder) up(name string, in, out int64, st style, normalised bool) up {
	const k = 2
	u := up{weight: b.uniform(name+".weight", out*k*k, in, out, k, k)}
	if normalised {
		u.norm, u.act = b.norm(name+".norm", out, st), st.act
	} else {
		u.bias = b.uniform(name+".bias", out*k*k, out)
	}
	return u
}

func (u up) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	x = s.ConvTranspose2D(x, u.weight, u.bias, 2)
	if u.act == nil {
		return x
	}
	return u.act(s, u.norm.forward(s, x))
}

// linear is a fully connected layer on the last dimension.
type linear struct{ weight, bias *torch.Tensor }

func (l linear) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.Linear(x, l.weight, l.bias)
}

// padTo puts zeros to the right of and below x [batch, channels, ny, nx], so that height and width are multiples of m.
func padTo(s *torch.Scope, x *torch.Tensor, m int64) *torch.Tensor {
	shape := x.Shape()
	bottom, right := (m-shape[2]%m)%m, (m-shape[3]%m)%m
	if bottom+right == 0 {
		return x
	}
	return s.Pad2D(x, 0, right, 0, bottom)
}

// crop returns the first ny rows and nx columns of x.
func crop(s *torch.Scope, x *torch.Tensor, ny, nx int64) *torch.Tensor {
	return s.Contiguous(s.Narrow(s.Narrow(x, 2, 0, ny), 3, 0, nx))
}
