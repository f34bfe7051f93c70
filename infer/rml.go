package infer

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
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
// with the lowest objective of all rounds is returned. [Solve] is the general form, with other solvers and stop rules.
func RML(ctx context.Context, p Problem, c RMLConfig) (*Result, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return Solve(ctx, p, c.solver())
}

// solver returns the same settings for [Solve].
func (c RMLConfig) solver() SolverConfig {
	c = c.withDefaults()
	rounds := make([]Round, c.Rounds)
	for k := 1; k < c.Rounds; k++ {
		rounds[k].BlurFWHMRad = c.BlurFWHMRad
	}
	return SolverConfig{Solver: LBFGS, MaxIterations: c.MaxIterations, Tolerance: c.Tolerance, Map: c.Map, Rounds: rounds}
}

// pixelScale returns the mean of |x|, 1 for a black image.
func pixelScale(x []float64) float64 {
	if total := floats.Norm(x, 1); total > 0 {
		return total / float64(len(x))
	}
	return 1
}
