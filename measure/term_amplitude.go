package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// Amplitude is the term of visibility amplitudes: χ² = Σ ((|V| − A)/σ)². It is blind to phase errors.
type Amplitude struct {
	index         []int64
	value, weight []float64
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
	weight, err := inverseVariances("amp", a.Value, a.Sigma)
	if err != nil {
		return nil, err
	}
	t := &Amplitude{value: a.Value, weight: weight}
	for _, k := range a.Index {
		t.index = append(t.index, int64(k))
	}
	return t, nil
}

// Name returns "amp".
func (t *Amplitude) Name() string { return "amp" }

// Len returns the number of amplitudes.
func (t *Amplitude) Len() int { return len(t.value) }

// Value returns ½Σ ((|V| − A)/σ)².
func (t *Amplitude) Value(s *torch.Scope, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		v := pick(s, vis, t.index)
		model := amplitude(s, s.Real(v), s.Imag(v))
		return halfChi2(s, s.Sub(model, s.FromFloat64s(t.value, int64(len(t.value)))), t.weight)
	}), nil
}
