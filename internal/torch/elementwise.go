package torch

import lib "github.com/sugarme/gotch/libtch"

// The operations below work element by element and broadcast as NumPy does. Each returns a new tensor of the scope.

// Add returns a + b.
func (s *Scope) Add(a, b *Tensor) *Tensor { return s.binary("Add", lib.AtgAdd, a, b) }

// Sub returns a − b.
func (s *Scope) Sub(a, b *Tensor) *Tensor { return s.binary("Sub", lib.AtgSub, a, b) }

// Mul returns a·b, also for complex tensors.
func (s *Scope) Mul(a, b *Tensor) *Tensor { return s.binary("Mul", lib.AtgMul, a, b) }

// Div returns a/b.
func (s *Scope) Div(a, b *Tensor) *Tensor { return s.binary("Div", lib.AtgDiv, a, b) }

// AddScalar returns x + v.
func (s *Scope) AddScalar(x *Tensor, v float64) *Tensor {
	return s.scalar("AddScalar", lib.AtgAddScalar, x, v)
}

// MulScalar returns v·x.
func (s *Scope) MulScalar(x *Tensor, v float64) *Tensor {
	return s.scalar("MulScalar", lib.AtgMulScalar, x, v)
}

// Square returns x².
func (s *Scope) Square(x *Tensor) *Tensor { return s.unary("Square", lib.AtgSquare, x) }

// Sqrt returns √x.
func (s *Scope) Sqrt(x *Tensor) *Tensor { return s.unary("Sqrt", lib.AtgSqrt, x) }

// Log returns the natural logarithm of x.
func (s *Scope) Log(x *Tensor) *Tensor { return s.unary("Log", lib.AtgLog, x) }

// Abs returns |x|, real for a complex tensor.
func (s *Scope) Abs(x *Tensor) *Tensor { return s.unary("Abs", lib.AtgAbs, x) }

// Real returns the real part of a complex tensor, as a view.
func (s *Scope) Real(x *Tensor) *Tensor { return s.unary("Real", lib.AtgReal, x) }

// Imag returns the imaginary part of a complex tensor, as a view.
func (s *Scope) Imag(x *Tensor) *Tensor { return s.unary("Imag", lib.AtgImag, x) }

// Complex returns re + i·im.
func (s *Scope) Complex(re, im *Tensor) *Tensor { return s.binary("Complex", lib.AtgComplex, re, im) }

// ReLU returns max(x, 0).
func (s *Scope) ReLU(x *Tensor) *Tensor { return s.unary("ReLU", lib.AtgRelu, x) }

// ClampMax returns min(x, v).
func (s *Scope) ClampMax(x *Tensor, v float64) *Tensor {
	return s.scalar("ClampMax", lib.AtgClampMax, x, v)
}

// SiLU returns x·sigmoid(x).
func (s *Scope) SiLU(x *Tensor) *Tensor { return s.unary("SiLU", lib.AtgSilu, x) }

// ELU returns x above zero and eˣ − 1 below: once differentiable everywhere.
func (s *Scope) ELU(x *Tensor) *Tensor { return s.unary("ELU", lib.AtgElu, x) }

// Tanh returns the hyperbolic tangent of x.
func (s *Scope) Tanh(x *Tensor) *Tensor { return s.unary("Tanh", lib.AtgTanh, x) }

// Softplus returns log(1 + eˣ), a smooth and positive stand-in of max(x, 0).
func (s *Scope) Softplus(x *Tensor) *Tensor { return s.unary("Softplus", lib.AtgSoftplus, x) }

// Exp returns eˣ.
func (s *Scope) Exp(x *Tensor) *Tensor { return s.unary("Exp", lib.AtgExp, x) }

// Floor returns the largest whole numbers not above x; its gradient is zero.
func (s *Scope) Floor(x *Tensor) *Tensor { return s.unary("Floor", lib.AtgFloor, x) }

// Clamp returns x limited to [lo, hi]; its gradient is zero outside.
func (s *Scope) Clamp(x *Tensor, lo, hi float64) *Tensor {
	low, high := lib.AtsFloat(lo), lib.AtsFloat(hi)
	defer lib.AtsFree(low)
	defer lib.AtsFree(high)
	return s.unary("Clamp", func(out *lib.Ctensor, c lib.Ctensor) { lib.AtgClamp(out, c, low, high) }, x)
}
