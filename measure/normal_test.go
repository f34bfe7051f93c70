package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// directNormal returns AᴴWA x/Σw by direct sums.
func directNormal(g radio.Grid, v *radio.Visibilities, x []float64) []float64 {
	op := radio.NewDFT(g, v.U, v.V)
	vis, y, sum := make([]complex128, v.Len()), make([]float64, g.Len()), 0.0
	op.Forward(vis, x)
	for k, w := range v.Weight {
		vis[k] *= complex(w, 0)
		sum += w
	}
	op.Adjoint(y, vis)
	for p := range y {
		y[p] /= sum
	}
	return y
}

// batch returns the Grams of several observations of different length, their stacked kernels and random images.
func batch(t *testing.T, g radio.Grid, count int) (obs []*radio.Visibilities, grams []*measure.Gram, kernels, images []float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 1))
	for b := range count {
		v := observation(rng, 20+10*b)
		gram, err := measure.NewGram(g, v)
		if err != nil {
			t.Fatal(err)
		}
		obs, grams = append(obs, v), append(grams, gram)
		kernels, images = append(kernels, gram.Kernel...), append(images, randomImage(rng, g.Len())...)
	}
	return obs, grams, kernels, images
}

func TestNormalEqualsTheDirectSum(t *testing.T) {
	const count = 3
	for _, g := range grids {
		t.Run(fmt.Sprintf("%dx%d", g.NX, g.NY), func(t *testing.T) {
			obs, grams, kernels, images := batch(t, g, count)
			noLeaks(t, func(s *torch.Scope) error {
				n, err := measure.NewNormal(s, g.NY, g.NX, s.FromFloat64s(kernels, count, 1, int64(2*g.NY), int64(g.NX+1)))
				if err != nil {
					return err
				}
				y, err := n.Apply(s, s.FromFloat64s(images, count, 1, int64(g.NY), int64(g.NX)))
				if err != nil {
					return err
				}
				got := s.Float64s(y)
				for b := range count {
					x := images[b*g.Len() : (b+1)*g.Len()]
					nx, want := got[b*g.Len():(b+1)*g.Len()], directNormal(g, obs[b], x)
					// Float64: rounding of two FFTs and of a beam that is accurate to 1e-14 of its peak.
					if d := relative(nx, want); d > 1e-12 {
						t.Errorf("observation %d: relative difference %.2g", b, d)
					}
					checkChi2(t, g, obs[b], grams[b], x, nx)
				}
				return nil
			})
		})
	}
}

func checkChi2(t *testing.T, g radio.Grid, v *radio.Visibilities, gram *measure.Gram, x, nx []float64) {
	t.Helper()
	vis, want := make([]complex128, v.Len()), 0.0
	radio.NewDFT(g, v.U, v.V).Forward(vis, x)
	for k, w := range v.Weight {
		d := vis[k] - v.Vis[k]
		want += w * (real(d)*real(d) + imag(d)*imag(d))
	}
	got, err := gram.Chi2(x, nx)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got-want) > 1e-12*want { // the random data do not fit, so nothing cancels
		t.Errorf("χ² = %.17g, direct %.17g", got, want)
	}
}

