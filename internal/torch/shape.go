package torch

import lib "github.com/sugarme/gotch/libtch"

// list returns v and its length in the form that the C API takes: a non-empty slice even for an empty list.
func list(v []int64) ([]int64, int) {
	if len(v) == 0 {
		return []int64{0}, 0
	}
	return v, len(v)
}

// Expand returns a view of x with dimensions of size 1 repeated to shape.
func (s *Scope) Expand(x *Tensor, shape ...int64) *Tensor {
	return s.unary("Expand", func(out *lib.Ctensor, c lib.Ctensor) {
		sizes, n := list(shape)
		lib.AtgExpand(out, c, sizes, n, 0)
	}, x)
}

// Contiguous returns x in row-major storage.
func (s *Scope) Contiguous(x *Tensor) *Tensor { return s.unary("Contiguous", lib.AtgContiguous, x) }

// Reshape returns the elements of x, in row-major order, in another shape; a view where storage allows.
func (s *Scope) Reshape(x *Tensor, shape ...int64) *Tensor {
	return s.unary("Reshape", func(out *lib.Ctensor, c lib.Ctensor) {
		sizes, n := list(shape)
		lib.AtgReshape(out, c, sizes, n)
	}, x)
}

// To returns x with another element type.
func (s *Scope) To(x *Tensor, d DType) *Tensor {
	return s.unary("To", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgTotype(out, c, int32(d)) }, x)
}

// Transpose returns the view of x with two dimensions exchanged.
func (s *Scope) Transpose(x *Tensor, a, b int64) *Tensor {
	return s.unary("Transpose", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgTranspose(out, c, a, b) }, x)
}

// Narrow returns the view x[start : start+length] along dim.
func (s *Scope) Narrow(x *Tensor, dim, start, length int64) *Tensor {
	return s.unary("Narrow", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgNarrow(out, c, dim, start, length) }, x)
}

// Difference returns the next element along dim minus this one: one fewer, none where there is a single one.
func (s *Scope) Difference(x *Tensor, dim int64) *Tensor {
	n := x.Shape()[dim]
	return s.Sub(s.Narrow(x, dim, 1, n-1), s.Narrow(x, dim, 0, n-1))
}

// Cat joins tensors along dim.
func (s *Scope) Cat(dim int64, xs ...*Tensor) *Tensor {
	if len(xs) == 0 {
		fail("Cat", "no tensors to join")
	}
	handles := make([]lib.Ctensor, len(xs))
	for i, x := range xs {
		handles[i] = handle("Cat", x)
	}
	var out lib.Ctensor
	lib.AtgCat(&out, handles, len(handles), dim)
	return s.own("Cat", out, xs...)
}

// Pad2D puts zeros around the last two dimensions.
func (s *Scope) Pad2D(x *Tensor, left, right, top, bottom int64) *Tensor {
	return s.unary("Pad2D", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgConstantPadNd(out, c, []int64{left, right, top, bottom}, 4)
	}, x)
}

// IndexSelect returns the elements of x at index (Int64, one dimension) along dim.
func (s *Scope) IndexSelect(x *Tensor, dim int64, index *Tensor) *Tensor {
	return s.binary("IndexSelect", func(out *lib.Ctensor, a, b lib.Ctensor) { lib.AtgIndexSelect(out, a, dim, b) }, x, index)
}

// Rot90 turns x by k quarter turns from dimension 2 towards dimension 3.
func (s *Scope) Rot90(x *Tensor, k int64) *Tensor {
	return s.unary("Rot90", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgRot90(out, c, k, []int64{2, 3}, 2) }, x)
}

// Flip reverses x along dims.
func (s *Scope) Flip(x *Tensor, dims ...int64) *Tensor {
	return s.unary("Flip", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgFlip(out, c, dims, len(dims)) }, x)
}

// Permute returns the view of x with its dimensions in the order dims.
func (s *Scope) Permute(x *Tensor, dims ...int64) *Tensor {
	return s.unary("Permute", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgPermute(out, c, dims, len(dims)) }, x)
}

// Roll shifts x along dims, cyclically: element i goes to i + shift.
func (s *Scope) Roll(x *Tensor, shifts, dims []int64) *Tensor {
	return s.unary("Roll", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgRoll(out, c, shifts, len(shifts), dims, len(dims)) }, x)
}

// ReflectPad2D continues the last two dimensions by their mirror image, without repeating the edge; each pad is below the size.
func (s *Scope) ReflectPad2D(x *Tensor, left, right, top, bottom int64) *Tensor {
	return s.unary("ReflectPad2D", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgReflectionPad2d(out, c, []int64{left, right, top, bottom}, 4)
	}, x)
}
