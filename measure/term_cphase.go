package measure

import (
	"math"

	"fringe/internal/torch"
	"fringe/radio"
)

// ClosurePhase is the term of closure phases. With Δ = ψ_model − ψ, χ² = Σ |exp(iΔ) − 1|²/σ² = Σ 2(1 − cos Δ)/σ², which is
// Σ Δ²/σ² for small differences and does not jump at ±π (Chael et al. 2018, ApJ 857, 23). It is blind to the phases of
// the stations' gains, to the total flux, and to where the source is.
type ClosurePhase struct {
	legs      *legs
	turned    []complex128 // exp(−iψ)
	whitening *whitening
	peak      float64
}

var _ Term = (*ClosurePhase)(nil)

// NewClosurePhase returns the term of the closure phases of [radio.ClosurePhases], each with its σ as if it were independent of
// the others. Its density is that of von Mises with κ = 1/σ².
func NewClosurePhase(c *radio.Closures) (*ClosurePhase, error) {
	t, err := newClosurePhase(c, newScaling)
	if err != nil {
		return nil, err
	}
	for _, sigma := range c.Sigma {
		kappa := 1 / (sigma * sigma)
		t.peak -= math.Log(2 * math.Pi * besselI0e(kappa))
	}
	return t, nil
}

// NewWhitenedClosurePhase is [NewClosurePhase] with the correlations of triangles that share baselines: χ² = zᴴC⁻¹z with
// z = exp(iΔ) − 1 and the covariances C of [radio.Closures.Covariances] (Blackburn et al. 2020, ApJ 894, 31, whose ΔᵀC⁻¹Δ it
// is for small differences). LogPeak is that of a normal density with the covariance C, which holds to first order in C, as C
// itself does.
func NewWhitenedClosurePhase(c *radio.Closures) (*ClosurePhase, error) {
	t, err := newClosurePhase(c, newWhitening)
	if err != nil {
		return nil, err
	}
	t.peak = t.whitening.peak
	return t, nil
}

func newClosurePhase(c *radio.Closures, whiten func(string, *radio.Closures) (*whitening, error)) (*ClosurePhase, error) {
	l, err := newLegs("cphase", 3, c)
	if err != nil {
		return nil, err
	}
	w, err := whiten("cphase", c)
	if err != nil {
		return nil, err
	}
	t := &ClosurePhase{legs: l, whitening: w}
	for _, psi := range c.Value {
		sin, cos := math.Sincos(psi)
		t.turned = append(t.turned, complex(cos, -sin))
	}
	return t, nil
}

// Name returns "cphase".
func (t *ClosurePhase) Name() string { return "cphase" }

// Len returns the number of closure phases.
func (t *ClosurePhase) Len() int { return t.legs.len() }

// Residuals returns (exp(iΔ) − 1)/σ, or L⁻¹(exp(iΔ) − 1) where the term is whitened. A triangle with a predicted visibility
// of zero has no phase: its exp(iΔ) counts as 0, as far off as 60°, with no gradient from its other two sides.
func (t *ClosurePhase) Residuals(s *torch.Scope, vis *torch.Tensor) (residuals *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		turned := s.FromComplex128s(t.turned, int64(t.Len()))
		return t.whitening.apply(s, s.AddScalar(t.legs.phasors(s, vis, turned), -1))
	}), nil
}

// Value returns ½χ².
func (t *ClosurePhase) Value(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error) {
	return gaussian(s, t, vis)
}

// LogPeak returns Σ ln of the peak of the density.
func (t *ClosurePhase) LogPeak() float64 { return t.peak }

// besselI0e returns exp(−x)·I₀(x) for x ≥ 0, I₀ the modified Bessel function: up to 30 by its power series, above by the
// asymptotic one (Abramowitz & Stegun 1964, 9.6.12 and 9.7.1), summed until the terms are below rounding.
func besselI0e(x float64) float64 {
	sum, term := 1.0, 1.0
	if x <= 30 {
		for k := 1.0; term > 1e-17*sum; k++ {
			term *= x * x / (4 * k * k)
			sum += term
		}
		return sum * math.Exp(-x)
	}
	for k := 1.0; term > 1e-17; k++ {
		term *= (2*k - 1) * (2*k - 1) / (8 * k * x)
		sum += term
	}
	return sum / math.Sqrt(2*math.Pi*x)
}
