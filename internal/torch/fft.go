package torch

// #include "shim.h"
import "C"

import (
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// The transforms go through the shim because gotch's wrappers leak a C string per call.

// RFFT2 returns the discrete Fourier transform of the last two dimensions of a real tensor, zero-padded or cropped to
// ny × nx, without scaling: shape […, ny, nx/2+1], complex.
func (s *Scope) RFFT2(x *Tensor, ny, nx int64) *Tensor {
	const op = "RFFT2"
	var out unsafe.Pointer
	checkShim(op, C.fringe_rfft2(unsafe.Pointer(handle(op, x)), C.int64_t(ny), C.int64_t(nx), &out), x)
	return s.own(op, lib.Ctensor(out), x)
}

// IRFFT2 inverts RFFT2 (scaled by 1/(ny·nx)): shape […, ny, nx], real.
func (s *Scope) IRFFT2(x *Tensor, ny, nx int64) *Tensor {
	const op = "IRFFT2"
	var out unsafe.Pointer
	checkShim(op, C.fringe_irfft2(unsafe.Pointer(handle(op, x)), C.int64_t(ny), C.int64_t(nx), &out), x)
	return s.own(op, lib.Ctensor(out), x)
}
