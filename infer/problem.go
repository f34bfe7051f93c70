package infer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"fringe/proximal"
	"fringe/radio"
)

// Penalty is one named, weighted norm of an objective that has corners, Weight·R(x) with R of package proximal (x in Jy/pixel).
// Weight must not be negative; 0 switches it off. Only the solvers that take proximal steps can use one; see [Solve].
type Penalty struct {
	Name   string
	Weight float64
	Norm   proximal.Norm
}

// Problem is what the solvers share: minimise Σ weight·term + Σ weight·penalty.
type Problem struct {
	Grid      radio.Grid
	Channels  int        // planes of the image, 0 for 1: a cube is channel by channel, each like an image of the grid
	Terms     []Part     // the smooth part
	Penalties []Penalty  // the part with corners
	Start     []float64  // the image to start from, Jy/pixel, Channels·Grid.Len() values; negative ones need the map [Signed]
	Mask      []bool     // pixels that may differ from 0, Grid.Len() values, the same for every channel; nil for all
	Progress  func(Step) // when not nil, called after every iteration, from one goroutine at a time
}

// Step is one iteration of a solver.
type Step struct {
	Round     int     // round of blur and restart, or outer step, from 0
	Iteration int     // iteration within the round, from 0 (the start)
	Value     float64 // Σ weight·value over the terms; for PnP and RED that is the data misfit
	Sigma     float64 // noise level given to the denoiser, in units of the peak; 0 without a denoiser
	Misfit    float64 // reduced χ² of the kind of data that fits worst; 0 where no stop rule asks for it
}

// Validate says which field of the problem is wrong.
func (p *Problem) Validate() error {
	if err := p.Grid.Validate(); err != nil {
		return fmt.Errorf("infer: Problem.Grid: %w", err)
	}
	if len(p.Terms) == 0 {
		return errors.New("infer: Problem.Terms is empty: give at least one data term")
	}
	for _, t := range p.Terms {
		if t.Term == nil || !(t.Weight >= 0) || math.IsInf(t.Weight, 0) {
			return fmt.Errorf("infer: term %q has weight %g: want a Term and a finite weight that is not negative", t.Name, t.Weight)
		}
	}
	if err := p.validatePenalties(); err != nil {
		return err
	}
	if p.Channels < 0 {
		return fmt.Errorf("infer: Problem.Channels is %d, must not be negative", p.Channels)
	}
	if len(p.Start) != p.size() {
		return fmt.Errorf("infer: Problem.Start has %d pixels, the grid %d in %d channels", len(p.Start), p.Grid.Len(), p.channels())
	}
	if p.Mask != nil && len(p.Mask) != p.Grid.Len() {
		return fmt.Errorf("infer: Problem.Mask has %d pixels, the grid %d", len(p.Mask), p.Grid.Len())
	}
	if p.Mask != nil && !slices.Contains(p.Mask, true) {
		return errors.New("infer: Problem.Mask leaves no pixel")
	}
	for i, v := range p.Start {
		if !finite(v) {
			return fmt.Errorf("infer: Problem.Start has the value %g at pixel %d: want finite values", v, i)
		}
	}
	return nil
}

// validateFor is Validate for images of a map: only [Signed] takes negative pixels.
func (p *Problem) validateFor(m Positive) error {
	if err := p.Validate(); err != nil || m == Signed {
		return err
	}
	for i, v := range p.Start {
		if v < 0 {
			return fmt.Errorf("infer: Problem.Start has the value %g at pixel %d: negative pixels need SolverConfig.Map %q; StartImage sets them to 0", v, i, Signed)
		}
	}
	return nil
}

func (p *Problem) validatePenalties() error {
	for _, t := range p.Penalties {
		if t.Norm == nil || !(t.Weight >= 0) || math.IsInf(t.Weight, 0) {
			return fmt.Errorf("infer: penalty %q has weight %g: want a Norm and a finite weight that is not negative", t.Name, t.Weight)
		}
	}
	return nil
}

// smooth returns an error when the problem has penalties, which the named solver cannot use.
func (p *Problem) smooth(solver string) error {
	for _, t := range p.Penalties {
		if t.Weight > 0 {
			return fmt.Errorf("infer: %s needs terms with a gradient, penalty %q has corners: use a solver with proximal steps, %q, %q or %q, or the smooth form of the penalty",
				solver, t.Name, FISTA, ADMM, PrimalDual)
		}
	}
	return nil
}

func (p *Problem) channels() int { return max(1, p.Channels) }

// size returns the number of pixels in all channels.
func (p *Problem) size() int { return p.channels() * p.Grid.Len() }

// start returns the start image, black outside the mask.
func (p *Problem) start() []float64 {
	x := slices.Clone(p.Start)
	blacken(x, p.Mask)
	return x
}

func (p *Problem) report(s Step) {
	if p.Progress != nil {
		p.Progress(s)
	}
}
