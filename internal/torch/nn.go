package torch

import lib "github.com/sugarme/gotch/libtch"

func pair(v int64) []int64 { return []int64{v, v} }

// Conv2D correlates x [batch, in, ny, nx] with weight [out, in, k, k] after zero padding and adds bias [out] (nil for none).
func (s *Scope) Conv2D(x, weight, bias *Tensor, stride, padding int64) *Tensor {
	const op = "Conv2D"
	var out lib.Ctensor
	lib.AtgConv2d(&out, handle(op, x), handle(op, weight), optional(op, bias), pair(stride), 2, pair(padding), 2, pair(1), 2, 1)
	return s.own(op, out, x, weight, bias)
}

// ConvTranspose2D is the transpose of Conv2D without padding: weight [in, out, k, k], bias [out] or nil.
func (s *Scope) ConvTranspose2D(x, weight, bias *Tensor, stride int64) *Tensor {
	const op = "ConvTranspose2D"
	var out lib.Ctensor
	lib.AtgConvTranspose2d(&out, handle(op, x), handle(op, weight), optional(op, bias), pair(stride), 2, pair(0), 2, pair(0), 2, 1, pair(1), 2)
	return s.own(op, out, x, weight, bias)
}

// ConvGrouped2D correlates each of the groups of channels of x [batch, in, ny, nx] with its share of weight [out, in/groups, ky, kx],
// without padding, in steps of strideY rows and strideX columns.
func (s *Scope) ConvGrouped2D(x, weight *Tensor, strideY, strideX, groups int64) *Tensor {
	return s.binary("ConvGrouped2D", func(out *lib.Ctensor, a, w lib.Ctensor) {
		lib.AtgConv2d(out, a, w, nil, []int64{strideY, strideX}, 2, pair(0), 2, pair(1), 2, groups)
	}, x, weight)
}

// ConvTransposeGrouped2D is the transpose of ConvGrouped2D: weight [in, out/groups, ky, kx].
func (s *Scope) ConvTransposeGrouped2D(x, weight *Tensor, strideY, strideX, groups int64) *Tensor {
	return s.binary("ConvTransposeGrouped2D", func(out *lib.Ctensor, a, w lib.Ctensor) {
		lib.AtgConvTranspose2d(out, a, w, nil, []int64{strideY, strideX}, 2, pair(0), 2, pair(0), 2, groups, pair(1), 2)
	}, x, weight)
}

// AvgPool2D averages k × k blocks of the last two dimensions.
func (s *Scope) AvgPool2D(x *Tensor, k int64) *Tensor {
	return s.unary("AvgPool2D", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgAvgPool2d(out, c, pair(k), 2, pair(k), 2, pair(0), 2, 0, 1, 0, 1)
	}, x)
}

// GroupNorm normalises groups of channels to mean 0 and variance 1 and applies weight and bias [channels] (nil for none)
// (Wu & He 2018).
func (s *Scope) GroupNorm(x, weight, bias *Tensor, groups int64, eps float64) *Tensor {
	const op = "GroupNorm"
	var out lib.Ctensor
	lib.AtgGroupNorm(&out, handle(op, x), groups, optional(op, weight), optional(op, bias), eps, 0)
	return s.own(op, out, x, weight, bias)
}
