package measure

import (
	"fringe/internal/torch"
	"fringe/radio"
)

// LogClosureAmplitude is the term of log closure amplitudes: χ² = Σ ((Σ ±ln|V| − c)/σ)². It is blind to the gains of the
// stations, to the total flux, and to where the source is.
type LogClosureAmplitude struct {
	legs      *legs
	value     []float64
	whitening *whitening
}

var _ Term = (*LogClosureAmplitude)(nil)

// NewLogClosureAmplitude returns the term of the log closure amplitudes of [radio.LogClosureAmplitudes], each with its σ as if
// it were independent of the others.
func NewLogClosureAmplitude(c *radio.Closures) (*LogClosureAmplitude, error) {
	return newLogClosureAmplitude(c, newScaling)
}

// NewWhitenedLogClosureAmplitude is [NewLogClosureAmplitude] with the correlations of quadrangles that share baselines:
// χ² = ΔᵀC⁻¹Δ with the covariances C of [radio.Closures.Covariances] (Blackburn et al. 2020, ApJ 894, 31).
func NewWhitenedLogClosureAmplitude(c *radio.Closures) (*LogClosureAmplitude, error) {
	return newLogClosureAmplitude(c, newWhitening)
}

func newLogClosureAmplitude(c *radio.Closures, whiten func(string, *radio.Closures) (*whitening, error)) (*LogClosureAmplitude, error) {
	l, err := newLegs("logcamp", 4, c)
	if err != nil {
		return nil, err
	}
	w, err := whiten("logcamp", c)
	if err != nil {
		return nil, err
	}
	return &LogClosureAmplitude{legs: l, value: c.Value, whitening: w}, nil
}

// Name returns "logcamp".
func (t *LogClosureAmplitude) Name() string { return "logcamp" }

// Len returns the number of log closure amplitudes.
func (t *LogClosureAmplitude) Len() int { return t.legs.len() }

// Residuals returns (Σ ±ln|V| − c)/σ, or L⁻¹ of the differences where the term is whitened.
func (t *LogClosureAmplitude) Residuals(s *torch.Scope, vis *torch.Tensor) (residuals *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		return t.whitening.apply(s, s.Sub(t.legs.logs(s, vis), vector(s, t.value)))
	}), nil
}

// Value returns ½χ².
func (t *LogClosureAmplitude) Value(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error) {
	return gaussian(s, t, vis)
}

// LogPeak returns the logarithm of the peak of the normal density.
func (t *LogClosureAmplitude) LogPeak() float64 { return t.whitening.peak }
