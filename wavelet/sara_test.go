package wavelet_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/wavelet"
)

func TestMain(m *testing.M) {
	if err := torch.SetThreads(1); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// do runs f in a scope and demands that it neither fails nor leaks.
func do(t *testing.T, f func(s *torch.Scope) error) {
	t.Helper()
	before := torch.Live()
	if err := torch.Do(f); err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func normal(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// sizes are even and odd, square and rectangular, and smaller than the longest filter.
var sizes = []struct{ ny, nx, levels int }{
	{1, 1, 0}, {1, 6, 0}, {2, 3, 1}, {5, 7, 0}, {16, 16, 4}, {16, 16, 1}, {33, 20, 0}, {20, 33, 3}, {64, 48, 5},
}

// Ψ Ψᵀ is the identity: synthesis of the analysis gives the image back, and lengths are kept. Ψ is the adjoint of Ψᵀ. Sums of up to
// 16² products in each of a few levels round to some 1e-15; the demand is 1e-12, and 1e-5 in float32.
func TestTightFrame(t *testing.T) {
	for _, size := range sizes {
		for d, tol := range map[torch.DType]float64{torch.Float64: 1e-12, torch.Float32: 1e-5} {
			t.Run(fmt.Sprintf("%d_x_%d/%d/%d", size.ny, size.nx, size.levels, d), func(t *testing.T) {
				const batch = 2
				sara, err := wavelet.NewSARA(size.ny, size.nx, size.levels)
				if err != nil {
					t.Fatal(err)
				}
				ny, nx := sara.Size()
				rng := rand.New(rand.NewPCG(1, 2))
				x, c := normal(rng, batch*size.ny*size.nx), normal(rng, batch*wavelet.Bases*ny*nx)
				do(t, func(s *torch.Scope) error {
					xt := s.To(s.FromFloat64s(x, batch, 1, int64(size.ny), int64(size.nx)), d)
					ct := s.To(s.FromFloat64s(c, batch, wavelet.Bases, int64(ny), int64(nx)), d)
					analysed, err := sara.Analyse(s, xt)
					if err != nil {
						return err
					}
					again, err := sara.Synthesise(s, analysed)
					if err != nil {
						return err
					}
					synthesised, err := sara.Synthesise(s, ct)
					if err != nil {
						return err
					}
					if got := distance(s.Float64s(again), x); !(got <= tol) {
						t.Errorf("synthesis of analysis is off by %g", got)
					}
					a := s.Float64s(analysed)
					if got := dot(a, a)/dot(x, x) - 1; !(math.Abs(got) <= tol) {
						t.Errorf("the analysis changes the energy by %g", got)
					}
					left, right := dot(a, c), dot(x, s.Float64s(synthesised))
					if got := math.Abs(left-right) / math.Sqrt(dot(a, a)*dot(c, c)); !(got <= tol) {
						t.Errorf("⟨Ψᵀx, c⟩ = %.15g, ⟨x, Ψc⟩ = %.15g", left, right)
					}
					return nil
				})
			})
		}
	}
}

// Of one 2 × 2 block the Haar wavelet gives half the sum and half the differences; all planes are divided by 3.
func TestHaarOnPaper(t *testing.T) {
	sara, err := wavelet.NewSARA(2, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	do(t, func(s *torch.Scope) error {
		c, err := sara.Analyse(s, s.FromFloat64s([]float64{1, 2, 4, 9}, 1, 1, 2, 2))
		if err != nil {
			return err
		}
		got := s.Float64s(s.MulScalar(s.Narrow(c, 1, 0, 2), 3))
		want := []float64{1, 2, 4, 9, 8, -3, -5, 2} // pixels; sum, along x, along y, both
		if d := distance(got, want); d > 1e-14 {
			t.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
}

// A second implementation: every plane equals the filter bank written out as loops over rows, columns and taps.
func TestPlanesEqualLoops(t *testing.T) {
	const ny, nx, levels = 24, 16, 2
	sara, err := wavelet.NewSARA(ny, nx, levels)
	if err != nil {
		t.Fatal(err)
	}
	x := normal(rand.New(rand.NewPCG(3, 4)), ny*nx)
	do(t, func(s *torch.Scope) error {
		c, err := sara.Analyse(s, s.FromFloat64s(x, 1, 1, ny, nx))
		if err != nil {
			return err
		}
		got := s.Float64s(c)
		for n := 1; n <= 8; n++ {
			want := make([]float64, ny*nx)
			copy(want, x)
			for level := range levels {
				transform(want, nx, ny>>level, nx>>level, wavelet.Daubechies(n))
			}
			for i := range want {
				want[i] /= 3
			}
			if d := distance(got[n*ny*nx:(n+1)*ny*nx], want); d > 1e-14 {
				t.Errorf("db%d is off by %g", n, d)
			}
		}
		return nil
	})
}

// transform does one level on the first ny rows and nx columns of a plane of the given stride.
func transform(plane []float64, stride, ny, nx int, low []float64) {
	for y := range ny {
		line(plane[y*stride:], 1, nx, low)
	}
	for x := range nx {
		line(plane[x:], stride, ny, low)
	}
}

func line(v []float64, step, n int, low []float64) {
	out := make([]float64, n)
	for k := range n / 2 {
		for t, h := range low {
			x := v[(2*k+t)%n*step]
			out[k] += h * x
			g := low[len(low)-1-t]
			if t%2 == 1 {
				g = -g
			}
			out[n/2+k] += g * x
		}
	}
	for i, c := range out {
		v[i*step] = c
	}
}

// The derivative of a linear map is the map: carrying coefficients back through Analyse is Synthesise, and the other way round;
// and a gradient can be differentiated again.
func TestDerivativesAreTheAdjoints(t *testing.T) {
	const ny, nx = 13, 18
	sara, err := wavelet.NewSARA(ny, nx, 2)
	if err != nil {
		t.Fatal(err)
	}
	rows, columns := sara.Size()
	rng := rand.New(rand.NewPCG(5, 6))
	do(t, func(s *torch.Scope) error {
		x := s.RequireGrad(s.FromFloat64s(normal(rng, ny*nx), 1, 1, ny, nx))
		c := s.RequireGrad(s.FromFloat64s(normal(rng, wavelet.Bases*rows*columns), 1, wavelet.Bases, int64(rows), int64(columns)))
		analysed, err := sara.Analyse(s, x)
		if err != nil {
			return err
		}
		synthesised, err := sara.Synthesise(s, c)
		if err != nil {
			return err
		}
		back := s.VJP(analysed, c, []*torch.Tensor{x}, true)[0]
		if d := distance(s.Float64s(back), s.Float64s(synthesised)); d > 1e-14 {
			t.Errorf("the derivative of Analyse is off by %g from Synthesise", d)
		}
		if d := distance(s.Float64s(s.VJP(synthesised, x, []*torch.Tensor{c}, true)[0]), s.Float64s(analysed)); d > 1e-14 {
			t.Errorf("the derivative of Synthesise is off by %g from Analyse", d)
		}
		// ½‖Ψc‖² has the gradient ΨᵀΨc; the gradient of ½‖that‖² is the same, because ΨᵀΨ is a projection.
		energy := func(v *torch.Tensor) *torch.Tensor { return s.MulScalar(s.Sum(s.Square(v)), 0.5) }
		first := s.Grad(energy(synthesised), []*torch.Tensor{c}, true)[0]
		second := s.Grad(energy(first), []*torch.Tensor{c}, false)[0]
		if d := distance(s.Float64s(first), s.Float64s(second)); d > 1e-13 {
			t.Errorf("the second derivative is off by %g", d)
		}
		return nil
	})
}

func TestErrors(t *testing.T) {
	for _, size := range []struct{ ny, nx, levels int }{{0, 4, 1}, {4, -1, 1}, {8, 8, -1}, {8, 32, 4}, {1, 8, 2}} {
		if _, err := wavelet.NewSARA(size.ny, size.nx, size.levels); err == nil {
			t.Errorf("NewSARA%v: no error", size)
		}
	}
	sara, err := wavelet.NewSARA(8, 8, 0)
	if err != nil {
		t.Fatal(err)
	}
	do(t, func(s *torch.Scope) error {
		if _, err := sara.Analyse(s, s.Zeros(torch.Float32, 1, 1, 8, 9)); err == nil || !strings.Contains(err.Error(), "[batch, 1, 8, 8]") {
			t.Errorf("wrong size: %v", err)
		}
		if _, err := sara.Synthesise(s, s.Zeros(torch.Int64, 1, 9, 8, 8)); err == nil || !strings.Contains(err.Error(), "float64") {
			t.Errorf("integers: %v", err)
		}
		return nil
	})
}

func BenchmarkSARA(b *testing.B) {
	sara, err := wavelet.NewSARA(512, 512, 0)
	if err != nil {
		b.Fatal(err)
	}
	err = torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			x := s.Zeros(torch.Float32, 1, 1, 512, 512)
			c := s.Zeros(torch.Float32, 1, 9, 512, 512)
			run := func(name string, f func(*torch.Scope, *torch.Tensor) (*torch.Tensor, error), in *torch.Tensor) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						var out *torch.Tensor
						if out, err = f(s, in); err != nil {
							return
						}
						out.Drop()
					}
				})
			}
			run("analyse", sara.Analyse, x)
			run("synthesise", sara.Synthesise, c)
		})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
