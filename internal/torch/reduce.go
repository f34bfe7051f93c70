package torch

import (
	lib "github.com/sugarme/gotch/libtch"
)

// Sum returns the sum of all elements, a scalar.
func (s *Scope) Sum(x *Tensor) *Tensor {
	return s.unary("Sum", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgSum(out, c, int32(x.DType())) }, x)
}

// Mean returns the mean of all elements, a scalar.
func (s *Scope) Mean(x *Tensor) *Tensor {
	return s.unary("Mean", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgMean(out, c, int32(x.DType())) }, x)
}

// SumDims returns the sum over dims, which keep size 1.
func (s *Scope) SumDims(x *Tensor, dims ...int64) *Tensor {
	return s.unary("SumDims", func(out *lib.Ctensor, c lib.Ctensor) {
		lib.AtgSumDimIntlist(out, c, dims, len(dims), 1, int32(x.DType()))
	}, x)
}

// Max returns the largest element, a scalar.
func (s *Scope) Max(x *Tensor) *Tensor { return s.unary("Max", lib.AtgMax, x) }

// CumSum returns the running sums along dim.
func (s *Scope) CumSum(x *Tensor, dim int64) *Tensor {
	return s.unary("CumSum", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgCumsum(out, c, dim, int32(x.DType())) }, x)
}

// Softmax returns eˣ divided by its sum along dim.
func (s *Scope) Softmax(x *Tensor, dim int64) *Tensor {
	return s.unary("Softmax", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgSoftmax(out, c, dim, int32(x.DType())) }, x)
}

// MatMul returns the matrix products of a [batch…, n, m] and b [batch…, m, k]: [batch…, n, k].
func (s *Scope) MatMul(a, b *Tensor) *Tensor { return s.binary("MatMul", lib.AtgMatmul, a, b) }
