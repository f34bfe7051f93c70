package torch_test

import (
	"math"
	"testing"

	"fringe/internal/torch"
)

// toeplitzKernel returns the transforms of random even functions, which are real: [batch, 1, 2ny, nx+1].
func toeplitzKernel(s *torch.Scope, batch, ny, nx int64) *torch.Tensor {
	a := s.Normal(torch.Float64, batch, 1, 2*ny, 2*nx)
	return s.Abs(s.RFFT2(a, 2*ny, 2*nx)) // |F| of a real function is even
}

func compare(t *testing.T, got, want []float64, tolerance float64) {
	t.Helper()
	size := 0.0
	for _, v := range want {
		size = math.Max(size, math.Abs(v))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*size) {
			t.Fatalf("element %d is %.17g, want %.17g", i, got[i], want[i])
		}
	}
}

// toeplitz is Toeplitz of a kernel that is made ready for it.
func toeplitz(s *torch.Scope, x, k *torch.Tensor) *torch.Tensor {
	return s.Toeplitz(x, s.ToeplitzKernel(k, x.Shape()[2], x.Shape()[3]))
}

// whole is Toeplitz by transforms of the whole doubled grid.
func whole(s *torch.Scope, x, k *torch.Tensor) *torch.Tensor {
	ny, nx := x.Shape()[2], x.Shape()[3]
	y := s.IRFFT2(s.Mul(s.RFFT2(x, 2*ny, 2*nx), k), 2*ny, 2*nx)
	return s.Narrow(s.Narrow(y, 2, 0, ny), 3, 0, nx)
}

// Sizes below, at and above a block of lines; a kernel for each image and one for all. 1e-13 is rounding of two FFTs.
func TestToeplitzEqualsTransformsOfTheWholeGrid(t *testing.T) {
	for _, size := range [][3]int64{{1, 1, 1}, {2, 7, 4}, {3, 32, 33}, {2, 70, 31}, {1, 64, 17}, {2, 27, 125}, {1, 49, 48}, {1, 23, 96}} {
		do(t, func(s *torch.Scope) {
			s.Seed(1)
			x := s.Normal(torch.Float64, size[0], 1, size[1], size[2])
			for _, batch := range []int64{1, size[0]} {
				k := toeplitzKernel(s, batch, size[1], size[2])
				compare(t, s.Float64s(toeplitz(s, x, k)), s.Float64s(whole(s, x, k)), 1e-13)
				single := toeplitz(s, s.To(x, torch.Float32), s.To(k, torch.Float32))
				compare(t, s.Float64s(single), s.Float64s(whole(s, x, k)), 1e-5) // float32: some roundings of 6e-8
			}
		})
	}
}

func TestToeplitzIsDifferentiableTwice(t *testing.T) {
	do(t, func(s *torch.Scope) {
		s.Seed(2)
		k, x := toeplitzKernel(s, 1, 6, 5), s.RequireGrad(s.Normal(torch.Float64, 2, 1, 6, 5))
		derivatives := func(y *torch.Tensor) (first, second []float64) { // of Σy³ and of the square of that gradient
			xs := []*torch.Tensor{x}
			g := s.Grad(s.Sum(s.Mul(s.Square(y), y)), xs, true)[0]
			return s.Float64s(g), s.Float64s(s.Grad(s.Sum(s.Square(g)), xs, false)[0])
		}
		first, second := derivatives(toeplitz(s, x, k))
		wantFirst, wantSecond := derivatives(whole(s, x, k))
		compare(t, first, wantFirst, 1e-12) // rounding of a few FFTs
		compare(t, second, wantSecond, 1e-12)
	})
}

func TestToeplitzRefuses(t *testing.T) {
	for name, f := range map[string]func(s *torch.Scope){
		"shape": func(s *torch.Scope) {
			s.Toeplitz(s.Zeros(torch.Float64, 1, 1, 4, 4), s.Zeros(torch.Float64, 1, 1, 8, 5))
		},
		"kernel": func(s *torch.Scope) { s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 5, 8), 4, 4) },
		"size": func(s *torch.Scope) {
			s.Toeplitz(s.Zeros(torch.Float64, 1, 1, 16, 16), s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 8, 5), 4, 4))
		},
		"batch": func(s *torch.Scope) {
			s.Toeplitz(s.Zeros(torch.Float64, 3, 1, 4, 4), s.ToeplitzKernel(s.Zeros(torch.Float64, 2, 1, 8, 5), 4, 4))
		},
		"type": func(s *torch.Scope) {
			s.Toeplitz(s.Zeros(torch.Float32, 1, 1, 4, 4), s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 8, 5), 4, 4))
		},
	} {
		if err := torch.Do(func(s *torch.Scope) error { f(s); return nil }); err == nil {
			t.Errorf("a wrong %s was accepted", name)
		}
	}
}
