package proximal_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fringe/internal/torch"
	"fringe/proximal"
	"fringe/radio/radiotest"
)

const ny, nx = 4, 5

// system is ½xᵀHx − xᵀb with H = I + ½·(a symmetric blur along rows), as loops and as tensors.
func apply(x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i]
		if i%nx > 0 {
			y[i] += 0.25 * x[i-1]
		}
		if i%nx < nx-1 {
			y[i] += 0.25 * x[i+1]
		}
	}
	return y
}

func applyTensor(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
	left := s.Pad2D(s.Narrow(x, 3, 1, nx-1), 0, 1, 0, 0)
	right := s.Pad2D(s.Narrow(x, 3, 0, nx-1), 1, 0, 0, 0)
	return s.Add(x, s.MulScalar(s.Add(left, right), 0.25)), nil
}

func soft(v, t float64) float64 { return math.Copysign(math.Max(math.Abs(v)-t, 0), v) }

func clip(v, r float64) float64 { return math.Max(-r, math.Min(r, v)) }

// eta is the step size, weight that of the norm; the loops below use ℓ1 on pixels and positive pixels.
const (
	eta    = 0.6
	weight = 0.3
	loops  = 12
)

func rightSide() []float64 { return random(rand.New(rand.NewPCG(9, 10)), ny*nx) }

func plainFISTA() []float64 {
	b := rightSide()
	x, y, t := make([]float64, ny*nx), make([]float64, ny*nx), 1.0
	for range loops {
		next := (1 + math.Sqrt(1+4*t*t)) / 2
		gradient := apply(y)
		for i := range y {
			new := math.Max(0, soft(y[i]-eta*(gradient[i]-b[i]), eta*weight))
			y[i] = new + (t-1)/next*(new-x[i])
			x[i] = new
		}
		t = next
	}
	return x
}

func plainPrimalDual() []float64 {
	b := rightSide()
	x, u := make([]float64, ny*nx), make([]float64, ny*nx)
	const sigma = 0.5
	for range loops {
		gradient := apply(x)
		for i := range x {
			new := math.Max(0, x[i]-eta*(gradient[i]-b[i]+u[i]))
			u[i] = clip(u[i]+sigma*(2*new-x[i]), weight)
			x[i] = new
		}
	}
	return x
}

// plainADMM solves its data step by a thousand Jacobi iterations.
func plainADMM() []float64 {
	const rho = 0.8
	b := rightSide()
	x := make([]float64, ny*nx)
	var z, u [2][]float64
	for j := range z {
		z[j], u[j] = make([]float64, ny*nx), make([]float64, ny*nx)
	}
	for range loops {
		for range 1000 {
			hx := apply(x)
			for i := range x {
				x[i] = (b[i] + rho*(z[0][i]-u[0][i]+z[1][i]-u[1][i]) - (hx[i] - x[i])) / (1 + 2*rho)
			}
		}
		for i, v := range x {
			z[0][i] = math.Max(0, v+u[0][i])
			z[1][i] = soft(v+u[1][i], weight/rho)
			u[0][i] += v - z[0][i]
			u[1][i] += v - z[1][i]
		}
	}
	return z[0]
}

func gradientOf(b *torch.Tensor) proximal.Gradient {
	return func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
		hx, err := applyTensor(s, x)
		return s.Sub(hx, b), err
	}
}

