package infer

import (
	"fmt"
	"math"
)

// Term is an objective of an image x (Jy/pixel, row-major). ValueGrad returns its value and overwrites grad with its
// gradient; a nil grad asks for the value only.
type Term interface {
	ValueGrad(grad, x []float64) (float64, error)
}

// Part is one named, weighted term of an objective. Weight must not be negative; 0 switches the term off.
type Part struct {
	Name   string
	Weight float64
	Term   Term
}

// Objective is the sum Σ weight·term. It is a [Term] itself, and not safe for concurrent use.
type Objective struct {
	Parts  []Part
	part   []float64 // gradient of one term, reused
	values []float64 // unweighted value of every part in the last ValueGrad, 0 for parts of weight 0
}

var _ Term = (*Objective)(nil)

// ValueGrad returns Σ weight·value and overwrites grad (nil: value only) with its gradient. A value or a gradient that is
// not finite is an error that names the term.
func (o *Objective) ValueGrad(grad, x []float64) (float64, error) {
	clear(grad)
	total := 0.0
	o.values = make([]float64, len(o.Parts))
	for k, p := range o.Parts {
		if p.Weight == 0 {
			continue
		}
		value, err := o.evaluate(p, grad != nil, x)
		if err != nil {
			return 0, err
		}
		o.values[k] = value
		total += p.Weight * value
		for i := range grad {
			grad[i] += p.Weight * o.part[i]
		}
	}
	return total, nil
}

// evaluate leaves the gradient of p in o.part when it is asked for.
func (o *Objective) evaluate(p Part, withGrad bool, x []float64) (float64, error) {
	var part []float64
	if withGrad {
		if len(o.part) != len(x) {
			o.part = make([]float64, len(x))
		}
		part = o.part
	}
	value, err := p.Term.ValueGrad(part, x)
	if err != nil {
		return 0, fmt.Errorf("infer: term %q: %w", p.Name, err)
	}
	if !finite(value) {
		return 0, fmt.Errorf("infer: term %q has the value %g: check its data for NaN, zero weights and zero amplitudes", p.Name, value)
	}
	for i, v := range part {
		if !finite(v) {
			return 0, fmt.Errorf("infer: the gradient of term %q is %g at pixel %d", p.Name, v, i)
		}
	}
	return value, nil
}

// Values returns the unweighted value of every term at x, by name, those of weight 0 included.
func (o *Objective) Values(x []float64) (map[string]float64, error) {
	values := map[string]float64{}
	for _, p := range o.Parts {
		value, err := o.evaluate(p, false, x)
		if err != nil {
			return nil, err
		}
		values[p.Name] = value
	}
	return values, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// allFinite reports whether every element of x is finite.
func allFinite(x []float64) bool {
	for _, v := range x {
		if !finite(v) {
			return false
		}
	}
	return true
}
