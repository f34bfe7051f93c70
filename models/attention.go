package models

import (
	"math"

	"fringe/internal/torch"
)

// layerNorm is a normalisation of the channels of each pixel.
type layerNorm struct{ weight, bias *torch.Tensor }

func (b *builder) layerNorm(name string, channels int64) layerNorm {
	return layerNorm{b.constant(name+".weight", 1, channels), b.constant(name+".bias", 0, channels)}
}

func (n layerNorm) forward(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	return s.LayerNorm(x, n.weight, n.bias, normEps)
}

// initDeviation is that of the first weights of linear layers and position tables.
const initDeviation = 0.02

func (b *builder) normalLinear(name string, in, out int64) linear {
	return linear{b.normal(name+".weight", initDeviation, out, in), b.constant(name+".bias", 0, out)}
}

// swinBlock is attention within windows and a perceptron on each pixel, each with a normalisation before and a skip around it
// (Liu et al. 2021, equation 3).
type swinBlock struct {
	norm1, norm2  layerNorm
	qkv, proj     linear
	table         *torch.Tensor // bias of attention by offset between two pixels, [(2·window−1)², heads]
	fc1, fc2      linear
	heads, window int64
	shifted       bool
}

func (b *builder) swinBlock(name string, width, heads, window int64, shifted bool) swinBlock {
	return swinBlock{
		norm1:   b.layerNorm(name+".norm1", width),
		table:   b.normal(name+".attn.relative_position_bias_table", initDeviation, (2*window-1)*(2*window-1), heads),
		qkv:     b.normalLinear(name+".attn.qkv", width, 3*width),
		proj:    b.normalLinear(name+".attn.proj", width, width),
		norm2:   b.layerNorm(name+".norm2", width),
		fc1:     b.normalLinear(name+".mlp.fc1", width, 2*width),
		fc2:     b.normalLinear(name+".mlp.fc2", 2*width, width),
		heads:   heads,
		window:  window,
		shifted: shifted,
	}
}

// forward maps x [batch, ny, nx, channels]; mask is that of shiftMask.
func (k swinBlock) forward(s *torch.Scope, x, mask *torch.Tensor) *torch.Tensor {
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		h, shift, both := k.norm1.forward(s, x), k.window/2, []int64{1, 2}
		if k.shifted {
			h = s.Roll(h, []int64{-shift, -shift}, both)
		} else {
			mask = nil
		}
		h = unwindow(s, k.attend(s, windows(s, h, k.window), mask), x.Shape(), k.window)
		if k.shifted {
			h = s.Roll(h, []int64{shift, shift}, both)
		}
		x := s.Add(x, h)
		return s.Add(x, k.fc2.forward(s, s.GELU(k.fc1.forward(s, k.norm2.forward(s, x)))))
	})
}

// attend is multi-head attention within each of x [windows, pixels, channels] (Vaswani et al. 2017, equation 1), with the bias of the
// offset and the mask [windows of one image, pixels, pixels], nil for none.
func (k swinBlock) attend(s *torch.Scope, x, mask *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	count, pixels, width := shape[0], shape[1], shape[2]
	each := width / k.heads
	qkv := s.Permute(s.Reshape(k.qkv.forward(s, x), count, pixels, 3, k.heads, each), 2, 0, 3, 1, 4)
	part := func(i int64) *torch.Tensor { return s.Reshape(s.Narrow(qkv, 0, i, 1), count, k.heads, pixels, each) }
	q := s.MulScalar(part(0), 1/math.Sqrt(float64(each)))
	score := s.Add(s.MatMul(q, s.Transpose(part(1), 2, 3)), k.offsets(s))
	if mask != nil {
		perImage := mask.Shape()[0]
		score = s.Reshape(score, count/perImage, perImage, k.heads, pixels, pixels)
		score = s.Reshape(s.Add(score, s.Reshape(mask, 1, perImage, 1, pixels, pixels)), count, k.heads, pixels, pixels)
	}
	out := s.MatMul(s.Softmax(score, -1), part(2))
	return k.proj.forward(s, s.Reshape(s.Transpose(out, 1, 2), count, pixels, width))
}

// offsets returns the bias of each pair of pixels of a window, [1, heads, pixels, pixels].
func (k swinBlock) offsets(s *torch.Scope) *torch.Tensor {
	w := k.window
	index := make([]int64, 0, w*w*w*w)
	for a := range w * w {
		for b := range w * w {
			index = append(index, (a/w-b/w+w-1)*(2*w-1)+a%w-b%w+w-1)
		}
	}
	at := s.ToDevice(s.FromInt64s(index, w*w*w*w), k.table.Device())
	return s.Permute(s.Reshape(s.IndexSelect(k.table, 0, at), 1, w*w, w*w, k.heads), 0, 3, 1, 2)
}
