package torch

import (
	"fmt"
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// Zeros returns a tensor of zeros.
func (s *Scope) Zeros(d DType, shape ...int64) *Tensor {
	sizes, n := list(shape)
	var out lib.Ctensor
	lib.AtgZeros(&out, sizes, n, int32(d), -1)
	return s.own("Zeros", out)
}

// FromFloat64s copies data into a new tensor. The sizes must multiply to len(data).
func (s *Scope) FromFloat64s(data []float64, shape ...int64) *Tensor {
	return fromHost(s, "FromFloat64s", Float64, data, shape)
}

// FromFloat32s copies data into a new tensor. The sizes must multiply to len(data).
func (s *Scope) FromFloat32s(data []float32, shape ...int64) *Tensor {
	return fromHost(s, "FromFloat32s", Float32, data, shape)
}

// FromInt64s copies data into a new tensor. The sizes must multiply to len(data).
func (s *Scope) FromInt64s(data []int64, shape ...int64) *Tensor {
	return fromHost(s, "FromInt64s", Int64, data, shape)
}

// FromComplex128s copies data into a new tensor. The sizes must multiply to len(data).
func (s *Scope) FromComplex128s(data []complex128, shape ...int64) *Tensor {
	return fromHost(s, "FromComplex128s", Complex128, data, shape)
}

// Float32s returns a copy of the elements in row-major order; x must be real.
func (s *Scope) Float32s(x *Tensor) []float32 { return toHost[float32](s, "Float32s", Float32, x) }

// Float64s returns a copy of the elements in row-major order; x must be real.
func (s *Scope) Float64s(x *Tensor) []float64 { return toHost[float64](s, "Float64s", Float64, x) }

// ReadFloat64s fills dst with the elements in row-major order; x must be real and as long as dst.
func (s *Scope) ReadFloat64s(dst []float64, x *Tensor) {
	const op = "ReadFloat64s"
	if x.Len() != len(dst) {
		fail(op, fmt.Sprintf("the tensor does not have %d elements", len(dst)), x)
	}
	read(s, op, Float64, dst, x)
}

// Complex128s returns a copy of the elements in row-major order.
func (s *Scope) Complex128s(x *Tensor) []complex128 {
	return toHost[complex128](s, "Complex128s", Complex128, x)
}

// Item returns the value of a tensor with one element.
func (s *Scope) Item(x *Tensor) float64 {
	v := s.Float64s(x)
	if len(v) != 1 {
		fail("Item", "the tensor has more than one element or none", x)
	}
	return v[0]
}

func fromHost[T any](s *Scope, op string, d DType, data []T, shape []int64) *Tensor {
	n := int64(1)
	for _, v := range shape {
		n *= v
	}
	if n != int64(len(data)) {
		fail(op, fmt.Sprintf("%d values do not fill the shape %v", len(data), shape))
	}
	sizes, rank := list(shape)
	var out lib.Ctensor
	lib.AtgEmpty(&out, sizes, rank, int32(d), -1)
	t := s.own(op, out)
	if n > 0 {
		copy(unsafe.Slice((*T)(lib.AtDataPtr(t.c)), n), data)
	}
	return t
}

func toHost[T any](s *Scope, op string, d DType, x *Tensor) []T {
	out := make([]T, x.Len())
	read(s, op, d, out, x)
	return out
}

// read fills dst, which is as long as x.
func read[T any](s *Scope, op string, d DType, dst []T, x *Tensor) {
	isComplex := func(d DType) bool { return d == Complex64 || d == Complex128 }
	if isComplex(x.DType()) != isComplex(d) {
		fail(op, "real and complex tensors are not converted into each other silently", x)
	}
	if len(dst) == 0 {
		return
	}
	s.Tidy(func(s *Scope) *Tensor {
		// A conjugate is lazy in LibTorch: resolve it before reading the storage.
		c := s.Contiguous(s.unary("ResolveConj", lib.AtgResolveConj, s.To(s.ToDevice(s.Detach(x), CPU), d)))
		copy(dst, unsafe.Slice((*T)(lib.AtDataPtr(c.c)), len(dst)))
		return nil
	})
}

// Normal returns standard normal numbers drawn from LibTorch's CPU generator, which Seed and SetRNGState control. Training
// draws its numbers in Go instead.
func (s *Scope) Normal(d DType, shape ...int64) *Tensor {
	sizes, n := list(shape)
	var out lib.Ctensor
	lib.AtgRandn(&out, sizes, n, int32(d), -1)
	return s.own("Normal", out)
}
