package torch_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"fringe/internal/torch"
)

func TestMain(m *testing.M) {
	if err := torch.SetThreads(1); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// do runs f in a scope and demands that it neither fails nor leaks.
func do(t *testing.T, f func(s *torch.Scope)) {
	t.Helper()
	before := torch.Live()
	if err := torch.Do(func(s *torch.Scope) error { f(s); return nil }); err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func ExampleDo() {
	err := torch.Do(func(s *torch.Scope) error {
		x := s.FromFloat64s([]float64{3, 4}, 2)
		fmt.Println(s.Item(s.Sqrt(s.Sum(s.Square(x)))))
		return nil
	})
	fmt.Println(err)
	// Output:
	// 5
	// <nil>
}

func TestShapeMismatchIsAnErrorThatNamesOperationAndShapes(t *testing.T) {
	before := torch.Live()
	err := torch.Do(func(s *torch.Scope) error {
		s.Add(s.Zeros(torch.Float32, 2, 3), s.Zeros(torch.Float32, 4))
		return nil
	})
	var e *torch.Error
	if !errors.As(err, &e) || e.Op != "Add" {
		t.Fatalf("got %v, want an *Error of Add", err)
	}
	for _, part := range []string{"Add", "[2 3]", "[4]"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %s", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %q", err)
	}
	if torch.Live() != before {
		t.Errorf("a failed scope leaks: %d tensors before, %d after", before, torch.Live())
	}
}

func TestErrorsOfTheShimAndOfWrongUse(t *testing.T) {
	cases := map[string]func(s *torch.Scope){
		"Grad":         func(s *torch.Scope) { s.Grad(s.Zeros(torch.Float32), []*torch.Tensor{s.Zeros(torch.Float32)}, false) },
		"Copy":         func(s *torch.Scope) { s.Copy(s.Zeros(torch.Float32, 2), s.Zeros(torch.Float32, 3)) },
		"FromFloat64s": func(s *torch.Scope) { s.FromFloat64s([]float64{1, 2}, 3) },
		"Float64s":     func(s *torch.Scope) { s.Float64s(s.Zeros(torch.Complex128, 1)) },
		"Item":         func(s *torch.Scope) { s.Item(s.Zeros(torch.Float64, 2)) },
		"Cat":          func(s *torch.Scope) { s.Cat(0) },
		"Square":       func(s *torch.Scope) { x := s.Zeros(torch.Float32); x.Drop(); x.Drop(); s.Square(x) },
		"Log":          func(s *torch.Scope) { s.Log(nil) },
		"RFFT2":        func(s *torch.Scope) { s.RFFT2(s.Zeros(torch.Float32, 4, 4), 0, 4) },
		"SetRNGState":  func(s *torch.Scope) { s.SetRNGState(s.Zeros(torch.Float32, 3)) },
		"Conv2D": func(s *torch.Scope) {
			s.Conv2D(s.Zeros(torch.Float32, 1, 2, 4, 4), s.Zeros(torch.Float32, 1, 3, 3, 3), nil, 1, 1)
		},
		"IndexSelect": func(s *torch.Scope) { s.IndexSelect(s.Zeros(torch.Float32, 2), 0, s.FromInt64s([]int64{5}, 1)) },
		"AdamStep":    func(s *torch.Scope) { s.AdamStep(torch.Adam{}, []*torch.Tensor{s.Zeros(torch.Float32)}, nil, nil, nil) },
		"GlobalNorm":  func(s *torch.Scope) { s.GlobalNorm([]*torch.Tensor{nil}) },
		"IRFFT2":      func(s *torch.Scope) { s.IRFFT2(s.Zeros(torch.Complex64, 4, 3), 4, -4) },
		"Expand":      func(s *torch.Scope) { s.Expand(s.Zeros(torch.Float32, 2), 3) },
		"GroupNorm":   func(s *torch.Scope) { s.GroupNorm(s.Zeros(torch.Float32, 1, 3, 2, 2), nil, nil, 2, 1e-5) },
		"ConvTranspose2D": func(s *torch.Scope) {
			s.ConvTranspose2D(s.Zeros(torch.Float32, 1, 2, 4, 4), s.Zeros(torch.Float32, 3, 1, 2, 2), nil, 2)
		},
	}
	for op, f := range cases {
		t.Run(op, func(t *testing.T) {
			before := torch.Live()
			err := torch.Do(func(s *torch.Scope) error { f(s); return nil })
			var e *torch.Error
			if !errors.As(err, &e) || e.Op != op {
				t.Errorf("got %v, want an *Error of %s", err, op)
			}
			if torch.Live() != before {
				t.Errorf("leak: %d tensors before, %d after", before, torch.Live())
			}
		})
	}
}

func TestDoReturnsTheErrorOfItsFunctionAndLetsOtherPanicsPass(t *testing.T) {
	want := errors.New("mine")
	if err := torch.Do(func(*torch.Scope) error { return want }); err != want {
		t.Errorf("got %v, want %v", err, want)
	}
	before := torch.Live()
	func() {
		defer func() {
			if r := recover(); r != "not ours" {
				t.Errorf("recovered %v, want the foreign panic", r)
			}
		}()
		_ = torch.Do(func(s *torch.Scope) error { s.Zeros(torch.Float32, 3); panic("not ours") })
	}()
	if torch.Live() != before {
		t.Error("a foreign panic leaks the scope's tensors")
	}
}

func TestNoGradNestsAndSurvivesAPanic(t *testing.T) {
	do(t, func(s *torch.Scope) {
		x := s.RequireGrad(s.FromFloat64s([]float64{2}, 1))
		records := func() bool { // does an operation on x record a graph on this thread?
			return torch.Do(func(s *torch.Scope) error {
				s.Grad(s.Sum(s.Square(x)), []*torch.Tensor{x}, false)
				return nil
			}) == nil
		}
		s.NoGrad(func() {
			s.NoGrad(func() {})
			if records() {
				t.Error("leaving the inner NoGrad switched gradients on in the outer one")
			}
		})
		if !records() {
			t.Error("gradients stay off after NoGrad")
		}
		func() {
			defer func() { _ = recover() }()
			s.NoGrad(func() { panic("inside") })
		}()
		if !records() {
			t.Error("gradients stay off after a panic inside NoGrad")
		}
	})
}

func TestKeepTidyAndDrop(t *testing.T) {
	before := torch.Live()
	var kept *torch.Tensor
	err := torch.Do(func(s *torch.Scope) error {
		y := s.Tidy(func(s *torch.Scope) *torch.Tensor {
			return s.AddScalar(s.Zeros(torch.Float64, 2), 1)
		})
		if n := torch.Live() - before; n != 1 {
			t.Errorf("Tidy left %d tensors, want its result alone", n)
		}
		kept = s.Keep(y)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	do(t, func(s *torch.Scope) {
		if got := s.Float64s(kept); got[0] != 1 || got[1] != 1 {
			t.Errorf("the kept tensor holds %v", got)
		}
	})
	kept.Drop()
	kept.Drop()
	if torch.Live() != before {
		t.Errorf("%d tensors before, %d after Drop", before, torch.Live())
	}
}

func TestGradientsAndSecondDerivatives(t *testing.T) {
	do(t, func(s *torch.Scope) {
		x := s.RequireGrad(s.FromFloat64s([]float64{2}, 1))
		unused := s.RequireGrad(s.Zeros(torch.Float64, 3))
		y := s.Sum(s.Mul(s.Square(x), x)) // x³: 3x² = 12, 6x = 12
		g := s.Grad(y, []*torch.Tensor{x, unused}, true)
		if got := s.Item(g[0]); got != 12 {
			t.Errorf("d(x³)/dx at 2 = %g, want 12", got)
		}
		if got := s.Float64s(g[1]); got[0] != 0 || len(got) != 3 {
			t.Errorf("gradient of an unused input = %v, want zeros of its shape", got)
		}
		if got := s.Item(s.Grad(s.Sum(g[0]), []*torch.Tensor{x}, false)[0]); got != 12 {
			t.Errorf("d²(x³)/dx² at 2 = %g, want 12", got)
		}
		v := s.VJP(s.Square(x), s.FromFloat64s([]float64{10}, 1), []*torch.Tensor{x}, false)
		if got := s.Item(v[0]); got != 40 {
			t.Errorf("10·d(x²)/dx at 2 = %g, want 40", got)
		}
	})
}

func TestFourierTransformOfAnImpulse(t *testing.T) {
	for _, size := range [][2]int64{{4, 4}, {5, 6}, {6, 5}, {3, 7}} {
		do(t, func(s *torch.Scope) {
			ny, nx := size[0], size[1]
			img := make([]float64, ny*nx)
			img[1*nx+2] = 1 // transform: exp(−2πi(ky/ny + 2kx/nx))
			X := s.RFFT2(s.FromFloat64s(img, 1, 1, ny, nx), ny, nx)
			got := s.Complex128s(X)
			for ky := range ny {
				for kx := range nx/2 + 1 {
					sin, cos := math.Sincos(-2 * math.Pi * (float64(ky)/float64(ny) + 2*float64(kx)/float64(nx)))
					if d := got[ky*(nx/2+1)+kx] - complex(cos, sin); math.Hypot(real(d), imag(d)) > 1e-14 {
						t.Fatalf("%v: off by %v at (%d, %d)", size, d, ky, kx) // a few roundings of 2e-16
					}
				}
			}
			for i, v := range s.Float64s(s.IRFFT2(X, ny, nx)) {
				if math.Abs(v-img[i]) > 1e-15 {
					t.Fatalf("%v: the inverse transform gives %g at %d, want %g", size, v, i, img[i])
				}
			}
		})
	}
}

func TestHostCopies(t *testing.T) {
	do(t, func(s *torch.Scope) {
		re, im := s.FromFloat64s([]float64{1, 2}, 2), s.FromFloat64s([]float64{3, 4}, 2)
		z := s.Complex(re, im)
		if got := s.Complex128s(z); got[1] != 2+4i {
			t.Errorf("got %v, want 2+4i", got[1])
		}
		if got := s.Float32s(s.Imag(z)); got[0] != 3 || got[1] != 4 {
			t.Errorf("a strided view reads as %v, want [3 4]", got)
		}
		if got := s.Float64s(s.Zeros(torch.Float32, 0, 3)); len(got) != 0 {
			t.Errorf("an empty tensor reads as %v", got)
		}
		if got := s.FromFloat64s([]float64{7}).Shape(); len(got) != 0 {
			t.Errorf("a scalar has the shape %v", got)
		}
		x := s.FromFloat32s([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
		if got := s.Float32s(s.Rot90(x, 1)); got[0] != 2 || got[3] != 3 {
			t.Errorf("Rot90 gives %v, want [2 4 1 3]", got)
		}
		if got := s.Float32s(s.Flip(x, 3)); got[0] != 2 {
			t.Errorf("Flip gives %v, want [2 1 4 3]", got)
		}
	})
}

func TestAdamStepAgainstTheAlgorithm(t *testing.T) {
	do(t, func(s *torch.Scope) {
		p, m, v := s.FromFloat64s([]float64{1}, 1), s.Zeros(torch.Float64, 1), s.Zeros(torch.Float64, 1)
		want, wm, wv := 1.0, 0.0, 0.0
		for step := int64(1); step <= 20; step++ {
			g := 2 * want
			one := func(t *torch.Tensor) []*torch.Tensor { return []*torch.Tensor{t} }
			s.AdamStep(torch.Adam{LearningRate: 0.1, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.01, Step: step},
				one(p), one(s.FromFloat64s([]float64{g}, 1)), one(m), one(v))
			wm, wv = 0.9*wm+0.1*g, 0.999*wv+0.001*g*g
			want -= 0.1 * 0.01 * want
			want -= 0.1 * wm / (1 - math.Pow(0.9, float64(step))) / (math.Sqrt(wv/(1-math.Pow(0.999, float64(step)))) + 1e-8)
			if got := s.Item(p); math.Abs(got-want) > 1e-14 { // the same formula in another order of operations
				t.Fatalf("step %d: %.17g, want %.17g", step, got, want)
			}
		}
	})
}

func TestSeedAndStateReproduceToTheBit(t *testing.T) {
	do(t, func(s *torch.Scope) {
		draw := func() []float64 { return s.Float64s(s.Normal(torch.Float64, 100)) }
		s.Seed(7)
		first := draw()
		state := s.RNGState()
		second := draw()
		s.Seed(7)
		if again := draw(); !equal(first, again) {
			t.Error("the same seed gives other numbers")
		}
		s.SetRNGState(state)
		if again := draw(); !equal(second, again) {
			t.Error("the restored state gives other numbers")
		}
		if equal(first, second) {
			t.Error("the generator repeats itself")
		}
	})
}

func equal(a, b []float64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}
