package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// Bispectrum is the term of bispectra (triple products): χ² = Σ |B_model − B|²/σ², over real and imaginary parts, so that its
// Len is twice the number of triangles. It is blind to the phases of the stations' gains and to where the source is, but
// not to the amplitudes of the gains. At low signal-to-noise ratios its errors are closer to Gaussian than those of closure
// phases; σ holds to first order.
type Bispectrum struct {
	legs  *legs
	value []complex128
	scale []float64 // 1/σ
}

var _ Term = (*Bispectrum)(nil)

// NewBispectrum returns the term of the bispectra of [radio.Bispectra], with errors that are independent and circular in the
// complex plane.
func NewBispectrum(b *radio.BispectrumSet) (*Bispectrum, error) {
	if b == nil {
		return nil, errors.New("measure: bispectrum: no bispectra")
	}
	l, err := newLegs("bispectrum", 3, b.Triangles)
	if err != nil {
		return nil, err
	}
	if len(b.Value) != l.len() {
		return nil, fmt.Errorf("measure: bispectrum: %d values for %d triangles, must be as many", len(b.Value), l.len())
	}
	sizes := make([]float64, len(b.Value))
	for j, value := range b.Value {
		sizes[j] = real(value) + imag(value) // finite where both parts are
	}
	scale, err := inverseSigmas("bispectrum", sizes, b.Sigma)
	if err != nil {
		return nil, err
	}
	return &Bispectrum{legs: l, value: b.Value, scale: scale}, nil
}

// Name returns "bispectrum".
func (t *Bispectrum) Name() string { return "bispectrum" }

// Len returns twice the number of triangles.
func (t *Bispectrum) Len() int { return 2 * t.legs.len() }

// Residuals returns (B_model − B)/σ, complex.
func (t *Bispectrum) Residuals(s *torch.Scope, vis *torch.Tensor) (residuals *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		difference := s.Sub(t.legs.product(s, vis), s.FromComplex128s(t.value, int64(len(t.value))))
		return s.Mul(difference, vector(s, t.scale))
	}), nil
}

// Value returns ½χ².
func (t *Bispectrum) Value(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error) {
	return gaussian(s, t, vis)
}

// LogPeak returns Σ ln(1/(2πσ²)).
func (t *Bispectrum) LogPeak() float64 { return 2 * gaussianPeak(t.scale) }
