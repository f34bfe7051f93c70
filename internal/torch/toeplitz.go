package torch

// #include "shim.h"
import "C"

import (
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// Toeplitz convolves images with an even function that is known by its real transform on a grid of twice the size:
// crop(irfft2(rfft2(pad x)·k)) for x [batch, 1, ny, nx] and k transposed and contiguous, [batch or 1, 1, nx+1, 2ny], both
// float32 or float64 on one device. It costs half of what the transforms of the whole doubled grid would, and the bytes do
// not depend on the number of threads. It is differentiable in x, any number of times; not in k.
func (s *Scope) Toeplitz(x, k *Tensor) *Tensor {
	const op = "Toeplitz"
	var out unsafe.Pointer
	checkShim(op, C.fringe_toeplitz(unsafe.Pointer(handle(op, x)), unsafe.Pointer(handle(op, k)), &out), x, k)
	return s.own(op, lib.Ctensor(out), x, k)
}
