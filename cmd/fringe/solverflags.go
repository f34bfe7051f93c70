package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fringe/infer"

	"github.com/spf13/pflag"
)

// solverFlags say how the image of hand-made regularizers is found.
type solverFlags struct {
	solver  string // auto, or an [infer.Solver]
	mapping string // auto, or an [infer.Positive]
	stop    string
	base    string
	maxIter int
}

func newSolverFlags() solverFlags { return solverFlags{solver: "auto", mapping: "auto", base: "none"} }

func (s *solverFlags) register(f *pflag.FlagSet) {
	f.StringVar(&s.solver, "solver", s.solver, "lbfgs, adam, fista, admm or pd; auto is pd for --prior sara of complex visibilities with Gaussian errors, otherwise lbfgs")
	f.StringVar(&s.stop, "stop", s.stop, "when to stop before --max-iter: chi2=1 (every kind of data fits so well), plateau=20 (so many iterations without progress), tolerance=1e-6")
	f.IntVar(&s.maxIter, "max-iter", s.maxIter, "largest number of iterations per round, and of denoising steps (default: the method's own)")
	f.StringVar(&s.mapping, "map", s.mapping, "how pixels stay positive: softplus, exp, project, or signed for none (auto: softplus, or project with fista, admm, pd)")
	f.StringVar(&s.base, "base", s.base, "convolve the image with a kernel, so that nothing is sharper: none, hann, gauss:SIZE")
}

// solverFlagNames are the flags that denoisers and networks have no use for.
func solverFlagNames() []string { return []string{"solver", "stop", "map", "base", "cv", "folds"} }

// config returns what the flags ask for; penalties says whether the prior has parts with corners.
func (s solverFlags) config(penalties bool) (infer.SolverConfig, error) {
	c := infer.SolverConfig{Solver: infer.Solver(s.solver), MaxIterations: s.maxIter, Map: infer.Positive(s.mapping)}
	if s.solver == "auto" {
		c.Solver = infer.LBFGS
		if penalties {
			c.Solver = infer.PrimalDual
		}
	}
	if s.mapping == "auto" {
		c.Map = ""
	}
	if s.maxIter < 0 {
		return c, fmt.Errorf("--max-iter is %d, must not be negative", s.maxIter)
	}
	var err error
	if c.Base, err = parseBase(s.base); err != nil {
		return c, err
	}
	if err := parseStop(s.stop, &c); err != nil {
		return c, err
	}
	if err := c.Validate(); err != nil {
		return c, withHint(err, "--solver, --map, --base and --stop must go together; auto is a good choice for the first two")
	}
	return c, nil
}

// proximal reports whether the user asks for a solver with proximal steps, or lets prior and data decide: data that are not convex, such as
// closure quantities, hold proximal steps near the start, where L-BFGS on the rounded corner goes on.
func (s solverFlags) proximal(prior string, convex bool) bool {
	switch infer.Solver(s.solver) {
	case infer.FISTA, infer.ADMM, infer.PrimalDual:
		return true
	}
	return s.solver == "auto" && convex && namesRegularizer(prior, "sara")
}

func parseBase(text string) (infer.Base, error) {
	kernel, size, sized := strings.Cut(text, ":")
	switch {
	case text == "none" || text == "":
		return infer.Base{}, nil
	case text == "hann":
		return infer.Base{Kernel: infer.HannBase}, nil
	case kernel == "gauss" && sized:
		q := angle("")
		if err := q.Set(size); err != nil {
			return infer.Base{}, fmt.Errorf("--base: %w", err)
		}
		return infer.Base{Kernel: infer.GaussianBase, FWHMRad: q.value}, nil
	}
	return infer.Base{}, withHint(fmt.Errorf("--base %q is unknown", text), "known are none, hann, and gauss with a size: gauss:5uas")
}

// parseStop reads a list such as "chi2=1,plateau=20" into the config.
func parseStop(text string, c *infer.SolverConfig) error {
	if text == "" {
		return nil
	}
	for _, item := range strings.Split(text, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(item), "=")
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || !(value > 0) || math.IsInf(value, 0) {
			return withHint(fmt.Errorf("--stop %q: %q is no rule with a positive number", text, item), "known are chi2=1, plateau=20, tolerance=1e-6")
		}
		switch name {
		case "chi2":
			c.TargetChi2 = value
		case "plateau":
			c.Patience = int(value)
		case "tolerance":
			c.Tolerance = value
		default:
			return withHint(fmt.Errorf("--stop %q: unknown rule %q", text, name), "known are chi2=1, plateau=20, tolerance=1e-6")
		}
	}
	return nil
}
