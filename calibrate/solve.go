package calibrate

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
	"strings"

	"fringe/radio"
)

// Solution is what self-calibration found.
type Solution struct {
	Table     Table
	Corrected *radio.Visibilities // the data with the gains taken out; flagged where a station has none
	// Before and After compare the data with the model, as they were and corrected, over the same visibilities: those that both
	// are unflagged in.
	Before, After Fit
	Warnings      []string // what a user should know of stations without a solution
}

// Fit is a comparison of data with a model.
type Fit struct {
	Chi2         float64 `json:"chi2"` // Σ w|d − G·m|²
	Visibilities int     `json:"visibilities"`
	Parameters   int     `json:"parameters"` // real numbers that were fitted: gains
}

// Reduced returns χ²/(2N), whatever the number of parameters; 0 without visibilities.
func (f Fit) Reduced() float64 { return f.Chi2 / math.Max(float64(2*f.Visibilities), 1) }

// PerFreedom returns χ²/(2N − parameters), near 1 for a right model and right errors; 0 when nothing is left to judge by.
func (f Fit) PerFreedom() float64 {
	if free := 2*f.Visibilities - f.Parameters; free > 0 {
		return f.Chi2 / float64(free)
	}
	return 0
}

// Solve finds the gains with which model, its visibilities (Jy) at the points of v, fits v best: per interval
//
//	min Σ w|V − g₁·conj(g₂)·m|²
//
// over the gains, by an eigenvector for the first phases and then Levenberg's and Marquardt's method. It does what StEFCal does
// (Mitchell et al. 2008, IEEE J. Sel. Top. Signal Process. 2, 707; Salvini & Wijnholds 2014, A&A 571, A97), from any start
// and with quadratic convergence. A station with too few baselines, or a gain with a poor signal-to-noise ratio, has no
// solution: its data are taken out of the fit of the others.
func Solve(v *radio.Visibilities, model []complex128, c Config) (*Solution, error) {
	if err := c.check(v, model); err != nil {
		return nil, err
	}
	s := newSolver(v, model, c.WithDefaults())
	for _, i := range intervals(v, s.config) {
		s.solve(i)
	}
	if s.config.Normalize && s.config.Mode != Phase {
		s.normalizeAndLimit()
	} else {
		s.limit()
	}
	s.table.sort()
	if !slices.ContainsFunc(s.table, func(g Gain) bool { return g.SNR > 0 }) {
		return nil, fmt.Errorf("calibrate: no gain can be solved for: %s", strings.Join(s.trouble.warnings(), "; "))
	}
	corrected, err := s.table.Apply(v)
	if err != nil {
		return nil, err
	}
	solution := &Solution{Table: s.table, Corrected: corrected, Warnings: s.trouble.warnings()}
	solution.compare(v, model, s.parameters)
	return solution, nil
}

// compare fills in Before and After.
func (s *Solution) compare(v *radio.Visibilities, model []complex128, parameters int) {
	s.After.Parameters = parameters
	for k, m := range model {
		if s.Corrected.Flagged(k) {
			continue
		}
		s.Before.add(v, k, m)
		s.After.add(s.Corrected, k, m)
	}
}

func (f *Fit) add(v *radio.Visibilities, k int, model complex128) {
	d := cmplx.Abs(v.Vis[k] - model)
	f.Chi2 += v.Weight[k] * d * d
	f.Visibilities++
}
