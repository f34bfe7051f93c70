package infer

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Solve minimises Σ weight·term + Σ weight·penalty over images that are positive (unless the map is [Signed]) and black outside the mask.
//
// A round ends with [Converged] when, for lbfgs, Patience iterations lower the objective f by less than Tolerance·(1+|f|); for
// adam, when that has happened ten times and the step was halved each time; for fista, when a step moves the image by less
// than Tolerance of its norm; for admm and pd, when the step and the dual variables do so, and for admm the parts of the
// splitting agree as well. The other rules, TargetChi2 and for fista, admm and pd Patience, are the same for all. A round that reaches
// TargetChi2 ends the run with [Discrepancy], and its last image is returned.
//
// Otherwise the image returned has the lowest objective of all that the run saw, the start included; of a round that ended with
// [Converged] only the last image counts. Several rounds are compared by the objective with the problem's own weights. Between two rounds
// every term with a Reweight method, such as [ReweightedL1], takes its weights from the image of the first; the objective is then
// another one, and the image returned is from the last round.
func Solve(ctx context.Context, p Problem, c SolverConfig) (*Result, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if err := p.validateFor(c.Map); err != nil {
		return nil, err
	}
	if err := c.suits(&p); err != nil {
		return nil, err
	}
	whole := &Objective{Parts: p.Terms}
	result := &Result{Curves: map[string][]float64{}}
	start := p.start()
	best, bestValue := start, math.Inf(1)
	for k, round := range c.Rounds {
		if round.BlurFWHMRad > 0 {
			start = Blur(p.Grid, start, round.BlurFWHMRad)
			blacken(start, p.Mask)
		}
		t := newTask(&p, c, k, start, result)
		found, err := t.solve(ctx)
		if err != nil {
			return nil, err
		}
		result.Iterations += found.iterations
		result.Stop = found.stop
		value, err := t.judge(&p, whole, found)
		if err != nil {
			return nil, err
		}
		if value < bestValue || found.stop == Discrepancy {
			best, bestValue = found.z, value
		}
		if found.stop == Cancelled || found.stop == Discrepancy {
			break
		}
		start = found.z
		next, changed, err := Reweight(p.Terms, found.z)
		if err != nil {
			return nil, err
		}
		if changed && k+1 < len(c.Rounds) {
			p.Terms, whole = next, &Objective{Parts: next}
			best, bestValue = found.z, math.Inf(1)
		}
	}
	return result.finish(&p, whole, best)
}

// suits checks the solver against the problem.
func (c SolverConfig) suits(p *Problem) error {
	if !c.proximal() {
		if err := p.smooth(fmt.Sprintf("solver %q", c.Solver)); err != nil {
			return err
		}
	}
	if c.TargetChi2 > 0 && len(p.misfits()) == 0 {
		return fmt.Errorf("infer: SolverConfig.TargetChi2 is %g, but no term tells its reduced χ²: give a data term with a method ReducedChi2, such as measure.Likelihood", c.TargetChi2)
	}
	if field := float64(max(p.Grid.NX, p.Grid.NY)) * p.Grid.CellRad; c.Base.FWHMRad > field {
		return fmt.Errorf("infer: SolverConfig.Base.FWHMRad is %.3g rad, wider than the field of %.3g rad: nothing would be left to solve for", c.Base.FWHMRad, field)
	}
	active := 0
	for _, t := range p.Penalties {
		if t.Weight > 0 {
			active++
		}
	}
	if c.Solver == FISTA && active > 1 {
		return fmt.Errorf("infer: solver %q takes one penalty, got %d: use solver %q, or %q for quadratic terms", FISTA, active, PrimalDual, ADMM)
	}
	return c.knowsWeights(p)
}

// knowsWeights checks that the rounds weigh terms that exist.
func (c SolverConfig) knowsWeights(p *Problem) error {
	for k, r := range c.Rounds {
		for name := range r.Weights {
			if !slices.ContainsFunc(p.Terms, func(t Part) bool { return t.Name == name }) &&
				!slices.ContainsFunc(p.Penalties, func(t Penalty) bool { return t.Name == name }) {
				return fmt.Errorf("infer: SolverConfig.Rounds[%d].Weights names %q, which is no term or penalty of the problem", k, name)
			}
		}
	}
	return nil
}

// task is one round: a problem with its weights, and where it starts.
type task struct {
	problem   *Problem // with the weights of the round
	config    SolverConfig
	start     []float64
	objective *Objective
	monitor   *monitor
	weighted  bool // the weights differ from those of the whole problem
}

func newTask(p *Problem, c SolverConfig, round int, start []float64, result *Result) *task {
	q := *p
	q.Terms, q.Penalties = slices.Clone(p.Terms), nil
	weights := c.Rounds[round].Weights
	factor := func(name string) float64 {
		if f, given := weights[name]; given {
			return f
		}
		return 1
	}
	for i := range q.Terms {
		q.Terms[i].Weight *= factor(q.Terms[i].Name)
	}
	for _, t := range p.Penalties {
		if t.Weight *= factor(t.Name); t.Weight > 0 {
			q.Penalties = append(q.Penalties, t)
		}
	}
	return &task{problem: &q, config: c, start: start, objective: &Objective{Parts: q.Terms},
		monitor: newMonitor(p, &q, c, round, start, result), weighted: len(weights) > 0}
}

// solve runs the solver; the z of its solution are pixels.
func (t *task) solve(ctx context.Context) (solution, error) {
	switch t.config.Solver {
	case Adam:
		return t.adam(ctx)
	case FISTA:
		return t.fista(ctx)
	case ADMM:
		return t.admm(ctx)
	case PrimalDual:
		return t.primalDual(ctx)
	}
	return t.lbfgs(ctx)
}

// judge returns the objective of a solution with the weights of the whole problem.
func (t *task) judge(p *Problem, whole *Objective, found solution) (float64, error) {
	if !t.weighted {
		return found.value, nil
	}
	value, err := whole.ValueGrad(nil, found.z)
	if err != nil {
		return 0, err
	}
	return p.addPenalties(value, found.z)
}

// pixels returns the map of the round, with the mean of the start as its scale.
func (t *task) pixels() *Pixels {
	return &Pixels{Grid: t.problem.Grid, Map: t.config.Map, ScaleJy: pixelScale(t.start), Base: t.config.Base, Mask: t.problem.Mask}
}
