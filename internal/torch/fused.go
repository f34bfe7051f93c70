package torch

// #include "shim.h"
import "C"

import (
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// Layers of networks that do in few passes over memory, or with fewer multiplications, what several operations would. They work in float32
// on a CPU, on images stored as by [Scope.ChannelsLast], and return such images; elsewhere they are the operations that they stand for, and
// so are gradients that are differentiated again. Values agree with those operations to rounding.

// Conv3x3 is Conv2D of a 3 × 3 kernel with stride 1 and padding 1, and then one of: nothing, ReLU (relu), or + residual (nil for none), an
// image of the shape of the result. From 16 channels in and out on, on processors with AVX-512, it takes Winograd's way: 16
// multiplications for 4 pixels instead of 36 (Lavin & Gray 2016).
func (s *Scope) Conv3x3(x, weight, bias, residual *Tensor, relu bool) *Tensor {
	const op = "Conv3x3"
	var out unsafe.Pointer
	checkShim(op, C.fringe_conv3x3(unsafe.Pointer(handle(op, x)), unsafe.Pointer(handle(op, weight)), unsafe.Pointer(optional(op, bias)),
		unsafe.Pointer(optional(op, residual)), truth(relu), &out), x, weight, bias, residual)
	return s.own(op, lib.Ctensor(out), x, weight, bias, residual)
}

// NormAct says what [Scope.NormAct] does.
type NormAct struct {
	Weight, Bias *Tensor // [channels]; both nil: instance normalisation, in which Groups does not matter
	Groups       int64
	Eps          float64
	Slope        float64 // of a leaky rectifier below zero
	SiLU         bool    // instead of the leaky rectifier
}

// NormAct is GroupNorm, or InstanceNorm, and SiLU or LeakyReLU after it.
func (s *Scope) NormAct(x *Tensor, n NormAct) *Tensor { return s.normAct("NormAct", x, n, false)[0] }

// NormActPool is NormAct, and AvgPool2D over 2 × 2 pixels of its result. Height and width are even.
func (s *Scope) NormActPool(x *Tensor, n NormAct) (y, pooled *Tensor) {
	out := s.normAct("NormActPool", x, n, true)
	return out[0], out[1]
}

func (s *Scope) normAct(op string, x *Tensor, n NormAct, pooled bool) []*Tensor {
	if n.Weight == nil {
		n.Groups = x.Shape()[1]
	}
	out := make([]unsafe.Pointer, 1+int(truth(pooled)))
	checkShim(op, C.fringe_norm_act(unsafe.Pointer(handle(op, x)), unsafe.Pointer(optional(op, n.Weight)), unsafe.Pointer(optional(op, n.Bias)),
		C.int64_t(n.Groups), C.double(n.Eps), truth(n.SiLU), C.double(n.Slope), truth(pooled), &out[0]), x, n.Weight, n.Bias)
	results := make([]*Tensor, len(out))
	for i := range out {
		results[i] = s.own(op, lib.Ctensor(out[i]), x)
	}
	return results
}

// UpCat is ConvTranspose2D of a 2 × 2 kernel with stride 2, and the channels of skip (nil for none), an image of twice the height and width
// of x, behind those of the result.
func (s *Scope) UpCat(x, weight, bias, skip *Tensor) *Tensor {
	const op = "UpCat"
	var out unsafe.Pointer
	checkShim(op, C.fringe_up(unsafe.Pointer(handle(op, x)), unsafe.Pointer(handle(op, weight)), unsafe.Pointer(optional(op, bias)),
		unsafe.Pointer(optional(op, skip)), &out), x, weight, bias, skip)
	return s.own(op, lib.Ctensor(out), x, weight, bias, skip)
}
