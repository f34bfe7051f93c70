package finufft_test

import (
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/internal/finufft"
)

func gaussians(rng *rand.Rand, n int) []complex128 {
	z := make([]complex128, n)
	for i := range z {
		z[i] = complex(rng.NormFloat64(), rng.NormFloat64())
	}
	return z
}

func points(rng *rand.Rand, n int) (x, y []float64) {
	for range n {
		x = append(x, (2*rng.Float64()-1)*math.Pi)
		y = append(y, (2*rng.Float64()-1)*math.Pi)
	}
	return x, y
}

func norm(z []complex128) float64 {
	sum := 0.0
	for _, v := range z {
		sum += real(v)*real(v) + imag(v)*imag(v)
	}
	return math.Sqrt(sum)
}

func distance(a, b []complex128) float64 {
	d := make([]complex128, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return norm(d)
}

func direct(c, f []complex128, nx, ny int, x, y []float64) {
	for j := range c {
		c[j] = 0
		for i2 := range ny {
			for i1 := range nx {
				angle := float64(i1-nx/2)*x[j] + float64(i2-ny/2)*y[j]
				c[j] += f[i2*nx+i1] * cmplx.Exp(complex(0, -angle))
			}
		}
	}
}

var sizes = []struct{ nx, ny int }{{1, 1}, {2, 1}, {8, 8}, {7, 7}, {9, 6}, {16, 33}}

func TestType2EqualsTheDirectSum(t *testing.T) {
	// The library promises about Eps relative error in the 2-norm; 10 Eps leaves room for its constant, and 3e-14 is what
	// rounding in the kernel leaves.
	for _, eps := range []float64{1e-3, 1e-6, 1e-9, 1e-12, 1e-14} {
		for _, size := range sizes {
			rng := rand.New(rand.NewPCG(1, 1))
			x, y := points(rng, 40)
			p, err := finufft.NewPlan(size.nx, size.ny, x, y, finufft.Options{Eps: eps})
			if err != nil {
				t.Fatal(err)
			}
			f, got, want := gaussians(rng, size.nx*size.ny), make([]complex128, 40), make([]complex128, 40)
			if err := p.Type2(got, f); err != nil {
				t.Fatal(err)
			}
			p.Close()
			direct(want, f, size.nx, size.ny, x, y)
			if d := distance(got, want) / norm(want); d > math.Max(10*eps, 3e-14) {
				t.Errorf("%v eps %g: relative error %.2g", size, eps, d)
			}
		}
	}
}

func TestType1IsTheAdjointOfType2(t *testing.T) {
	for _, size := range sizes {
		rng := rand.New(rand.NewPCG(2, 1))
		x, y := points(rng, 50)
		p, err := finufft.NewPlan(size.nx, size.ny, x, y, finufft.Options{Eps: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		f, c := gaussians(rng, size.nx*size.ny), gaussians(rng, 50)
		af, ac := make([]complex128, 50), make([]complex128, size.nx*size.ny)
		if err := p.Type2(af, f); err != nil {
			t.Fatal(err)
		}
		if err := p.Type1(ac, c); err != nil {
			t.Fatal(err)
		}
		var left, right complex128
		for j := range c {
			left += cmplx.Conj(c[j]) * af[j]
		}
		for k := range f {
			right += cmplx.Conj(ac[k]) * f[k]
		}
		// Both directions use the same kernel, so the adjoint holds to rounding whatever Eps is.
		if d := cmplx.Abs(left-right) / (norm(af) * norm(c)); d > 1e-13 {
			t.Errorf("%v: adjoint mismatch %.2g", size, d)
		}
	}
}

// Type1 and Type2 on one thread, and Type2 on two. 300,000 points are more than the library takes in one go.
func TestRunsGiveTheSameBytes(t *testing.T) {
	for _, threads := range []int{1, 2} {
		for _, count := range []int{5000, 300_000} {
			rng := rand.New(rand.NewPCG(3, 1))
			x, y := points(rng, count)
			in, modes := gaussians(rng, count), gaussians(rng, 64*61)
			var first, firstAdjoint []complex128
			for run := range 8 {
				p, err := finufft.NewPlan(64, 61, x, y, finufft.Options{Eps: 1e-5, Threads: threads})
				if err != nil {
					t.Fatal(err)
				}
				out, adjoint := make([]complex128, count), make([]complex128, 64*61)
				if err := errors.Join(p.Type2(out, modes), p.Type1(adjoint, in)); err != nil {
					t.Fatal(err)
				}
				p.Close()
				if run == 0 {
					first, firstAdjoint = out, adjoint
				}
				if !slices.Equal(out, first) {
					t.Fatalf("%d threads, %d points: run %d of Type2 gives other bytes", threads, count, run)
				}
				if threads == 1 && !slices.Equal(adjoint, firstAdjoint) {
					t.Fatalf("%d points: run %d of Type1 gives other bytes", count, run)
				}
			}
		}
	}
}

func TestNewPlanRefuses(t *testing.T) {
	one := []float64{1}
	tests := []struct {
		name   string
		nx, ny int
		x, y   []float64
		o      finufft.Options
		want   string
	}{
		{"no modes", 0, 4, one, one, finufft.Options{}, "0 x 4 modes"},
		{"no points", 4, 4, nil, nil, finufft.Options{}, "no points"},
		{"unequal points", 4, 4, one, nil, finufft.Options{}, "1 x and 0 y"},
		{"NaN", 4, 4, []float64{math.NaN()}, one, finufft.Options{}, "must be finite"},
		{"infinite", 4, 4, one, []float64{math.Inf(-1)}, finufft.Options{}, "must be finite"},
		{"eps too small", 4, 4, one, one, finufft.Options{Eps: 1e-17}, "Eps is 1e-17"},
		{"eps NaN", 4, 4, one, one, finufft.Options{Eps: math.NaN()}, "Eps is NaN"},
		{"threads", 4, 4, one, one, finufft.Options{Threads: -1}, "Threads is -1"},
		{"too many modes", 1 << 30, 1 << 30, one, one, finufft.Options{}, "at most 65536"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := finufft.NewPlan(tt.nx, tt.ny, tt.x, tt.y, tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
			if p != nil {
				t.Error("got a plan beside the error")
			}
		})
	}
}

func TestMisuseOfAPlan(t *testing.T) {
	p, err := finufft.NewPlan(2, 2, []float64{1}, []float64{1}, finufft.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Type2(make([]complex128, 2), make([]complex128, 4)); err == nil {
		t.Error("a wrong length was accepted")
	}
	p.Close()
	p.Close()
	if err := p.Type2(make([]complex128, 1), make([]complex128, 4)); err == nil {
		t.Error("a closed plan was used")
	}
}
