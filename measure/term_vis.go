package measure

import (
	"errors"
	"fmt"
	"math"

	"fringe/internal/torch"
	"fringe/radio"
)

// Vis is the term of calibrated complex visibilities: χ² = Σ w|V − d|², over real and imaginary parts, so that its Len is
// twice the number of visibilities. Where it is the only term and Gaussian, [Gram] and [Normal] do the same without
// visibilities.
type Vis struct {
	count   int // visibilities of the set, flagged ones included
	index   []int64
	data    []complex128
	scale   []float64 // √w
	density Density
}

var _ Term = (*Vis)(nil)

// NewVis returns the term of the unflagged visibilities of v with Gaussian errors; predicted visibilities are in the order
// of v.
func NewVis(v *radio.Visibilities) (*Vis, error) { return NewRobustVis(v, Gaussian{}) }

// NewRobustVis is [NewVis] with errors of another density, [Huber] or [StudentT], for data with outliers. Residuals and χ² stay
// those of the data as they are, outliers included.
func NewRobustVis(v *radio.Visibilities, density Density) (*Vis, error) {
	if density == nil {
		return nil, errors.New("measure: vis: the density is nil; NewVis has Gaussian errors")
	}
	if err := density.validate(); err != nil {
		return nil, err
	}
	t := &Vis{count: v.Len(), density: density}
	for k, d := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		t.index, t.data, t.scale = append(t.index, int64(k)), append(t.data, d), append(t.scale, math.Sqrt(v.Weight[k]))
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

// Residuals returns √w(V − d), complex.
func (t *Vis) Residuals(s *torch.Scope, vis *torch.Tensor) (residuals *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if n := vis.Len(); n != t.count {
		return nil, fmt.Errorf("measure: vis: %d predicted visibilities for a set of %d", n, t.count)
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		difference := s.Sub(pick(s, vis, t.index), s.FromComplex128s(t.data, int64(len(t.data))))
		return s.Mul(difference, vector(s, t.scale))
	}), nil
}

// Value returns Σ ρ(|residual|), which is ½Σ w|V − d|² for Gaussian errors.
func (t *Vis) Value(s *torch.Scope, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	residuals, err := t.Residuals(s, vis)
	if err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Sum(t.density.rho(s, squares(s, residuals))) }), nil
}

// LogPeak returns Σ ln(w/2π), less N times the logarithm of the volume of a density that is wider than a Gaussian.
func (t *Vis) LogPeak() float64 {
	return 2*gaussianPeak(t.scale) - float64(len(t.data))*math.Log(t.density.volume())
}