func TestNormalIsSelfAdjoint(t *testing.T) {
	// ⟨Nx, y⟩ = ⟨x, Ny⟩ to the rounding of the element type.
	for _, tt := range []struct {
		d   torch.DType
		tol float64
	}{{torch.Float64, 1e-12}, {torch.Float32, 1e-6}} {
		for _, g := range grids {
			_, _, kernels, images := batch(t, g, 2)
			noLeaks(t, func(s *torch.Scope) error {
				kernel := s.To(s.FromFloat64s(kernels[:len(kernels)/2], 1, 1, int64(2*g.NY), int64(g.NX+1)), tt.d)
				n, err := measure.NewNormal(s, g.NY, g.NX, kernel)
				if err != nil {
					return err
				}
				x := s.To(s.FromFloat64s(images, 2, 1, int64(g.NY), int64(g.NX)), tt.d)
				y, err := n.Apply(s, x)
				if err != nil {
					return err
				}
				xs, ys, size := s.Float64s(x), s.Float64s(y), g.Len()
				a, b, nx, ny := xs[:size], xs[size:], ys[:size], ys[size:]
				left, right := dot(nx, b), dot(a, ny)
				if d := math.Abs(left-right) / math.Sqrt(dot(nx, nx)*dot(b, b)); d > tt.tol {
					t.Errorf("%dx%d, type %d: ⟨Nx,y⟩ and ⟨x,Ny⟩ differ by %.2g", g.NX, g.NY, tt.d, d)
				}
				return nil
			})
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func TestStepOnPaper(t *testing.T) {
	// A flat kernel of height c is N = c·1, so the step is x − η(cx − b) = (1 − ηc)x + ηb.
	const ny, nx = 2, 3
	kernel := make([]float64, 2*ny*(nx+1))
	for i := range kernel {
		kernel[i] = 4
	}
	x, dirty := []float64{1, 2, 3, 4, 5, 6}, []float64{6, 5, 4, 3, 2, 1}
	noLeaks(t, func(s *torch.Scope) error {
		n, err := measure.NewNormal(s, ny, nx, s.FromFloat64s(kernel, 1, 1, 2*ny, nx+1))
		if err != nil {
			return err
		}
		eta := s.RequireGrad(s.FromFloat64s([]float64{0.125}, 1, 1, 1, 1))
		y, _, err := measure.Step(s, n, s.FromFloat64s(x, 1, 1, ny, nx), s.FromFloat64s(dirty, 1, 1, ny, nx), eta)
		if err != nil {
			return err
		}
		got := s.Float64s(y)
		slope := 0.0
		for p := range x {
			want := 0.5*x[p] + 0.125*dirty[p]
			if math.Abs(got[p]-want) > 1e-15*10 { // rounding of values up to 10
				t.Errorf("pixel %d: got %.17g, want %g", p, got[p], want)
			}
			slope += dirty[p] - 4*x[p]
		}
		if d := s.Item(s.Grad(s.Sum(y), []*torch.Tensor{eta}, false)[0]); math.Abs(d-slope) > 1e-12 {
			t.Errorf("∂ΣStep/∂η = %g, want %g", d, slope)
		}
		return nil
	})
}

func TestStepsLowerChi2(t *testing.T) {
	g := grids[2]
	_, grams, kernels, images := batch(t, g, 1)
	gram := grams[0]
	noLeaks(t, func(s *torch.Scope) error {
		n, err := measure.NewNormal(s, g.NY, g.NX, s.FromFloat64s(kernels, 1, 1, int64(2*g.NY), int64(g.NX+1)))
		if err != nil {
			return err
		}
		x := s.FromFloat64s(images, 1, 1, int64(g.NY), int64(g.NX))
		dirty := s.FromFloat64s(gram.Dirty, 1, 1, int64(g.NY), int64(g.NX))
		eta := s.FromFloat64s([]float64{1 / gram.KernelMax}, 1, 1, 1, 1)
		last := math.Inf(1)
		for range 20 {
			nx, err := n.Apply(s, x)
			if err != nil {
				return err
			}
			chi2, err := gram.Chi2(s.Float64s(x), s.Float64s(nx))
			if err != nil {
				return err
			}
			if !(chi2 < last) {
				t.Fatalf("χ² rose from %g to %g with η = 1/KernelMax", last, chi2)
			}
			last = chi2
			if x, _, err = measure.Step(s, n, x, dirty, eta); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestGramIgnoresFlaggedVisibilities(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(6, 1))
	v := observation(rng, 30)
	want, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	bad := observation(rng, 3)
	bad.Weight[0], bad.Weight[1], bad.Vis[2] = 0, math.NaN(), complex(math.Inf(1), 0)
	bad.U[0] = 1e30
	both := &radio.Visibilities{
		U: slices.Concat(bad.U, v.U), V: slices.Concat(bad.V, v.V), Vis: slices.Concat(bad.Vis, v.Vis),
		Weight: slices.Concat(bad.Weight, v.Weight), Ant1: slices.Concat(bad.Ant1, v.Ant1), Ant2: slices.Concat(bad.Ant2, v.Ant2),
		TimeSec: slices.Concat(bad.TimeSec, v.TimeSec), IntSec: slices.Concat(bad.IntSec, v.IntSec), FreqHz: slices.Concat(bad.FreqHz, v.FreqHz),
	}
	got, err := measure.NewGram(g, both)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("flagged visibilities changed the Gram")
	}
	if _, err := measure.NewGram(g, bad); err == nil || !strings.Contains(err.Error(), "flagged") {
		t.Errorf("all flagged: got %v", err)
	}
	if _, err := measure.NewGram(radio.Grid{NX: -1, NY: 4, CellRad: cell}, v); err == nil {
		t.Error("a negative size was accepted")
	}
	if _, err := measure.NewGram(radio.Grid{NX: 8, NY: 8, CellRad: 2 * cell}, v); err == nil || !strings.Contains(err.Error(), "uas") {
		t.Errorf("too large a cell: got %v", err)
	}
}

func TestGramsInParallelGiveTheSameBytes(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(14, 1)), 60)
	grams := make([]*measure.Gram, 8)
	var group sync.WaitGroup
	for i := range grams {
		group.Go(func() {
			gram, err := measure.NewGram(grids[2], v)
			if err != nil {
				t.Error(err)
				return
			}
			grams[i] = gram
		})
	}
	group.Wait()
	for _, gram := range grams[1:] {
		if !reflect.DeepEqual(gram, grams[0]) {
			t.Error("two Grams of the same visibilities differ")
		}
	}
}

func TestNormalRefuses(t *testing.T) {
	noLeaks(t, func(s *torch.Scope) error {
		if _, err := measure.NewNormal(s, 4, 4, s.Zeros(torch.Float64, 1, 1, 8, 4)); err == nil {
			t.Error("a kernel of the wrong width was accepted")
		}
		n, err := measure.NewNormal(s, 4, 4, s.Zeros(torch.Float64, 2, 1, 8, 5))
		if err != nil {
			return err
		}
		for name, x := range map[string]*torch.Tensor{
			"size": s.Zeros(torch.Float64, 2, 1, 4, 5), "batch": s.Zeros(torch.Float64, 3, 1, 4, 4),
			"type": s.Zeros(torch.Float32, 2, 1, 4, 4), "nil": nil,
		} {
			if _, err := n.Apply(s, x); err == nil {
				t.Errorf("images of the wrong %s were accepted", name)
			}
		}
		return nil
	})
}
