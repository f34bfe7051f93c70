package torch_test

import (
	"math"
	"slices"
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

// everyProcessor runs f with the vectors of processors with AVX-512, with AVX2 and without either, as far as this one has them.
func everyProcessor(t *testing.T, f func(s *torch.Scope)) {
	t.Helper()
	defer torch.LimitVectors(64)
	for _, bytes := range []int{64, 32, 16} {
		torch.LimitVectors(bytes)
		do(t, f)
	}
}

// Sizes of every radix, primes that are not among them, and of fewer, as many and more lines than a vector has; a kernel for each image and
// one for all. 1e-13 is rounding of two FFTs.
func TestToeplitzEqualsTransformsOfTheWholeGrid(t *testing.T) {
	sizes := [][3]int64{{1, 1, 1}, {2, 7, 4}, {3, 32, 33}, {2, 70, 31}, {1, 64, 17}, {2, 27, 125}, {1, 49, 48}, {1, 23, 96}, {1, 2, 1}, {1, 13, 5}}
	everyProcessor(t, func(s *torch.Scope) {
		s.Seed(1)
		for _, size := range sizes {
			x := s.Normal(torch.Float64, size[0], 1, size[1], size[2])
			for _, batch := range []int64{1, size[0]} {
				k := toeplitzKernel(s, batch, size[1], size[2])
				compare(t, s.Float64s(toeplitz(s, x, k)), s.Float64s(whole(s, x, k)), 1e-13)
				single := toeplitz(s, s.To(x, torch.Float32), s.To(k, torch.Float32))
				compare(t, s.Float64s(single), s.Float64s(whole(s, x, k)), 1e-5) // float32: some roundings of 6e-8
			}
		}
	})
}

// A kernel of ones is the identity; the value and gradient of the quadratic function are then known on paper: xᵀ(B²x − 2b) and w(B²x − b).
func TestQuadraticGradientOfTheIdentity(t *testing.T) {
	everyProcessor(t, func(s *torch.Scope) {
		for _, size := range [][2]int64{{1, 1}, {5, 3}, {16, 32}, {11, 37}} {
			ny, nx := size[0], size[1]
			n := int(ny * nx)
			ones := slices.Repeat([]float64{1}, int(2*ny*(nx+1)))
			kernel := s.ToeplitzKernel(s.FromFloat64s(slices.Concat(make([]float64, len(ones)), ones), 2, 1, 2*ny, nx+1), ny, nx)
			x, b, beam := make([]float64, n), make([]float64, n), make([]float64, n)
			for p := range n {
				x[p], b[p], beam[p] = float64(p%7)-2, float64(p%5)/4, 1/float64(1+p%3)
			}
			for _, q := range []torch.Quadratic{{}, {Dirty: b}, {Beam: beam}, {Dirty: b, Beam: beam}} {
				q.Kernel, q.Index, q.NY, q.NX, q.Weight = kernel, 1, int(ny), int(nx), 3
				grad, want, sum, size := make([]float64, n), make([]float64, n), 0.0, 0.0
				got := s.QuadraticGradient(q, grad, x)
				for p := range n {
					product, dirty := x[p], 0.0
					if q.Beam != nil {
						product *= beam[p] * beam[p]
					}
					if q.Dirty != nil {
						dirty = b[p]
					}
					want[p] = 3 * (product - dirty)
					sum += x[p] * (product - 2*dirty)
					size += math.Abs(x[p] * (product - 2*dirty))
				}
				compare(t, grad, want, 1e-14) // some roundings
				if math.Abs(got-sum) > 1e-14*size || s.QuadraticGradient(q, nil, x) != got {
					t.Errorf("%d x %d: got %.17g, want %.17g", ny, nx, got, sum)
				}
			}
		}
	})
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
		"kernel that is not made ready": func(s *torch.Scope) {
			s.Toeplitz(s.Zeros(torch.Float64, 1, 1, 4, 4), s.Zeros(torch.Float64, 1, 1, 8, 5))
		},
		"kernel":                 func(s *torch.Scope) { s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 5, 8), 4, 4) },
		"side of ToeplitzKernel": func(s *torch.Scope) { s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 0, 5), 0, 4) },
		"side of Toeplitz": func(s *torch.Scope) {
			s.Toeplitz(s.Zeros(torch.Float64, 1, 1, 4, 0), s.Zeros(torch.Float64, 1, 1, 8))
		},
		"side of QuadraticGradient": func(s *torch.Scope) {
			k := s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 2, 2), 1, 1)
			s.QuadraticGradient(torch.Quadratic{Kernel: k, NY: -1, NX: -1}, nil, make([]float64, 1))
		},
		"length": func(s *torch.Scope) {
			k := s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 8, 5), 4, 4)
			s.QuadraticGradient(torch.Quadratic{Kernel: k, NY: 4, NX: 4}, make([]float64, 16), make([]float64, 15))
		},
		"index": func(s *torch.Scope) {
			k := s.ToeplitzKernel(s.Zeros(torch.Float64, 1, 1, 8, 5), 4, 4)
			s.QuadraticGradient(torch.Quadratic{Kernel: k, Index: 1, NY: 4, NX: 4}, nil, make([]float64, 16))
		},
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
