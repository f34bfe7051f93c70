package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// Amplitude is the term of visibility amplitudes: χ² = Σ ((|V| − A)/σ)². It is blind to phase errors.
type Amplitude struct {
	index        []int64
	value, scale []float64 // scale is 1/σ
}

var _ Term = (*Amplitude)(nil)

// NewAmplitude returns the term of the amplitudes of [radio.Amplitudes]. It returns an error when there are none, or when
// one is not finite or has no positive σ.
func NewAmplitude(a radio.AmplitudeSet) (*Amplitude, error) {
	if len(a.Index) == 0 {
		return nil, errors.New("measure: amp: no amplitudes")
	}
	if len(a.Index) != len(a.Value) {
		return nil, fmt.Errorf("measure: amp: %d indices and %d values, must be as many", len(a.Index), len(a.Value))
	}
	scale, err := inverseSigmas("amp", a.Value, a.Sigma)
	if err != nil {
		return nil, err
	}
	t := &Amplitude{value: a.Value, scale: scale}
	for _, k := range a.Index {
		t.index = append(t.index, int64(k))
	}
	return t, nil
}

// Name returns "amp".
func (t *Amplitude) Name() string { return "amp" }

// Len returns the number of amplitudes.
func (t *Amplitude) Len() int { return len(t.value) }

// Residuals returns (|V| − A)/σ.
func (t *Amplitude) Residuals(s *torch.Scope, vis *torch.Tensor) (residuals *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		v := pick(s, vis, t.index)
		model := amplitude(s, s.Real(v), s.Imag(v))
		return s.Mul(s.Sub(model, vector(s, t.value)), vector(s, t.scale))
	}), nil
}

// Value returns ½Σ ((|V| − A)/σ)².
func (t *Amplitude) Value(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error) {
	return gaussian(s, t, vis)
}

// LogPeak returns Σ ln(1/(σ√2π)).
func (t *Amplitude) LogPeak() float64 { return gaussianPeak(t.scale) }
