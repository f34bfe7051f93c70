package infer_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
)

func problem(t *testing.T, term infer.Term) infer.Problem {
	t.Helper()
	g := grid()
	start, err := infer.StartFlat(g, float64(g.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return infer.Problem{Grid: g, Start: start, Terms: []infer.Part{{Name: "data", Weight: 1, Term: term}}}
}

// RML reaches the minimiser of a linear problem whose solution is positive, by either map, in one round or three.
func TestRMLReachesKnownMinimiser(t *testing.T) {
	q, truth := blurredSky(grid(), 0.1)
	for _, c := range []infer.RMLConfig{
		{Map: infer.Softplus, Tolerance: 1e-14},
		{Map: infer.Exponential, Tolerance: 1e-14},
		{Rounds: 3, BlurFWHMRad: 2 * grid().CellRad, Tolerance: 1e-14},
	} {
		r, err := infer.RML(context.Background(), problem(t, q), c)
		if err != nil {
			t.Fatal(err)
		}
		// The value is flat to 1e-14 of itself near the minimum, so pixels are good to about its root.
		if d := worst(r.Image, truth); d > 1e-6 {
			t.Errorf("map %q, %d rounds: worst pixel off by %g of 1 (%d iterations, %s)", c.Map, c.Rounds, d, r.Iterations, r.Stop)
		}
		if r.Stop != infer.Converged && r.Stop != infer.LineSearchStalled {
			t.Errorf("stop reason %q after %d iterations", r.Stop, r.Iterations)
		}
	}
}

func TestRMLIsDeterministic(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	p := problem(t, q)
	p.Terms = append(p.Terms, all(t, scale(grid()))...)
	before := torch.Live()
	run := func() *infer.Result {
		r, err := infer.RML(context.Background(), p, infer.RMLConfig{Rounds: 2, BlurFWHMRad: grid().CellRad, MaxIterations: 20})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a, b := run(), run()
	if !slices.Equal(a.Image, b.Image) || !slices.Equal(a.History, b.History) {
		t.Error("two runs differ")
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func TestRMLStopsAtIterationCap(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	r, err := infer.RML(context.Background(), problem(t, q), infer.RMLConfig{MaxIterations: 3, Tolerance: 1e-14})
	if err != nil || r.Stop != infer.IterationCap || r.Iterations != 3 {
		t.Errorf("result %+v, error %v; want the iteration cap after 3", r, err)
	}
	if len(r.History) != 4 || r.History[0].Iteration != 0 || !(r.Value < r.History[0].Value) {
		t.Errorf("history %v with value %g: want the start, three iterations, and a lower value", r.History, r.Value)
	}
}

// A cancelled run gives the best image so far, and no error.
func TestRMLCancelKeepsBest(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	p := problem(t, q)
	ctx, cancel := context.WithCancel(context.Background())
	p.Progress = func(s infer.Step) {
		if s.Iteration == 5 {
			cancel()
		}
	}
	r, err := infer.RML(ctx, p, infer.RMLConfig{Rounds: 4, BlurFWHMRad: grid().CellRad, Tolerance: 1e-14})
	if err != nil {
		t.Fatal(err)
	}
	last := r.History[len(r.History)-1]
	if r.Stop != infer.Cancelled || last.Round != 0 || r.Value > last.Value {
		t.Errorf("stop %q in round %d, value %g after %g: want cancelled in round 0 with the best value", r.Stop, last.Round, r.Value, last.Value)
	}
	done, cancelled := context.WithCancel(context.Background())
	cancelled()
	if r, err := infer.RML(done, problem(t, q), infer.RMLConfig{}); err != nil || r.Stop != infer.Cancelled || !slices.Equal(r.Image, p.Start) {
		t.Errorf("cancelled before the start: %v, error %v; want the start image", r, err)
	}
}

// nanAfter is a term that turns to NaN at the given call.
type nanAfter struct {
	quadratic
	calls *int
	at    int
	grad  bool
}

func (n nanAfter) ValueGrad(grad, x []float64) (float64, error) {
	value, err := n.quadratic.ValueGrad(grad, x)
	if *n.calls++; *n.calls >= n.at {
		if !n.grad {
			return math.NaN(), err
		}
		if grad != nil {
			grad[2] = math.Inf(1)
		}
	}
	return value, err
}

func TestRMLRefusesNaN(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	for _, at := range []int{1, 6} {
		for _, inGradient := range []bool{false, true} {
			term := nanAfter{quadratic: q, calls: new(int), at: at, grad: inGradient}
			r, err := infer.RML(context.Background(), problem(t, term), infer.RMLConfig{})
			if r != nil || err == nil || !strings.Contains(err.Error(), `term "data"`) {
				t.Errorf("NaN at call %d: image %v, error %v; want no image and an error that names the term", at, r, err)
			}
		}
	}
}

func TestInputsAreChecked(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	for want, change := range map[string]func(p *infer.Problem, c *infer.RMLConfig){
		"Problem.Terms is empty":  func(p *infer.Problem, _ *infer.RMLConfig) { p.Terms = nil },
		"Problem.Grid":            func(p *infer.Problem, _ *infer.RMLConfig) { p.Grid.NX = 0 },
		"Problem.Start has":       func(p *infer.Problem, _ *infer.RMLConfig) { p.Start = p.Start[1:] },
		"at pixel 0":              func(p *infer.Problem, _ *infer.RMLConfig) { p.Start = slices.Clone(p.Start); p.Start[0] = -1 },
		`term "data" has weight`:  func(p *infer.Problem, _ *infer.RMLConfig) { p.Terms[0].Weight = math.NaN() },
		"RMLConfig.Tolerance":     func(_ *infer.Problem, c *infer.RMLConfig) { c.Tolerance = 2 },
		"RMLConfig.BlurFWHMRad":   func(_ *infer.Problem, c *infer.RMLConfig) { c.Rounds = 2 },
		"RMLConfig has -1":        func(_ *infer.Problem, c *infer.RMLConfig) { c.MaxIterations = -1 },
		`positive pixels "tanh"`:  func(_ *infer.Problem, c *infer.RMLConfig) { c.Map = "tanh" },
		"must not be negative":    func(_ *infer.Problem, c *infer.RMLConfig) { c.BlurFWHMRad = -1 },
		"Start has the value NaN": func(p *infer.Problem, _ *infer.RMLConfig) { p.Start = slices.Clone(p.Start); p.Start[3] = math.NaN() },
	} {
		p, c := problem(t, q), infer.RMLConfig{}
		change(&p, &c)
		if _, err := infer.RML(context.Background(), p, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
