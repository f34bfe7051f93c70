package radio

import (
	"fmt"
	"slices"
)

// DefaultScatterTolerance is the factor by which the scatter of the data may differ from what the weights say before
// [Scatter.Check] complains.
const DefaultScatterTolerance = 1.2

// Scatter is how much visibilities scatter, in units of the σ that their weights claim: 1 when the weights are right, 2 when the
// true σ is twice as large.
type Scatter struct {
	Factor  float64
	Samples int    // triples of integrations, or cells
	Method  string // "time" or "cells"
}

// minScatterSamples is the fewest samples that a factor is computed from: 50 triples know it to about 10 %.
const minScatterSamples = 50

// Scatter compares the scatter of the visibilities with their weights: by [Visibilities.ScatterInTime] where enough
// consecutive integrations are there, otherwise by [Visibilities.ScatterInCells] on g.
func (v *Visibilities) Scatter(g Grid) (Scatter, error) {
	if s, err := v.ScatterInTime(0); err == nil {
		return s, nil
	}
	return v.ScatterInCells(g)
}

// Check returns an error when the factor exceeds the tolerance (at least 1; 0 means [DefaultScatterTolerance]) or lies below its
// inverse.
func (s Scatter) Check(tolerance float64) error {
	if tolerance == 0 {
		tolerance = DefaultScatterTolerance
	}
	if s.Factor <= tolerance && s.Factor >= 1/tolerance {
		return nil
	}
	return fmt.Errorf("radio: the visibilities scatter %.3g times as much as their weights say: multiply sigma by %.3g, or the weights by %.3g",
		s.Factor, s.Factor, 1/(s.Factor*s.Factor))
}

// Median sorts x, which is not empty, and returns its middle, or the mean of its two middles.
func Median(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}
