package infer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"fringe/internal/words"
)

// Solver names an algorithm of [Solve].
type Solver string

// The solvers. Penalties (corners) need FISTA, ADMM or PrimalDual.
const (
	LBFGS      Solver = "lbfgs" // quasi-Newton with a line search, pixels positive by a map; the first choice for smooth objectives
	Adam       Solver = "adam"  // gradient steps scaled by their history; no line search, so rough objectives do not stop it
	FISTA      Solver = "fista" // accelerated proximal gradients, at most one penalty
	ADMM       Solver = "admm"  // splitting with a linear solve per step: terms quadratic in the image, any penalties
	PrimalDual Solver = "pd"    // Condat–Vũ: any smooth terms, any penalties, no inner loop
)

// SolverConfig sets up [Solve]. The zero value works.
type SolverConfig struct {
	Solver        Solver   `yaml:"solver" json:"solver"`                 // "" for lbfgs
	MaxIterations int      `yaml:"max_iterations" json:"max_iterations"` // per round; 0 for 200 of lbfgs, 2000 of the others
	Tolerance     float64  `yaml:"tolerance" json:"tolerance"`           // 0 for 1e-6; of the objective for lbfgs and adam, of the image for the others, see [Solve]
	Map           Positive `yaml:"map" json:"map"`                       // how pixels stay positive; "" for softplus with lbfgs and adam, project with the others
	Base          Base     `yaml:"base" json:"base"`                     // convolution of the image with a kernel; lbfgs and adam only

	TargetChi2 float64 `yaml:"target_chi2" json:"target_chi2"` // end the run, whatever rounds remain, when the reduced χ² of every kind of data is at most this, 1 for Morozov's principle; 0 for never
	Patience   int     `yaml:"patience" json:"patience"`       // stop when so many iterations lower the objective f by less than Tolerance·(1+|f|); 0 for 5 of lbfgs, 20 of adam, never of the others

	StepSize float64 `yaml:"step_size" json:"step_size"` // adam: first step in z, 0 for 0.1; fista, pd: fixed step η in (Jy/pixel)², 0 to measure it
	Balance  float64 `yaml:"balance" json:"balance"`     // admm: ρ, pd: σ·gain, in units of the curvature of the terms; 0 for 0.1 and 0.3, which suit sparse coverage; 10 suits images that the data determine

	Rounds []Round `yaml:"rounds" json:"rounds"` // empty for one round from the start image
}

// Round is one run of the solver within a schedule. It starts from the result of the round before.
type Round struct {
	BlurFWHMRad float64            `yaml:"blur_fwhm_rad" json:"blur_fwhm_rad"` // blur of its start image, FWHM in radians; 0 for none
	Weights     map[string]float64 `yaml:"weights" json:"weights"`             // factor on the weight of a term or penalty in this round, by name; 1 where not given
}

// Validate says which field is wrong.
func (c SolverConfig) Validate() error {
	c = c.withDefaults()
	if names := []string{string(LBFGS), string(Adam), string(FISTA), string(ADMM), string(PrimalDual)}; !slices.Contains(names, string(c.Solver)) {
		similar, _ := words.Nearest(string(c.Solver), names)
		return fmt.Errorf("infer: unknown solver %q: known are %s; did you mean %q?", c.Solver, strings.Join(names, ", "), similar)
	}
	if c.MaxIterations < 0 || c.Patience < 0 {
		return fmt.Errorf("infer: SolverConfig has %d iterations and a patience of %d, neither may be negative", c.MaxIterations, c.Patience)
	}
	if !(c.Tolerance >= 0 && c.Tolerance < 1) {
		return fmt.Errorf("infer: SolverConfig.Tolerance is %g, must lie in [0, 1)", c.Tolerance)
	}
	for name, v := range map[string]float64{"TargetChi2": c.TargetChi2, "StepSize": c.StepSize, "Balance": c.Balance} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("infer: SolverConfig.%s is %g, must not be negative", name, v)
		}
	}
	if err := c.validateMap(); err != nil {
		return err
	}
	return c.validateRounds()
}

// validateMap checks how pixels stay positive against the solver.
func (c SolverConfig) validateMap() error {
	if err := c.Base.Validate(); err != nil {
		return err
	}
	known := []Positive{Softplus, Exponential, Projected, Signed}
	switch {
	case !slices.Contains(known, c.Map):
		return fmt.Errorf("infer: unknown map to positive pixels %q: known are %q", c.Map, known)
	case c.Solver == LBFGS && c.Map == Projected:
		return fmt.Errorf("infer: solver %q cannot project: its line search needs a smooth objective; use the map %q or %q, or another solver", c.Solver, Softplus, Exponential)
	case c.proximal() && !c.Map.linear():
		return fmt.Errorf("infer: solver %q takes steps in the pixels themselves, not through the map %q: use %q or %q, or solver %q", c.Solver, c.Map, Projected, Signed, LBFGS)
	case c.proximal() && c.Base.Kernel != NoBase:
		return fmt.Errorf("infer: solver %q has no base convolution: use solver %q or %q", c.Solver, LBFGS, Adam)
	}
	return nil
}

func (c SolverConfig) validateRounds() error {
	for k, r := range c.Rounds {
		if !(r.BlurFWHMRad >= 0) || math.IsInf(r.BlurFWHMRad, 0) {
			return fmt.Errorf("infer: SolverConfig.Rounds[%d].BlurFWHMRad is %g, must not be negative", k, r.BlurFWHMRad)
		}
		for name, w := range r.Weights {
			if !(w >= 0) || math.IsInf(w, 0) {
				return fmt.Errorf("infer: SolverConfig.Rounds[%d].Weights of %q is %g, must not be negative", k, name, w)
			}
		}
	}
	return nil
}

// proximal reports whether the solver takes proximal steps.
func (c SolverConfig) proximal() bool { return c.Solver != LBFGS && c.Solver != Adam }

func (c SolverConfig) withDefaults() SolverConfig {
	if c.Solver == "" {
		c.Solver = LBFGS
	}
	setDefault(&c.Tolerance, 1e-6)
	if c.Map == "" {
		c.Map = Softplus
		if c.proximal() {
			c.Map = Projected
		}
	}
	if len(c.Rounds) == 0 {
		c.Rounds = []Round{{}}
	}
	switch c.Solver {
	case LBFGS:
		setDefault(&c.MaxIterations, 200)
		setDefault(&c.Patience, patience)
	case Adam:
		setDefault(&c.Patience, 20)
		setDefault(&c.StepSize, 0.1)
	case ADMM:
		setDefault(&c.Balance, 0.1)
	case PrimalDual:
		setDefault(&c.Balance, 0.3)
	}
	setDefault(&c.MaxIterations, 2000)
	return c
}
