package measure

import (
	"fmt"
	"math"

	"fringe/internal/torch"
	"fringe/radio"
)

// legs holds where the closure quantities of one kind take their visibilities: leg i of quantity j is visibility
// index[i][j] with sign[i][j].
type legs struct {
	index  [][]int64
	sign   [][]float64
	weight []float64
}

// newLegs checks and transposes a set of closure quantities.
func newLegs(term string, order int, c *radio.Closures) (*legs, error) {
	if c == nil || c.Len() == 0 {
		return nil, fmt.Errorf("measure: %s: no closure quantities; there must be at least %d stations", term, order)
	}
	n := c.Len()
	if c.Order != order || len(c.Index) != order*n || len(c.Sign) != order*n {
		return nil, fmt.Errorf("measure: %s: %d quantities of order %d with %d indices and %d signs, want order %d",
			term, n, c.Order, len(c.Index), len(c.Sign), order)
	}
	weight, err := inverseVariances(term, c.Value, c.Sigma)
	if err != nil {
		return nil, err
	}
	l := &legs{weight: weight, index: make([][]int64, order), sign: make([][]float64, order)}
	for i := range order {
		for j := range n {
			l.index[i] = append(l.index[i], int64(c.Index[order*j+i]))
			l.sign[i] = append(l.sign[i], c.Sign[order*j+i])
		}
	}
	return l, nil
}

func (l *legs) len() int { return len(l.weight) }

// ClosurePhase is the term of closure phases: χ² = Σ 2(1 − cos(ψ_model − ψ))/σ², which is Σ (ψ_model − ψ)²/σ² for small
// differences and does not jump at ±π (eht-imaging; Chael et al. 2018, ApJ 857, 23). It is blind to the phases of
// the stations' gains, to the total flux, and to where the source is.
type ClosurePhase struct {
	legs   *legs
	turned []complex128 // exp(−iψ)
}

var _ Term = (*ClosurePhase)(nil)

// NewClosurePhase returns the term of the closure phases of [radio.ClosurePhases].
func NewClosurePhase(c *radio.Closures) (*ClosurePhase, error) {
	l, err := newLegs("cphase", 3, c)
	if err != nil {
		return nil, err
	}
	t := &ClosurePhase{legs: l}
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

// Value returns Σ (1 − cos(ψ_model − ψ))/σ². A triangle with a predicted visibility of zero has no phase; it counts as
// if it were off by a right angle, with no gradient from its other two sides.
func (t *ClosurePhase) Value(s *torch.Scope, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		n := int64(t.Len())
		product := s.FromComplex128s(t.turned, n)
		for i, index := range t.legs.index {
			v := pick(s, vis, index)
			re, im := s.Real(v), s.Mul(s.Imag(v), s.FromFloat64s(t.legs.sign[i], n))
			size := amplitude(s, re, im)
			product = s.Mul(product, s.Complex(s.Div(re, size), s.Div(im, size)))
		}
		miss := s.AddScalar(s.MulScalar(s.Real(product), -1), 1)
		return s.Sum(s.Mul(miss, s.FromFloat64s(t.legs.weight, n)))
	}), nil
}

// LogClosureAmplitude is the term of log closure amplitudes: χ² = Σ ((Σ ±ln|V| − c)/σ)². It is blind to the gains of the
// stations, to the total flux, and to where the source is.
type LogClosureAmplitude struct {
	legs  *legs
	value []float64
}

var _ Term = (*LogClosureAmplitude)(nil)

// NewLogClosureAmplitude returns the term of the log closure amplitudes of [radio.LogClosureAmplitudes].
func NewLogClosureAmplitude(c *radio.Closures) (*LogClosureAmplitude, error) {
	l, err := newLegs("logcamp", 4, c)
	if err != nil {
		return nil, err
	}
	return &LogClosureAmplitude{legs: l, value: c.Value}, nil
}

// Name returns "logcamp".
func (t *LogClosureAmplitude) Name() string { return "logcamp" }

// Len returns the number of log closure amplitudes.
func (t *LogClosureAmplitude) Len() int { return t.legs.len() }

// Value returns ½Σ ((Σ ±ln|V| − c)/σ)².
func (t *LogClosureAmplitude) Value(s *torch.Scope, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		n := int64(t.Len())
		residual := s.MulScalar(s.FromFloat64s(t.value, n), -1)
		for i, index := range t.legs.index {
			v := pick(s, vis, index)
			log := s.Log(power(s, s.Real(v), s.Imag(v))) // 2 ln|V|
			half := s.MulScalar(s.FromFloat64s(t.legs.sign[i], n), 0.5)
			residual = s.Add(residual, s.Mul(half, log))
		}
		return halfChi2(s, residual, t.legs.weight)
	}), nil
}
