package infer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// observation returns noiseless visibilities of an image at random points, with random weights.
func observation(g radio.Grid, image []float64) *radio.Visibilities {
	rng := rand.New(rand.NewPCG(5, 6))
	const n = 60
	v := &radio.Visibilities{Vis: make([]complex128, n), Ant1: make([]int, n), Ant2: make([]int, n), TimeSec: make([]float64, n),
		IntSec: make([]float64, n), FreqHz: make([]float64, n)}
	for range n {
		v.U = append(v.U, (2*rng.Float64()-1)*g.MaxUV())
		v.V = append(v.V, (2*rng.Float64()-1)*g.MaxUV())
		v.Weight = append(v.Weight, 1+rng.Float64())
	}
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, image)
	return v
}

// Gradient descent equals the same loop with direct sums for the operator, to 1e-12 of the peak: Gram and DFT agree to
// 1e-14, and 30 steps that do not expand add their errors.
func TestGradientDescentEqualsDirectSums(t *testing.T) {
	g := grid()
	v := observation(g, randomImage(g, 0.6))
	gram, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	norm, err := gram.Norm()
	if err != nil {
		t.Fatal(err)
	}
	dft := radio.NewDFT(g, v.U, v.V)
	for _, signed := range []bool{false, true} {
		x, gradient := make([]float64, g.Len()), make([]float64, g.Len())
		model := make([]complex128, len(v.Vis))
		var chi2 float64
		for range 30 {
			dft.Forward(model, x)
			for k := range model {
				model[k] = complex(v.Weight[k]/gram.SumW, 0) * (model[k] - v.Vis[k])
			}
			dft.Adjoint(gradient, model)
			for i := range x {
				x[i] -= gradient[i] / norm
				if !signed {
					x[i] = math.Max(0, x[i])
				}
			}
		}
		dft.Forward(model, x)
		for k, m := range model {
			chi2 += v.Weight[k] * (math.Pow(real(m-v.Vis[k]), 2) + math.Pow(imag(m-v.Vis[k]), 2))
		}
		before := torch.Live()
		r, err := infer.GradientDescent(context.Background(), g, gram, nil, infer.GradientConfig{Steps: 30, Signed: signed}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := worst(r.Image, x) / slices.Max(x); d > 1e-12 {
			t.Errorf("signed %v: worst pixel off by %g of the peak", signed, d)
		}
		// χ² by the Gram cancels to about 1e-15·Σw·c.
		if d := math.Abs(2*r.Values["vis"] - chi2); d > 1e-13*gram.SumW*gram.Const {
			t.Errorf("signed %v: χ² %g, by direct sums %g", signed, 2*r.Values["vis"], chi2)
		}
		for k := 1; k < len(r.History); k++ {
			if r.History[k].Value > r.History[k-1].Value {
				t.Errorf("signed %v: χ² rose in step %d", signed, k+1)
			}
		}
		if after := torch.Live(); after != before {
			t.Errorf("%d tensors before, %d after", before, after)
		}
	}
}

// The tensor loop is the solver: T steps at once equal T steps one by one, to the bit.
func TestGradientStepsAreTheSolver(t *testing.T) {
	g := grid()
	gram, err := measure.NewGram(g, observation(g, randomImage(g, 0.6)))
	if err != nil {
		t.Fatal(err)
	}
	want, err := infer.GradientDescent(context.Background(), g, gram, nil, infer.GradientConfig{Steps: 7, StepSize: 1.5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	norm, err := gram.Norm()
	if err != nil {
		t.Fatal(err)
	}
	shape := []int64{1, 1, int64(g.NY), int64(g.NX)}
	var got []float64
	err = torch.Do(func(s *torch.Scope) error {
		n, err := measure.NewNormal(s, g.NY, g.NX, s.FromFloat64s(gram.Kernel, 1, 1, int64(2*g.NY), int64(g.NX+1)))
		if err != nil {
			return err
		}
		eta := s.FromFloat64s([]float64{1.5 / norm}, 1, 1, 1, 1)
		y, err := infer.GradientSteps(s, n, s.Zeros(torch.Float64, shape...), s.FromFloat64s(gram.Dirty, shape...), eta, 7, false)
		if err != nil {
			return err
		}
		got = s.Float64s(y)
		return nil
	})
	if err != nil || !slices.Equal(got, want.Image) {
		t.Errorf("the loops differ by %g, error %v", worst(got, want.Image), err)
	}
}

func TestGradientDescentChecksInputs(t *testing.T) {
	g := grid()
	gram, err := measure.NewGram(g, observation(g, randomImage(g, 0.6)))
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]func() (*infer.Result, error){
		"step too long": func() (*infer.Result, error) {
			return infer.GradientDescent(context.Background(), g, gram, nil, infer.GradientConfig{StepSize: 2}, nil)
		},
		"no Gram": func() (*infer.Result, error) {
			return infer.GradientDescent(context.Background(), g, nil, nil, infer.GradientConfig{}, nil)
		},
		"short start": func() (*infer.Result, error) {
			return infer.GradientDescent(context.Background(), g, gram, make([]float64, 3), infer.GradientConfig{}, nil)
		},
	} {
		if r, err := run(); err == nil {
			t.Errorf("%s: image %v and no error", name, r.Image)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := infer.GradientDescent(ctx, g, gram, nil, infer.GradientConfig{}, nil); err != nil || r.Stop != infer.Cancelled {
		t.Errorf("cancelled: %+v, error %v", r, err)
	}
}
