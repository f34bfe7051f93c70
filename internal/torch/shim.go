package torch

// #cgo CXXFLAGS: -std=c++17 -fopenmp
// #cgo LDFLAGS: -ltorch_cpu -lc10 -lstdc++ -fopenmp
// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// check fails with the last error of the C API on this thread, if there is one.
func check(op string, args ...*Tensor) {
	if text := lib.GetAndResetLastErr(); text != nil {
		message := C.GoString((*C.char)(unsafe.Pointer(text)))
		C.free(unsafe.Pointer(text))
		fail(op, message, args...)
	}
}

// checkShim fails with an error text of the shim, if there is one.
func checkShim(op string, text *C.char, args ...*Tensor) {
	if text != nil {
		message := C.GoString(text)
		C.free(unsafe.Pointer(text))
		fail(op, message, args...)
	}
}

// pointers returns the handles as an array for the shim.
func pointers(op string, ts []*Tensor) *unsafe.Pointer {
	p := make([]unsafe.Pointer, len(ts)+1) // one more, so that an empty list has an address
	for i, t := range ts {
		p[i] = unsafe.Pointer(handle(op, t))
	}
	return &p[0]
}

// VJP returns gradY·∂y/∂x for each x in xs (gradY nil: y is a scalar and the weight 1); zeros where y does not depend on x.
// With createGraph the results can be differentiated again and y's graph is kept; without it the graph is freed.
func (s *Scope) VJP(y, gradY *Tensor, xs []*Tensor, createGraph bool) []*Tensor {
	const op = "Grad"
	in := pointers(op, xs)
	out := make([]unsafe.Pointer, len(xs)+1)
	text := C.fringe_vjp(unsafe.Pointer(handle(op, y)), unsafe.Pointer(optional(op, gradY)), in, C.int(len(xs)), truth(createGraph), &out[0])
	checkShim(op, text, y, gradY)
	grads := make([]*Tensor, len(xs))
	for i := range grads {
		grads[i] = s.own(op, lib.Ctensor(out[i]), xs[i])
	}
	return grads
}

// LeakyReLU returns max(x, 0) + slope·min(x, 0).
func (s *Scope) LeakyReLU(x *Tensor, slope float64) *Tensor {
	const op = "LeakyReLU"
	var out unsafe.Pointer
	checkShim(op, C.fringe_leaky_relu(unsafe.Pointer(handle(op, x)), C.double(slope), &out), x)
	return s.own(op, lib.Ctensor(out), x)
}

// GELU returns x·Φ(x), with the distribution function Φ of the normal distribution.
func (s *Scope) GELU(x *Tensor) *Tensor {
	const op = "GELU"
	var out unsafe.Pointer
	checkShim(op, C.fringe_gelu(unsafe.Pointer(handle(op, x)), &out), x)
	return s.own(op, lib.Ctensor(out), x)
}

// ChannelsLast returns x [batch, channels, ny, nx] stored with the channels of a pixel side by side; shape and values stay. Convolutions,
// pooling and element-wise operations keep this layout, and many are faster in it.
func (s *Scope) ChannelsLast(x *Tensor) *Tensor {
	const op = "ChannelsLast"
	var out unsafe.Pointer
	checkShim(op, C.fringe_channels_last(unsafe.Pointer(handle(op, x)), &out), x)
	return s.own(op, lib.Ctensor(out), x)
}

// Orthonormal returns the factor Q of x = QR [n, m], n ≥ m, with a positive diagonal of R: of independent normal numbers a matrix whose
// orthonormal columns are uniformly distributed. The bytes do not depend on the number of threads.
func (s *Scope) Orthonormal(x *Tensor) *Tensor {
	const op = "Orthonormal"
	var out unsafe.Pointer
	checkShim(op, C.fringe_orthonormal(unsafe.Pointer(handle(op, x)), &out), x)
	return s.own(op, lib.Ctensor(out), x)
}

// Copy overwrites dst with the values of src, which has the same shape, without recording a gradient.
func (s *Scope) Copy(dst, src *Tensor) {
	const op = "Copy"
	checkShim(op, C.fringe_copy(unsafe.Pointer(handle(op, dst)), unsafe.Pointer(handle(op, src))), dst, src)
}

// GlobalNorm returns the Euclidean norm of all elements of all tensors.
func (s *Scope) GlobalNorm(ts []*Tensor) float64 {
	p := pointers("GlobalNorm", ts)
	var out C.double
	checkShim("GlobalNorm", C.fringe_global_norm(p, C.int(len(ts)), &out))
	return float64(out)
}

// Seed seeds LibTorch's CPU generator.
func (s *Scope) Seed(seed int64) { checkShim("Seed", C.fringe_manual_seed(C.int64_t(seed))) }

// RNGState returns the state of LibTorch's CPU generator, a byte tensor.
func (s *Scope) RNGState() *Tensor {
	var out unsafe.Pointer
	checkShim("RNGState", C.fringe_rng_state(&out))
	return s.own("RNGState", lib.Ctensor(out))
}

// SetRNGState restores a state of LibTorch's CPU generator.
func (s *Scope) SetRNGState(state *Tensor) {
	const op = "SetRNGState"
	checkShim(op, C.fringe_set_rng_state(unsafe.Pointer(handle(op, state))), state)
}

// Version returns LibTorch's version, such as "2.1.2".
func Version() string { return C.GoString(C.fringe_version()) }

// CUDADevices returns how many CUDA devices LibTorch can use; 0 on a CPU build.
func CUDADevices() int { return int(lib.AtcCudaDeviceCount()) }

// setGradMode switches gradient recording on this thread and returns the former mode.
func setGradMode(enabled bool) bool { return C.fringe_grad_mode(truth(enabled)) != 0 }

func truth(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
