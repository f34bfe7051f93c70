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

// BatchNorm normalises every channel over batch and image and applies weight and bias [channels] (Ioffe & Szegedy 2015). In training it
// uses the statistics of the batch and moves mean and variance [channels] towards them, in place, by the fraction momentum; otherwise it
// uses mean and variance.
func (s *Scope) BatchNorm(x, weight, bias, mean, variance *Tensor, training bool, momentum, eps float64) *Tensor {
	const op = "BatchNorm"
	var out lib.Ctensor
	lib.AtgBatchNorm(&out, handle(op, x), handle(op, weight), handle(op, bias), handle(op, mean), handle(op, variance), int32(truth(training)),
		momentum, eps, 0)
	return s.own(op, out, x, weight, bias)
}

// InstanceNorm normalises every channel of every image to mean 0 and variance 1, without weights (Ulyanov et al. 2016).
func (s *Scope) InstanceNorm(x *Tensor, eps float64) *Tensor {
	return s.unary("InstanceNorm", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgInstanceNorm(out, c, nil, nil, nil, nil, 1, 0, eps, 0)
	}, x)
}

// LayerNorm normalises the last dimension to mean 0 and variance 1 and applies weight and bias of its length (Ba et al. 2016).
func (s *Scope) LayerNorm(x, weight, bias *Tensor, eps float64) *Tensor {
	const op = "LayerNorm"
	var out lib.Ctensor
	lib.AtgLayerNorm(&out, handle(op, x), weight.Shape(), 1, handle(op, weight), handle(op, bias), eps, 0)
	return s.own(op, out, x, weight, bias)
}

// Linear returns x·weightᵀ + bias for x […, in], weight [out, in], bias [out].
func (s *Scope) Linear(x, weight, bias *Tensor) *Tensor {
	const op = "Linear"
	var out lib.Ctensor
	lib.AtgLinear(&out, handle(op, x), handle(op, weight), handle(op, bias))
	return s.own(op, out, x, weight, bias)
}

// Unfold cuts x [batch, channels, ny, nx] into k × k patches in steps of stride: [batch, channels·k·k, patches].
func (s *Scope) Unfold(x *Tensor, k, stride int64) *Tensor {
	return s.unary("Unfold", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgIm2col(out, c, pair(k), 2, pair(1), 2, pair(0), 2, pair(stride), 2)
	}, x)
}

// Fold is the transpose of Unfold: it adds patches up to images of ny × nx pixels.
func (s *Scope) Fold(x *Tensor, ny, nx, k, stride int64) *Tensor {
	return s.unary("Fold", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgCol2im(out, c, []int64{ny, nx}, 2, pair(k), 2, pair(1), 2, pair(0), 2, pair(stride), 2)
	}, x)
}
