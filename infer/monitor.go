package infer

import (
	"fmt"
	"math"
	"slices"
)

// misfit is a term that tells how well it fits: the reduced χ² of each kind of data, by name, as measure.Likelihood does.
type misfit interface {
	ReducedChi2(x []float64) (map[string]float64, error)
}

// misfits returns the terms that tell how well they fit.
func (p *Problem) misfits() []misfit {
	var all []misfit
	for _, t := range p.Terms {
		if m, ok := t.Term.(misfit); ok && t.Weight > 0 {
			all = append(all, m)
		}
	}
	return all
}

// worstChi2 returns the reduced χ² of the kind of data that fits worst.
func (p *Problem) worstChi2(x []float64) (float64, error) {
	worst := 0.0
	for _, m := range p.misfits() {
		all, err := m.ReducedChi2(x)
		if err != nil {
			return 0, fmt.Errorf("infer: reduced chi2: %w", err)
		}
		for name, v := range all {
			if !finite(v) {
				return 0, fmt.Errorf("infer: the reduced chi2 of %q is %g", name, v)
			}
			worst = math.Max(worst, v)
		}
	}
	return worst, nil
}

// monitor watches a round: it records every iteration, keeps the best image and applies the stop rules that all solvers share.
type monitor struct {
	record
	whole  *Problem // with its own weights: data that a round leaves out count for TargetChi2 as well
	config SolverConfig
	round  int
	trials []trial // where the solver looked since the last iteration
	low    float64 // the objective when it last fell enough
	since  int     // iterations since then
}

// trial is one evaluation of the objective.
type trial struct {
	x     []float64
	terms []float64 // unweighted values of the terms
}

// newMonitor watches a round of the problem whole, with the round's weights in p.
func newMonitor(whole, p *Problem, c SolverConfig, round int, start []float64, result *Result) *monitor {
	return &monitor{record: record{problem: p, result: result, best: start, bestValue: math.Inf(1)}, whole: whole, config: c, round: round, low: math.Inf(1)}
}

// tried remembers an evaluation of the terms at x.
func (m *monitor) tried(x []float64, o *Objective) {
	m.trials = append(m.trials, trial{slices.Clone(x), slices.Clone(o.values)})
}

// see records iteration k (0: the start) at image x, where the terms have the given value, and returns the reason to stop, if any.
func (m *monitor) see(k int, value float64, x []float64) (Stop, error) {
	penalties, err := m.problem.penaltyValues(x)
	if err != nil {
		return "", err
	}
	if err := m.curve(x, penalties); err != nil {
		return "", err
	}
	for i, v := range penalties {
		value += m.problem.Penalties[i].Weight * v
	}
	step := Step{Round: m.round, Iteration: k, Value: value}
	if m.config.TargetChi2 > 0 {
		if step.Misfit, err = m.whole.worstChi2(x); err != nil {
			return "", err
		}
	}
	m.result.History = append(m.result.History, step)
	m.problem.report(step)
	m.keep(x, value)
	if m.config.TargetChi2 > 0 && step.Misfit <= m.config.TargetChi2 {
		return Discrepancy, nil
	}
	if m.stalled(value) && m.config.proximal() {
		return Plateau, nil
	}
	return "", nil
}

// stalled counts iterations without progress and reports whether they are Patience.
func (m *monitor) stalled(value float64) bool {
	if m.since++; value < m.low-m.config.Tolerance*(1+math.Abs(value)) || math.IsInf(m.low, 1) {
		m.low, m.since = value, 0
	}
	return m.config.Patience > 0 && m.since >= m.config.Patience
}

// curve appends the unweighted values of terms and penalties at x to the result. The solver has just evaluated the terms there; should
// it have not, they are evaluated once more.
func (m *monitor) curve(x, penalties []float64) error {
	at := slices.IndexFunc(m.trials, func(t trial) bool { return slices.Equal(t.x, x) })
	if at < 0 {
		o := &Objective{Parts: m.problem.Terms}
		if _, err := o.ValueGrad(nil, x); err != nil {
			return err
		}
		m.tried(x, o)
		at = len(m.trials) - 1
	}
	for i, t := range m.problem.Terms {
		m.result.Curves[t.Name] = append(m.result.Curves[t.Name], m.trials[at].terms[i])
	}
	for i, v := range penalties {
		name := m.problem.Penalties[i].Name
		m.result.Curves[name] = append(m.result.Curves[name], v)
	}
	m.trials = m.trials[:0]
	return nil
}

// solution ends the round at image x, whose objective is value.
func (m *monitor) solution(iterations int, stop Stop, x []float64, value float64) solution {
	if stop == Converged && value <= m.bestValue+1e-9*(1+math.Abs(m.bestValue)) || stop == Discrepancy {
		return solution{z: slices.Clone(x), value: value, iterations: iterations, stop: stop}
	}
	return solution{z: m.best, value: m.bestValue, iterations: iterations, stop: stop}
}
