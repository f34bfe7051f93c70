package proximal

import (
	"math"

	"fringe/internal/torch"
	"fringe/measure"
)

// Gradient returns the gradient of the smooth part of an objective at images x, of their shape.
type Gradient func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)

// Prox returns argmin of g(x) + ‖x − v‖²/(2 step), where g is the part of an objective that is not smooth.
type Prox func(s *torch.Scope, v, step *torch.Tensor) (*torch.Tensor, error)

// LeastSquares is the gradient Nx − dirty of ½xᵀNx − xᵀdirty, that is of χ²/(2Σw).
func LeastSquares(n *measure.Normal, dirty *torch.Tensor) Gradient {
	return func(s *torch.Scope, x *torch.Tensor) (g *torch.Tensor, err error) {
		defer torch.Catch(&err)
		nx, err := n.Apply(s, x)
		if err != nil {
			return nil, err
		}
		g = s.Sub(nx, dirty)
		nx.Drop()
		return g, nil
	}
}

// FISTA is the state of [FISTAStep]: the image, and the point from which the next step starts. Both are the start image at first.
type FISTA struct{ X, Y *torch.Tensor }

// FISTAStep makes one step of the fast iterative shrinkage-thresholding algorithm (Beck & Teboulle 2009, SIAM J. Imaging Sci. 2,
// 183, eqs. 4.1–4.3):
//
//	x⁺ = prox(y − η∇f(y), η),  y⁺ = x⁺ + β(x⁺ − x)
//
// It converges for η ≤ 1/(curvature of f) and the β of [NextMomentum]; β = 0 is forward-backward splitting.
func FISTAStep(s *torch.Scope, at FISTA, f Gradient, g Prox, eta, beta *torch.Tensor) (next FISTA, err error) {
	defer torch.Catch(&err)
	gradient, err := f(s, at.Y)
	if err != nil {
		return FISTA{}, err
	}
	return ShrinkageStep(s, at, gradient, g, eta, beta)
}

// ShrinkageStep is [FISTAStep] with the gradient at Y given, for a line search that tries several η.
func ShrinkageStep(s *torch.Scope, at FISTA, gradient *torch.Tensor, g Prox, eta, beta *torch.Tensor) (next FISTA, err error) {
	defer torch.Catch(&err)
	v := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Sub(at.Y, s.Mul(eta, gradient)) })
	x, err := g(s, v, eta)
	if err != nil {
		return FISTA{}, err
	}
	v.Drop()
	y := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Add(x, s.Mul(beta, s.Sub(x, at.X))) })
	return FISTA{X: x, Y: y}, nil
}

// NextMomentum returns t⁺ = (1 + √(1+4t²))/2 and the push β = (t − 1)/t⁺ of a step; t starts at 1.
func NextMomentum(t float64) (next, beta float64) {
	next = (1 + math.Sqrt(1+4*t*t)) / 2
	return next, (t - 1) / next
}

// extrapolate returns x + push·(x − last).
func extrapolate(s *torch.Scope, x, last *torch.Tensor, push float64) *torch.Tensor {
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Add(x, s.MulScalar(s.Sub(x, last), push)) })
}
