package models

import "fringe/internal/torch"

// fused is the network by layers that take fewer passes and multiplications, on images with the channels of a pixel side by side.
func (u *UNet) fused(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	skips := make([]*torch.Tensor, len(u.down))
	for i, d := range u.down {
		skips[i], x = d.fusedPool(s, x)
	}
	x = u.bottom.fused(s, x)
	for i, m := range u.merge {
		x = m.fused(s, u.ups[i].fused(s, x, skips[len(skips)-1-i]))
	}
	return u.out.forward(s, x)
}

func (k block) fused(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	x = k.norm1.fused(s, s.Conv3x3(x, k.conv1.weight, k.conv1.bias, nil, false), k.act)
	return k.norm2.fused(s, s.Conv3x3(x, k.conv2.weight, k.conv2.bias, nil, false), k.act)
}

// fusedPool returns the result and the means of its 2 × 2 pixels.
func (k block) fusedPool(s *torch.Scope, x *torch.Tensor) (y, pooled *torch.Tensor) {
	x = k.norm1.fused(s, s.Conv3x3(x, k.conv1.weight, k.conv1.bias, nil, false), k.act)
	x = s.Conv3x3(x, k.conv2.weight, k.conv2.bias, nil, false)
	if k.norm2.kind == "none" {
		x = k.act(s, x)
		return x, s.AvgPool2D(x, 2)
	}
	return s.NormActPool(x, k.norm2.act())
}

// fused is the normalisation and the non-linearity.
func (n norm) fused(s *torch.Scope, x *torch.Tensor, act activation) *torch.Tensor {
	if n.kind == "none" {
		return act(s, x)
	}
	return s.NormAct(x, n.act())
}

func (n norm) act() torch.NormAct {
	return torch.NormAct{Weight: n.weight, Bias: n.bias, Groups: n.groups, Eps: normEps, Slope: leakySlope, SiLU: n.silu}
}

// fused doubles height and width and puts the skip behind the channels.
func (u up) fused(s *torch.Scope, x, skip *torch.Tensor) *torch.Tensor {
	if u.act == nil {
		return s.UpCat(x, u.weight, u.bias, skip)
	}
	return s.Cat(1, u.norm.fused(s, s.UpCat(x, u.weight, nil, nil), u.act), skip)
}
