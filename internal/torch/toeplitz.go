package torch

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// ToeplitzKernel makes a kernel ready for [Scope.Toeplitz] on images of ny × nx pixels: k is the real transform rfft2 of an even function
// on 2ny × 2nx, [batch, 1, 2ny, nx+1], float32 or float64. The layout of the result depends on the device and the processor.
func (s *Scope) ToeplitzKernel(k *Tensor, ny, nx int64) *Tensor {
	const op = "ToeplitzKernel"
	var out unsafe.Pointer
	checkShim(op, C.fringe_toeplitz_kernel(unsafe.Pointer(handle(op, k)), C.int64_t(ny), C.int64_t(nx), &out), k)
	return s.own(op, lib.Ctensor(out), k)
}

// Toeplitz convolves images x [batch, 1, ny, nx] with an even function: crop(irfft2(rfft2(pad x)·k)) on a grid of twice the size, for
// what ToeplitzKernel made of k, with a batch of one or of x, both float32 or float64 on one device. On the CPU rows and columns of zeros are
// neither stored nor transformed, and the bytes do not depend on the number of threads. It is differentiable in x, any number of times;
// not in k.
func (s *Scope) Toeplitz(x, k *Tensor) *Tensor {
	const op = "Toeplitz"
	var out unsafe.Pointer
	checkShim(op, C.fringe_toeplitz(unsafe.Pointer(handle(op, x)), unsafe.Pointer(handle(op, k)), &out), x, k)
	return s.own(op, lib.Ctensor(out), x, k)
}

// Quadratic is the function ½w·xᵀ(Nx − 2b) of an image x of NY × NX pixels, where N is B·Toeplitz·B with the element Index of the batch
// of a kernel of ToeplitzKernel, float64 on the CPU.
type Quadratic struct {
	Kernel *Tensor
	Index  int
	NY, NX int
	Dirty  []float64 // b, nil for zeros
	Beam   []float64 // B, nil for ones
	Weight float64   // w
}

// QuadraticGradient overwrites gradient with w(Nx − b), unless it is nil, and returns xᵀ(Nx − 2b): the value without its factor ½w, which a
// caller may have other terms for. It works on Go's memory in place, and the
// bytes do not depend on the number of threads. gradient must not be x.
func (s *Scope) QuadraticGradient(q Quadratic, gradient, x []float64) float64 {
	const op = "QuadraticGradient"
	n := q.NY * q.NX
	if q.NY < 1 || q.NX < 1 || len(x) != n || (q.Dirty != nil && len(q.Dirty) != n) || (q.Beam != nil && len(q.Beam) != n) || (gradient != nil && len(gradient) != n) {
		fail(op, fmt.Sprintf("%d pixels and a gradient of %d for %d x %d", len(x), len(gradient), q.NY, q.NX), q.Kernel)
	}
	workers := int(C.fringe_threads())
	var work unsafe.Pointer
	var columns, rows C.int64_t
	checkShim(op, C.fringe_gradient(unsafe.Pointer(handle(op, q.Kernel)), C.int64_t(q.Index), C.int64_t(q.NY), C.int64_t(q.NX), C.int(workers),
		&columns, &rows, &work), q.Kernel)
	defer C.fringe_gradient_free(work)
	sums := make([]float64, columns)
	step := func(step C.int, i, worker int) float64 {
		return float64(C.fringe_gradient_step(work, step, C.int64_t(i), C.int(worker), doubles(x), doubles(q.Dirty), doubles(q.Beam),
			C.double(q.Weight), doubles(gradient)))
	}
	each(workers, 0, int(columns), func(i, worker int) { step(C.FRINGE_COLUMNS, i, worker) })
	each(workers, 0, int(rows), func(i, worker int) { step(C.FRINGE_CONVOLVE, i, worker) })
	each(workers, 0, int(columns), func(i, worker int) { sums[i] = step(C.FRINGE_GRADIENT, i, worker) })
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return sum
}

// doubles returns the address of the first element, nil for none.
func doubles(x []float64) *C.double {
	return (*C.double)(unsafe.Pointer(unsafe.SliceData(x)))
}

// limitVectors makes the CPU use vectors of at most that many bytes, for tests of what other processors run; 64 is no limit. Kernels that
// were made ready before do not fit after it.
func limitVectors(bytes int) { C.fringe_limit_vectors(C.int(bytes)) }