// unrolled are networks of twelve steps whose only parameter is theta: the step size, or ρ.
var unrolled = map[string]struct {
	plain func() []float64
	theta float64
	run   func(s *torch.Scope, b, theta *torch.Tensor) (*torch.Tensor, error)
}{
	"fista": {plainFISTA, eta, func(s *torch.Scope, b, theta *torch.Tensor) (*torch.Tensor, error) {
		zero, t := s.MulScalar(b, 0), 1.0
		at := proximal.FISTA{X: zero, Y: zero}
		prox := func(s *torch.Scope, v, step *torch.Tensor) (*torch.Tensor, error) {
			x, err := proximal.SoftThreshold(s, v, s.MulScalar(step, weight))
			if err != nil {
				return nil, err
			}
			return proximal.Constraint{Positive: true}.Project(s, x)
		}
		for range loops {
			var beta float64
			var err error
			t, beta = proximal.NextMomentum(t)
			if at, err = proximal.FISTAStep(s, at, gradientOf(b), prox, theta, number(s, beta)); err != nil {
				return nil, err
			}
		}
		return at.X, nil
	}},
	"primal-dual": {plainPrimalDual, eta, func(s *torch.Scope, b, theta *torch.Tensor) (*torch.Tensor, error) {
		p := split(s)
		at, err := proximal.NewPrimalDual(s, s.MulScalar(b, 0), p)
		for range loops {
			if err != nil {
				return nil, err
			}
			gradient, err := gradientOf(b)(s, at.X)
			if err != nil {
				return nil, err
			}
			if at, err = proximal.PrimalDualStep(s, at, gradient, p, theta, number(s, 0.5)); err != nil {
				return nil, err
			}
		}
		return at.X, nil
	}},
	"admm": {plainADMM, 0.8, func(s *torch.Scope, b, theta *torch.Tensor) (*torch.Tensor, error) {
		p := split(s)
		at, err := proximal.NewADMM(s, s.MulScalar(b, 0), p)
		if err != nil {
			return nil, err
		}
		// Five distinct eigenvalues along a row of five pixels: conjugate gradients are exact after five steps, up to rounding.
		update := proximal.QuadraticUpdate(applyTensor, b, p, proximal.Conjugate{Iterations: 8})
		for range loops {
			if at, err = proximal.ADMMStep(s, at, update, p, theta); err != nil {
				return nil, err
			}
		}
		return at.Z[0], nil
	}},
}

func split(s *torch.Scope) proximal.Splitting {
	return proximal.Splitting{Constraint: proximal.Constraint{Positive: true}, Penalties: []proximal.Penalty{{Norm: proximal.L1{}, Weight: number(s, weight)}}}
}

// A network that iterates a step, on tensors that carry gradients, computes what plain loops compute, to 1e-12 of images near 1; and
// it can be trained: the gradient with respect to its step size is right.
func TestUnrolledStepsEqualPlainLoops(t *testing.T) {
	for name, net := range unrolled {
		noLeaks(t, func(s *torch.Scope) error {
			x, err := net.run(s, s.RequireGrad(s.FromFloat64s(rightSide(), 1, 1, ny, nx)), s.RequireGrad(number(s, net.theta)))
			if err != nil {
				return err
			}
			got, want := s.Float64s(x), net.plain()
			if d := worst(got, want); d > 1e-12 {
				t.Errorf("%s: off by %g", name, d)
			}
			if slices.Max(want) < 0.1 {
				t.Errorf("%s: the image is black, the test says nothing", name)
			}
			return nil
		})
		radiotest.Gradient(t, func(grad, theta []float64) (value float64, err error) {
			err = torch.Do(func(s *torch.Scope) error {
				step := s.RequireGrad(s.FromFloat64s(theta, 1, 1, 1, 1))
				x, err := net.run(s, s.FromFloat64s(rightSide(), 1, 1, ny, nx), step)
				if err != nil {
					return err
				}
				loss := s.Sum(s.Square(x))
				value = s.Item(loss)
				if grad != nil {
					copy(grad, s.Float64s(s.Grad(loss, []*torch.Tensor{step}, false)[0]))
				}
				return nil
			})
			return value, err
		}, []float64{net.theta}, 1e-5, radiotest.DefaultGradient)
	}
}

// Conjugate gradients solve each image of a batch to the tolerance asked for, and stay put at an exact solution.
func TestConjugateGradients(t *testing.T) {
	noLeaks(t, func(s *torch.Scope) error {
		want := s.FromFloat64s(random(rand.New(rand.NewPCG(1, 1)), 2*ny*nx), 2, 1, ny, nx)
		b, err := applyTensor(s, want)
		if err != nil {
			return err
		}
		for start, x0 := range map[string]*torch.Tensor{"zero": s.MulScalar(want, 0), "solution": want} {
			x, err := proximal.Conjugate{Iterations: 30}.Solve(s, applyTensor, b, x0)
			if err != nil {
				return err
			}
			if d := worst(s.Float64s(x), s.Float64s(want)); !(d < 1e-13) { // condition number 3
				t.Errorf("from the %s: off by %g", start, d)
			}
		}
		return nil
	})
}
