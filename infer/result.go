package infer

import "slices"

// Stop is why a solver ended.
type Stop string

// The reasons to stop.
const (
	Converged         Stop = "converged"
	IterationCap      Stop = "iteration cap"
	LineSearchStalled Stop = "line search stalled"
	ScheduleFinished  Stop = "schedule finished"
	Cancelled         Stop = "cancelled"
)

// Result is an image and how it was reached.
type Result struct {
	Image      []float64          // Jy/pixel, row 0 South, column 0 East; owned by the caller
	Value      float64            // Σ weight·value of the terms at Image
	Values     map[string]float64 // unweighted value of every term at Image
	Iterations int                // iterations in total
	Stop       Stop               // why the last round ended
	History    []Step             // one entry per iteration
}

// finish checks the image a last time and fills in the values at it.
func (r *Result) finish(o *Objective, image []float64) (*Result, error) {
	var err error
	r.Image = slices.Clone(image)
	if r.Value, err = o.ValueGrad(nil, r.Image); err != nil {
		return nil, err
	}
	if r.Values, err = o.Values(r.Image); err != nil {
		return nil, err
	}
	return r, nil
}
