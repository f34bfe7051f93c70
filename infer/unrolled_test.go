package infer_test

import (
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/proximal"
)

// A network that iterates the steps of package proximal through the Toeplitz operator, on tensors that carry gradients, is the plain
// solver with fixed steps: 7 iterations agree to 1e-12 of the image.
func TestUnrolledStepsAreTheSolvers(t *testing.T) {
	const loops, weight = 7, 0.1
	g := grid()
	gram, err := measure.NewGram(g, observation(g, randomImage(g, 0.6)))
	if err != nil {
		t.Fatal(err)
	}
	data, err := measure.NewQuadratic(gram)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	start, err := infer.StartFlat(g, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	p := infer.Problem{Grid: g, Start: start, Terms: []infer.Part{{Name: "vis", Weight: 1, Term: data}},
		Penalties: []infer.Penalty{{Name: "l1", Weight: weight, Norm: proximal.L1{}}}}
	eta := 0.5 / (gram.SumW * gram.KernelMax)
	for _, solver := range []infer.Solver{infer.FISTA, infer.PrimalDual} {
		want := solve(t, p, infer.SolverConfig{Solver: solver, MaxIterations: loops, Tolerance: 1e-15, StepSize: eta, Balance: 1})
		err := torch.Do(func(s *torch.Scope) error {
			shape := []int64{1, 1, int64(g.NY), int64(g.NX)}
			number := func(v float64) *torch.Tensor { return s.FromFloat64s([]float64{v}, 1, 1, 1, 1) }
			dirty, x := s.FromFloat64s(gram.Dirty, shape...), s.FromFloat64s(start, shape...)
			// The tensors' objective is divided by Σw, so weights and step sizes are in that unit.
			f := proximal.LeastSquares(data.Normal(), dirty)
			lambda := s.RequireGrad(number(weight / gram.SumW))
			if solver == infer.FISTA {
				x, err = loopFISTA(s, x, f, lambda, s.RequireGrad(number(eta*gram.SumW)), loops)
			} else {
				// 1/τ = 0.6/η + σ with σ = 1/η, as the solver's documentation says.
				x, err = loopPrimalDual(s, x, f, lambda, s.RequireGrad(number(eta*gram.SumW/1.6)), number(1/(eta*gram.SumW)), loops)
			}
			if err != nil {
				return err
			}
			if d := relative(s.Float64s(x), want.Image); !(d <= 1e-12) || want.Iterations != loops {
				t.Errorf("%s: off by %g after %d iterations", solver, d, want.Iterations)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func loopFISTA(s *torch.Scope, x *torch.Tensor, f proximal.Gradient, weight, eta *torch.Tensor, loops int) (*torch.Tensor, error) {
	prox := func(s *torch.Scope, v, eta *torch.Tensor) (*torch.Tensor, error) {
		y, err := proximal.SoftThreshold(s, v, s.Mul(weight, eta))
		if err != nil {
			return nil, err
		}
		return proximal.Constraint{Positive: true}.Project(s, y)
	}
	at, momentum := proximal.FISTA{X: x, Y: x}, 1.0
	for range loops {
		var push float64
		var err error
		momentum, push = proximal.NextMomentum(momentum)
		if at, err = proximal.FISTAStep(s, at, f, prox, eta, s.FromFloat64s([]float64{push}, 1, 1, 1, 1)); err != nil {
			return nil, err
		}
	}
	return at.X, nil
}

func loopPrimalDual(s *torch.Scope, x *torch.Tensor, f proximal.Gradient, weight, tau, sigma *torch.Tensor, loops int) (*torch.Tensor, error) {
	p := proximal.Splitting{Constraint: proximal.Constraint{Positive: true}, Penalties: []proximal.Penalty{{Norm: proximal.L1{}, Weight: weight}}}
	at, err := proximal.NewPrimalDual(s, x, p)
	for range loops {
		if err != nil {
			return nil, err
		}
		gradient, err := f(s, at.X)
		if err != nil {
			return nil, err
		}
		if at, err = proximal.PrimalDualStep(s, at, gradient, p, tau, sigma); err != nil {
			return nil, err
		}
	}
	return at.X, nil
}
