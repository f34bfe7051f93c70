package infer_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/proximal"
)

// datum is a data term that tells its reduced χ².
type datum struct{ quadratic }

func (d datum) ReducedChi2(x []float64) (map[string]float64, error) {
	half, err := d.ValueGrad(nil, x)
	return map[string]float64{"vis": 2 * half / float64(len(x))}, err
}

func everySolver() []infer.SolverConfig {
	return append(projected(), infer.SolverConfig{Solver: infer.LBFGS})
}

// Morozov's rule: the run ends at the first image whose reduced χ² is at most the target, and returns that image.
func TestStopWhenDataAreFitted(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	term := datum{q}
	for _, c := range everySolver() {
		c.TargetChi2 = 1
		r := solve(t, problem(t, term), c)
		chi2, err := term.ReducedChi2(r.Image)
		if err != nil {
			t.Fatal(err)
		}
		last := len(r.History) - 1
		if r.Stop != infer.Discrepancy || chi2["vis"] > 1 || r.History[last].Misfit > 1 {
			t.Errorf("%s: stop %q at a reduced chi2 of %g", c.Solver, r.Stop, chi2["vis"])
		}
		for _, step := range r.History[:last] {
			if step.Misfit <= 1 {
				t.Errorf("%s: went on after iteration %d with %g", c.Solver, step.Iteration, step.Misfit)
			}
		}
	}
	p := problem(t, q)
	if _, err := infer.Solve(context.Background(), p, infer.SolverConfig{TargetChi2: 1}); err == nil || !strings.Contains(err.Error(), "TargetChi2") {
		t.Errorf("a target without a term that tells its misfit: %v", err)
	}
}

// The cap ends a run; a cancelled run keeps its best; the image is never worse than the start, which here is the solution.
func TestStopRules(t *testing.T) {
	q, truth := blurredSky(grid(), 0.1)
	for _, c := range everySolver() {
		c.MaxIterations = 3
		if r := solve(t, problem(t, q), c); r.Stop != infer.IterationCap || r.Iterations != 3 || len(r.History) != 4 {
			t.Errorf("%s: %s after %d iterations, history of %d", c.Solver, r.Stop, r.Iterations, len(r.History))
		}
		c.MaxIterations, c.Tolerance = 0, 1e-12
		ctx, cancel := context.WithCancel(context.Background())
		p := problem(t, q)
		p.Progress = func(s infer.Step) {
			if s.Iteration == 4 {
				cancel()
			}
		}
		r, err := infer.Solve(ctx, p, c)
		if err != nil || r.Stop != infer.Cancelled {
			t.Fatalf("%s: %+v, %v; want cancelled", c.Solver, r, err)
		}
		for _, s := range r.History {
			if r.Value > s.Value {
				t.Errorf("%s: cancelled with value %g, but saw %g", c.Solver, r.Value, s.Value)
			}
		}
		p = problem(t, q)
		if r, err = infer.Solve(ctx, p, c); err != nil || r.Stop != infer.Cancelled || !slices.Equal(r.Image, p.Start) {
			t.Errorf("%s: cancelled before the start: %v, %v; want the start", c.Solver, r, err)
		}
		p.Start = truth
		start, _ := q.ValueGrad(nil, truth)
		// The maps lift and lower pixels by rounding, which the weight of 100 turns into 1e-12.
		if r := solve(t, p, c); r.Value > start+1e-10 {
			t.Errorf("%s: value %g from a start of %g", c.Solver, r.Value, start)
		}
	}
}

// A plateau is two iterations that lower the objective by less than Tolerance of it: beside a constant of a million, the first two.
func TestPlateau(t *testing.T) {
	q := system(grid(), 1, 1)
	q.c = 1e6
	for _, c := range splitting() {
		c.Tolerance, c.Patience = 1e-4, 2
		if r := solve(t, problem(t, q), c); r.Stop != infer.Plateau || r.Iterations != 2 {
			t.Errorf("%s: stop %q after %d iterations", c.Solver, r.Stop, r.Iterations)
		}
	}
}

