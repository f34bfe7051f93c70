package torch

import (
	"sync/atomic"
	"unsafe"

	lib "github.com/sugarme/gotch/libtch"
)

// DType is the type of a tensor's elements. The values are LibTorch's c10::ScalarType.
type DType int32

// The element types in use.
const (
	Int64      DType = 4
	Float32    DType = 6
	Float64    DType = 7
	Complex64  DType = 9
	Complex128 DType = 10
)

// Tensor is a handle of a LibTorch tensor. It is made and owned by a [Scope].
type Tensor struct {
	c     lib.Ctensor
	scope *Scope // owner; nil once kept
	slot  int    // index in scope.owned
}

// Param is a named trainable tensor.
type Param struct {
	Name   string
	Tensor *Tensor
}

// live counts the tensors that exist, so that tests can prove that nothing leaks.
var live atomic.Int64

// Live returns how many tensors exist in the process.
func Live() int { return int(live.Load()) }

// Shape returns the sizes of the dimensions; empty for a scalar.
func (t *Tensor) Shape() []int64 {
	c := handle("Shape", t)
	shape := make([]int64, lib.AtDim(c), 8)
	if len(shape) > 0 {
		lib.AtShape(c, unsafe.Pointer(&shape[0]))
	}
	check("Shape", t)
	return shape
}

// Len returns the number of elements.
func (t *Tensor) Len() int {
	n := int64(1)
	for _, d := range t.Shape() {
		n *= d
	}
	return int(n)
}

// DType returns the element type.
func (t *Tensor) DType() DType { return DType(lib.AtScalarType(handle("DType", t))) }

// Drop frees a tensor before its scope ends, or a kept one. Dropping twice, or nil, does nothing.
func (t *Tensor) Drop() {
	if t == nil || t.c == nil {
		return
	}
	t.release()
	t.free()
}

func (t *Tensor) free() {
	lib.AtFree(t.c)
	t.c = nil
	live.Add(-1)
}

// handle returns the C handle, or fails when the tensor is nil or was dropped.
func handle(op string, t *Tensor) lib.Ctensor {
	if t == nil {
		fail(op, "a tensor argument is nil")
	}
	if t.c == nil {
		fail(op, "a tensor argument was dropped, or its scope has ended")
	}
	return t.c
}

// optional returns the C handle, nil for a nil tensor.
func optional(op string, t *Tensor) lib.Ctensor {
	if t == nil {
		return nil
	}
	return handle(op, t)
}
