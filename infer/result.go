package infer

import (
	"fmt"
	"slices"

	"fringe/internal/torch"
	"fringe/proximal"
)

// Stop is why a solver ended.
type Stop string

// The reasons to stop.
const (
	Converged         Stop = "converged"   // the solver's own criterion is met
	Discrepancy       Stop = "data fitted" // the reduced χ² of the data has reached its target
	Plateau           Stop = "plateau"     // the objective has stopped falling
	IterationCap      Stop = "iteration cap"
	LineSearchStalled Stop = "line search stalled" // no step lowers the objective: usually rounding at the minimum
	ScheduleFinished  Stop = "schedule finished"
	Cancelled         Stop = "cancelled"
)

// Result is an image and how it was reached.
type Result struct {
	Image      []float64            // Jy/pixel, row 0 South, column 0 East, channel by channel; owned by the caller
	Value      float64              // Σ weight·value of the terms and penalties at Image
	Values     map[string]float64   // unweighted value of every term and penalty at Image
	Iterations int                  // iterations in total
	Stop       Stop                 // why the last round ended
	History    []Step               // one entry per iteration, and with Solve and RML one for every round's start
	Curves     map[string][]float64 // unweighted value of every term and penalty, one per entry of History; of Solve and RML only
}

// finish checks the image a last time and fills in the values at it.
func (r *Result) finish(p *Problem, o *Objective, image []float64) (*Result, error) {
	var err error
	r.Image = slices.Clone(image)
	if r.Value, err = o.ValueGrad(nil, r.Image); err != nil {
		return nil, err
	}
	if r.Values, err = o.Values(r.Image); err != nil {
		return nil, err
	}
	penalties, err := p.penaltyValues(r.Image)
	if err != nil {
		return nil, err
	}
	for i, t := range p.Penalties {
		r.Value += t.Weight * penalties[i]
		r.Values[t.Name] = penalties[i]
	}
	return r, nil
}

// addPenalties returns value + Σ weight·R(x).
func (p *Problem) addPenalties(value float64, x []float64) (float64, error) {
	penalties, err := p.penaltyValues(x)
	for i, v := range penalties {
		value += p.Penalties[i].Weight * v
	}
	return value, err
}

// penaltyValues returns R(x) of every penalty.
func (p *Problem) penaltyValues(x []float64) ([]float64, error) {
	values := make([]float64, len(p.Penalties))
	if len(values) == 0 {
		return values, nil
	}
	err := torch.Do(func(s *torch.Scope) error {
		image := p.tensor(s, x)
		for i, t := range p.Penalties {
			v, err := proximal.Value(s, t.Norm, image)
			if err != nil {
				return fmt.Errorf("infer: penalty %q: %w", t.Name, err)
			}
			if values[i] = s.Item(v); !finite(values[i]) {
				return fmt.Errorf("infer: penalty %q has the value %g", t.Name, values[i])
			}
		}
		return nil
	})
	return values, err
}

// tensor returns an image of the problem as [channels, 1, ny, nx].
func (p *Problem) tensor(s *torch.Scope, x []float64) *torch.Tensor {
	return s.FromFloat64s(x, int64(p.channels()), 1, int64(p.Grid.NY), int64(p.Grid.NX))
}