// The curves belong to the history: weighted, they add to its values.
func TestCurvesAddToHistory(t *testing.T) {
	for _, c := range everySolver() {
		p := problem(t, system(grid(), 1, 9))
		p.Terms = append(p.Terms, infer.Part{Name: "more", Weight: 0.5, Term: denoising(p.Start)})
		if c.Solver != infer.LBFGS && c.Solver != infer.Adam {
			p.Penalties = []infer.Penalty{{Name: "tv", Weight: 0.1, Norm: proximal.TV{}}}
		}
		c.MaxIterations = 20
		r := solve(t, p, c)
		for i, step := range r.History {
			sum := r.Curves["data"][i] + 0.5*r.Curves["more"][i]
			if len(p.Penalties) > 0 {
				sum += 0.1 * r.Curves["tv"][i]
			}
			if math.Abs(sum-step.Value) > 1e-12 {
				t.Errorf("%s, iteration %d: terms add to %g, the value is %g", c.Solver, i, sum, step.Value)
			}
		}
		for name, curve := range r.Curves {
			if len(curve) != len(r.History) {
				t.Errorf("%s: %d values of %q for %d iterations", c.Solver, len(curve), name, len(r.History))
			}
		}
	}
}

// A round without the second term, then one with it: the schedule ends where a plain run does.
func TestRoundsWeighTerms(t *testing.T) {
	p := problem(t, system(grid(), 1, 10))
	p.Terms = append(p.Terms, infer.Part{Name: "more", Weight: 0.5, Term: denoising(p.Start)})
	want := solve(t, p, infer.SolverConfig{Solver: infer.FISTA, Tolerance: 1e-10})
	c := infer.SolverConfig{Solver: infer.FISTA, Tolerance: 1e-10, Rounds: []infer.Round{{Weights: map[string]float64{"more": 0}}, {}}}
	got := solve(t, p, c)
	if d := relative(got.Image, want.Image); !(d <= agreement) || got.History[len(got.History)-1].Round != 1 {
		t.Errorf("off by %g, in %d rounds", d, got.History[len(got.History)-1].Round+1)
	}
	c.Rounds = c.Rounds[:1]
	if alone := solve(t, p, c); alone.Value <= want.Value {
		t.Errorf("a round without the term reaches %g, below the minimum %g", alone.Value, want.Value)
	}
}

