package infer

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// RMLConfig sets up [RML]. The zero value works.
type RMLConfig struct {
	MaxIterations int      `yaml:"max_iterations" json:"max_iterations"` // per round; 0 for 200
	Tolerance     float64  `yaml:"tolerance" json:"tolerance"`           // converged when 5 iterations lower the objective f by less than this times 1+|f|; 0 for 1e-6
	Rounds        int      `yaml:"rounds" json:"rounds"`                 // rounds, each from the blurred result of the one before; 0 for 1
	BlurFWHMRad   float64  `yaml:"blur_fwhm_rad" json:"blur_fwhm_rad"`   // blur between rounds; needed when Rounds > 1
	Map           Positive `yaml:"map" json:"map"`                       // how pixels stay positive; "" for softplus
}

// Validate says which field is wrong.
func (c RMLConfig) Validate() error {
	if c.MaxIterations < 0 || c.Rounds < 0 {
		return fmt.Errorf("infer: RMLConfig has %d iterations and %d rounds, neither may be negative", c.MaxIterations, c.Rounds)
	}
	if !(c.Tolerance >= 0 && c.Tolerance < 1) {
		return fmt.Errorf("infer: RMLConfig.Tolerance is %g, must lie in [0, 1)", c.Tolerance)
	}
	if !(c.BlurFWHMRad >= 0) || math.IsInf(c.BlurFWHMRad, 0) {
		return fmt.Errorf("infer: RMLConfig.BlurFWHMRad is %g, must not be negative", c.BlurFWHMRad)
	}
	if c.Rounds > 1 && c.BlurFWHMRad == 0 {
		return fmt.Errorf("infer: RMLConfig.BlurFWHMRad is needed for %d rounds: half the beam is a usual choice", c.Rounds)
	}
	return c.withDefaults().Map.validate()
}

func (c RMLConfig) withDefaults() RMLConfig {
	if c.MaxIterations == 0 {
		c.MaxIterations = 200
	}
	if c.Tolerance == 0 {
		c.Tolerance = 1e-6
	}
	c.Rounds = max(c.Rounds, 1)
	if c.Map == "" {
		c.Map = Softplus
	}
	return c
}

// EHTRegularizers is a first choice for [ParseRegularizers] where a few stations see a source of a few beams: entropy against
// a Gaussian prior of one to three beams, and a little smoothness.
const EHTRegularizers = "entropy=1,tsv=1"

// EHTDefaults returns settings that suit closure quantities of a few stations: four rounds, blurred by half the beam in
// between (beamRad: its FWHM, or 1/longest baseline).
func EHTDefaults(beamRad float64) RMLConfig {
	return RMLConfig{MaxIterations: 200, Rounds: 4, BlurFWHMRad: beamRad / 2}
}

// RML minimises Σ weight·term over positive images by L-BFGS. Non-linear data terms (closure quantities) have local minima:
// with several rounds each starts from the result of the one before, blurred, which frees the image from fine structure
// that an early iterate fitted by chance (blur and restart, as eht-imaging does; Chael et al. 2018, ApJ 857, 23). The image
// with the lowest objective of all rounds is returned.
func RML(ctx context.Context, p Problem, c RMLConfig) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	objective := &Objective{Parts: p.Terms}
	result := &Result{}
	start, best, bestValue := p.Start, p.Start, math.Inf(1)
	for round := range c.Rounds {
		found, err := c.round(ctx, &p, objective, start, result, round)
		if err != nil {
			return nil, err
		}
		if found.value < bestValue {
			best, bestValue = found.z, found.value
		}
		if result.Stop == Cancelled {
			break
		}
		start = Blur(p.Grid, found.z, c.BlurFWHMRad)
	}
	return result.finish(objective, best)
}

// round runs L-BFGS once; the z of its solution are pixels.
func (c RMLConfig) round(ctx context.Context, p *Problem, o Term, start []float64, result *Result, round int) (solution, error) {
	found, err := lbfgs{c.MaxIterations, c.Tolerance}.positive(ctx, o, c.Map, pixelScale(start), start, func(iteration int, value float64) {
		step := Step{Round: round, Iteration: iteration, Value: value}
		result.History = append(result.History, step)
		p.report(step)
	})
	result.Iterations += found.iterations
	result.Stop = found.stop
	return found, err
}

// positive minimises a term over positive images: found.z are pixels.
func (c lbfgs) positive(ctx context.Context, o Term, m Positive, scale float64, start []float64, report func(int, float64)) (solution, error) {
	x := make([]float64, len(start))
	f := func(grad, z []float64) (float64, error) {
		m.image(x, z, scale)
		if !allFinite(x) {
			return 0, fmt.Errorf("infer: the image overflows in the line search: check the data terms' weights and the map %q", m)
		}
		value, err := o.ValueGrad(grad, x)
		m.chain(grad, z, scale)
		return value, err
	}
	found, err := c.minimise(ctx, f, m.inverse(start, scale), report)
	if err != nil {
		return found, err
	}
	m.image(x, found.z, scale)
	found.z = slices.Clone(x)
	return found, nil
}

// pixelScale returns the mean brightness, 1 for a black image.
func pixelScale(x []float64) float64 {
	if total := sum(x); total > 0 {
		return total / float64(len(x))
	}
	return 1
}
