package models

import (
	"math"

	"fringe/internal/torch"
)

// ridgeTerms is what the energy of a Ridge and its gradient need at one noise level, computed once from the parameters.
type ridgeTerms struct {
	filters *torch.Tensor // [filters, 1, k, k], of norm 1 at most as an operator
	mirror  *torch.Tensor // their adjoint as a convolution, [1, filters, k, k]
	gain    *torch.Tensor // μ/σ, [batch or 1, 1, 1, 1]
	bound   *torch.Tensor // largest slope, [1]
	slopes  *torch.Tensor // [filters, knots], not negative
	first   *torch.Tensor // where the splines of a filter begin in the tables of both sides, [1, filters, 1, 1]
	knots   int64
}

// levelGuard keeps μ/σ finite for σ = 0.
const levelGuard = 1e-12

func (r *Ridge) terms(s *torch.Scope, sigma *torch.Tensor) ridgeTerms {
	filters, knots := int64(r.cfg.Filters), int64(r.cfg.Knots)
	w := unitNorm(s, compose(s, r.inner, r.outer))
	k := w.Shape()[3]
	first := make([]float64, filters)
	for i := range first {
		first[i] = float64(int64(i) * 2 * knots)
	}
	slopes := r.positive(s)
	return ridgeTerms{
		filters: w,
		mirror:  s.Flip(s.Reshape(w, 1, filters, k, k), 2, 3),
		gain:    s.Div(s.Exp(r.logScale), s.AddScalar(sigma, levelGuard)),
		bound:   s.Max(slopes),
		slopes:  slopes,
		first:   s.ToDevice(s.To(s.FromFloat64s(first, 1, filters, 1, 1), w.DType()), w.Device()),
		knots:   knots,
	}
}

// compose returns the filters [filters, 1, 2k−1, 2k−1] of two convolutions in a row, of mean zero.
func compose(s *torch.Scope, inner, outer *torch.Tensor) *torch.Tensor {
	k := inner.Shape()[3]
	mean := s.MulScalar(s.SumDims(inner, 2, 3), 1/float64(k*k))
	return s.ConvTranspose2D(outer, s.Sub(inner, mean), nil, 1)
}

// unitNorm scales filters [filters, 1, k, k] so that x → (w_f ∗ x)_f has a norm of at most 1 on images of any size. The square of the
// norm is the maximum of p(ω) = Σ_f |ŵ_f(ω)|², a trigonometric polynomial of degree k − 1 in each frequency, and of N equidistant
// values the largest is at least the maximum times cos(π(k−1)/N) in each dimension (M. Riesz 1914).
func unitNorm(s *torch.Scope, w *torch.Tensor) *torch.Tensor {
	n, k := w.Shape()[0], w.Shape()[3]
	stack := s.Reshape(w, 1, n, k, k)
	size := 16 * k
	p := s.Abs(s.RFFT2(s.Conv2D(stack, stack, nil, 1, k-1), size, size)) // of the autocorrelation
	guard := math.Cos(math.Pi * float64(k-1) / float64(size))
	return s.Div(w, s.MulScalar(s.Sqrt(s.Max(p)), 1/guard))
}

// gradient returns ∇R(x) = (σ/μ) Σ_f w_fᵀ ∗ φ_f(μ (w_f ∗ x)/σ).
func (t ridgeTerms) gradient(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	half := t.filters.Shape()[3] / 2
	u := s.Mul(t.gain, s.Conv2D(x, t.filters, nil, 1, half))
	return s.Div(s.Conv2D(t.activate(s, u), t.mirror, nil, 1, half), t.gain)
}

// activate returns φ_f(u) for u [batch, filters, ny, nx].
func (t ridgeTerms) activate(s *torch.Scope, u *torch.Tensor) *torch.Tensor {
	sums := s.CumSum(t.slopes, 1) // φ at the knots 1, 2, …
	slope := s.Cat(1, s.Flip(t.slopes, 1), t.slopes)
	value := s.Cat(1, s.MulScalar(s.Flip(sums, 1), -1), s.Sub(sums, t.slopes)) // at the left end of each interval
	limit := float64(t.knots)
	u = s.Clamp(u, -limit, limit)
	left := s.ClampMax(s.Floor(s.Detach(u)), limit-1)
	at := s.Add(s.AddScalar(left, limit), t.first)
	return s.Add(lookup(s, value, at), s.Mul(lookup(s, slope, at), s.Sub(u, left)))
}

// energy returns (σ/μ)² Σ ψ_f(μ (w_f ∗ x)/σ) for each image, with ψ_f(u) = ∫₀ᵘ φ_f.
func (t ridgeTerms) energy(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	half, limit := t.filters.Shape()[3]/2, float64(t.knots)
	u := s.Abs(s.Mul(t.gain, s.Conv2D(x, t.filters, nil, 1, half)))
	sums := s.CumSum(t.slopes, 1)
	value := s.Sub(sums, t.slopes) // φ at the left end of each interval
	area := s.Add(value, s.MulScalar(t.slopes, 0.5))
	before := s.Sub(s.CumSum(area, 1), area) // ψ there
	inside := s.ClampMax(u, limit)
	left := s.ClampMax(s.Floor(s.Detach(inside)), limit-1)
	at, d := s.Add(left, s.MulScalar(t.first, 0.5)), s.Sub(inside, left)
	psi := s.Add(lookup(s, before, at), s.Mul(d, s.Add(lookup(s, value, at), s.MulScalar(s.Mul(lookup(s, t.slopes, at), d), 0.5))))
	last := s.Reshape(s.Narrow(sums, 1, t.knots-1, 1), 1, sums.Shape()[0], 1, 1) // φ beyond the knots
	psi = s.Add(psi, s.Mul(last, s.Sub(u, inside)))
	return s.Div(s.SumDims(psi, 1, 2, 3), s.Square(t.gain))
}

// lookup returns the elements of a table at places that are whole numbers.
func lookup(s *torch.Scope, table, at *torch.Tensor) *torch.Tensor {
	flat := s.IndexSelect(s.Reshape(table, -1), 0, s.To(s.Reshape(at, -1), torch.Int64))
	return s.Reshape(flat, at.Shape()...)
}