// What cannot work says so, and says what does.
func TestSolveChecksInputs(t *testing.T) {
	smooth := problem(t, system(grid(), 1, 1))
	cornered := smooth
	cornered.Penalties = []infer.Penalty{{Name: "tv", Weight: 1, Norm: proximal.TV{}}, {Name: "l1", Weight: 1, Norm: proximal.L1{}}}
	crooked := problem(t, quartic{})
	negative := problem(t, system(grid(), 1, 1))
	negative.Start[3] = -1e-3
	for want, run := range map[string]struct {
		p infer.Problem
		c infer.SolverConfig
	}{
		`unknown solver "newton"`:     {smooth, infer.SolverConfig{Solver: "newton"}},
		"cannot project":              {smooth, infer.SolverConfig{Map: infer.Projected}},
		"not through the map":         {smooth, infer.SolverConfig{Solver: infer.FISTA, Map: infer.Softplus}},
		"wider than the field":        {smooth, infer.SolverConfig{Base: infer.Base{Kernel: infer.GaussianBase, FWHMRad: 8 * grid().CellRad}}},
		"negative pixels need":        {negative, infer.SolverConfig{}},
		"no base convolution":         {smooth, infer.SolverConfig{Solver: infer.ADMM, Base: infer.Base{Kernel: infer.HannBase}}},
		`penalty "tv" has corners`:    {cornered, infer.SolverConfig{}},
		"takes one penalty, got 2":    {cornered, infer.SolverConfig{Solver: infer.FISTA}},
		"terms that are quadratic":    {crooked, infer.SolverConfig{Solver: infer.ADMM}},
		`Rounds[0].Weights names "x"`: {smooth, infer.SolverConfig{Rounds: []infer.Round{{Weights: map[string]float64{"x": 1}}}}},
		"Problem.Mask has 2 pixels":   {withMask(smooth, make([]bool, 2)), infer.SolverConfig{}},
		"Problem.Mask leaves no":      {withMask(smooth, make([]bool, grid().Len())), infer.SolverConfig{}},
		"SolverConfig.Balance":        {smooth, infer.SolverConfig{Balance: math.NaN()}},
	} {
		if _, err := infer.Solve(context.Background(), run.p, run.c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	term := nanAfter{quadratic: system(grid(), 1, 1), calls: new(int), at: 60}
	for _, c := range everySolver() {
		*term.calls = 0
		c.Tolerance = 1e-15
		if r, err := infer.Solve(context.Background(), problem(t, term), c); err == nil || r != nil {
			t.Errorf("%s: a NaN gives %v, error %v", c.Solver, r, err)
		}
	}
}

func withMask(p infer.Problem, mask []bool) infer.Problem {
	p.Mask = mask
	return p
}

// quartic is the term Σ(x − 2)⁴.
type quartic struct{}

func (quartic) ValueGrad(grad, x []float64) (float64, error) {
	total := 0.0
	for i, v := range x {
		total += math.Pow(v-2, 4)
		if grad != nil {
			grad[i] = 4 * math.Pow(v-2, 3)
		}
	}
	return total, nil
}

// Smooth terms need not be quadratic for FISTA and primal-dual: Σ(x − 2)⁴ + Σ|x| is least where 4(x − 2)³ = −1.
func TestSmoothTermsNeedNotBeQuadratic(t *testing.T) {
	want := make([]float64, grid().Len())
	for i := range want {
		want[i] = 2 - math.Cbrt(0.25)
	}
	for _, solver := range []infer.Solver{infer.FISTA, infer.PrimalDual} {
		p := problem(t, quartic{})
		p.Penalties = []infer.Penalty{{Name: "l1", Weight: 1, Norm: proximal.L1{}}}
		if d := relative(solve(t, p, infer.SolverConfig{Solver: solver, Tolerance: 1e-10, MaxIterations: 5000}).Image, want); !(d <= agreement) {
			t.Errorf("%s: off by %g", solver, d)
		}
	}
}

// A run that has fitted its data ends there: later rounds, which start from a blurred image, do not replace it. A round with a weight
// of its own that reaches the target does not lose to an earlier one either, whose objective is lower.
func TestFittedDataEndTheRun(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	term := datum{q}
	for _, c := range everySolver() {
		c.TargetChi2, c.Rounds = 1, []infer.Round{{}, {BlurFWHMRad: 3 * grid().CellRad}}
		r := solve(t, problem(t, term), c)
		chi2, err := term.ReducedChi2(r.Image)
		if err != nil {
			t.Fatal(err)
		}
		if last := r.History[len(r.History)-1]; r.Stop != infer.Discrepancy || chi2["vis"] > 1 || last.Round != 0 {
			t.Errorf("%s: stop %q in round %d, reduced chi2 of the image %g", c.Solver, r.Stop, last.Round, chi2["vis"])
		}
	}
	p := problem(t, term)
	flat := slices.Clone(p.Start)
	p.Terms = append(p.Terms, infer.Part{Name: "flat", Weight: 1e4, Term: denoising(flat)})
	c := infer.SolverConfig{TargetChi2: 1, Rounds: []infer.Round{{}, {Weights: map[string]float64{"flat": 0}}}}
	r := solve(t, p, c)
	if chi2, err := term.ReducedChi2(r.Image); err != nil || r.Stop != infer.Discrepancy || chi2["vis"] > 1 {
		t.Errorf("stop %q with a reduced chi2 of %v, error %v", r.Stop, chi2, err)
	}
	// The start fits the easy data, but a round without the others has not fitted "every kind".
	easy := denoising(flat)
	easy.c = 0.5 * float64(len(flat))
	p = problem(t, datum{easy})
	p.Terms = append(p.Terms, infer.Part{Name: "hard", Weight: 1, Term: term})
	r = solve(t, p, infer.SolverConfig{TargetChi2: 1, Rounds: []infer.Round{{Weights: map[string]float64{"hard": 0}}, {}}})
	if chi2, err := term.ReducedChi2(r.Image); err != nil || r.Stop != infer.Discrepancy || chi2["vis"] > 1 {
		t.Errorf("a round without the hard data ended the run: stop %q, their reduced chi2 is %v, error %v", r.Stop, chi2, err)
	}
}
