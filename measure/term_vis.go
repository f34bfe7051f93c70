package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// Vis is the term of calibrated complex visibilities: χ² = Σ w|V − d|², over real and imaginary parts, so that its Len is
// twice the number of visibilities. Where it is the only term, [Gram] and [Normal] do the same without visibilities.
type Vis struct {
	count  int // visibilities of the set, flagged ones included
	index  []int64
	data   []complex128
	weight []float64
}

var _ Term = (*Vis)(nil)

// NewVis returns the term of the unflagged visibilities of v; predicted visibilities are in the order of v.
func NewVis(v *radio.Visibilities) (*Vis, error) {
	t := &Vis{count: v.Len()}
	for k, d := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		t.index, t.data, t.weight = append(t.index, int64(k)), append(t.data, d), append(t.weight, v.Weight[k])
	}
	if len(t.index) == 0 {
		return nil, errors.New("measure: vis: all visibilities are flagged, or there are none")
	}
	return t, nil
}

// Name returns "vis".
func (t *Vis) Name() string { return "vis" }

// Len returns 2N.
func (t *Vis) Len() int { return 2 * len(t.data) }

// Value returns ½Σ w|V − d|².
func (t *Vis) Value(s *torch.Scope, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if n := vis.Len(); n != t.count {
		return nil, fmt.Errorf("measure: vis: %d predicted visibilities for a set of %d", n, t.count)
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		residual := s.Sub(pick(s, vis, t.index), s.FromComplex128s(t.data, int64(len(t.data))))
		return s.Add(halfChi2(s, s.Real(residual), t.weight), halfChi2(s, s.Imag(residual), t.weight))
	}), nil
}
