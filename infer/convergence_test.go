package infer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"fringe/infer"
	"fringe/measure"
	"fringe/proximal"
	"fringe/radio"
)

// A sparse observation (60 visibilities, 480 pixels) of a Gaussian and a box, with total variation: the three solvers for corners come
// down to one value, at their own pace. With -v the test prints the table of docs/guide/solvers.md.
func TestConvergenceOnSparseData(t *testing.T) {
	g := radio.Grid{NX: 24, NY: 20, CellRad: 2 * radio.Microarcsecond}
	truth, err := infer.StartGaussian(g, 0.6, 12*radio.Microarcsecond)
	if err != nil {
		t.Fatal(err)
	}
	for i := range truth {
		if x, y := i%g.NX, i/g.NX; x >= 5 && x < 11 && y >= 4 && y < 9 {
			truth[i] += 0.004
		}
	}
	v := observation(g, truth)
	rng := rand.New(rand.NewPCG(5, 6))
	for k := range v.Vis {
		v.Vis[k] += complex(rng.NormFloat64(), rng.NormFloat64()) * 0.01
		v.Weight[k] = 1e4
	}
	gram, err := measure.NewGram(g, v)
	if err != nil {
		t.Fatal(err)
	}
	data, err := measure.NewQuadratic(gram)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	start, err := infer.StartFlat(g, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	p := infer.Problem{Grid: g, Start: start, Terms: []infer.Part{{Name: "vis", Weight: 1, Term: data}},
		Penalties: []infer.Penalty{{Name: "tv", Weight: 200, Norm: proximal.TV{}}}}
	runs := map[infer.Solver]*infer.Result{}
	solvers := []infer.Solver{infer.FISTA, infer.ADMM, infer.PrimalDual}
	for _, solver := range solvers {
		runs[solver] = solve(t, p, infer.SolverConfig{Solver: solver, MaxIterations: 200, Tolerance: 1e-12})
	}
	best := runs[infer.FISTA].Value
	for _, solver := range solvers {
		best = min(best, runs[solver].Value)
	}
	line := ""
	for _, k := range []int{0, 10, 30, 100, 200} {
		line += fmt.Sprintf("\n%4d", k)
		for _, solver := range solvers {
			history := runs[solver].History
			line += fmt.Sprintf("  %9.2e", history[min(k, len(history)-1)].Value/best-1)
		}
	}
	t.Logf("objective over the lowest one seen (%.6f), minus 1; iterations, %v%s", best, solvers, line)
	// Three quarters of the eigenvalues are 0 here. Momentum and linear solves cope with that, primal-dual needs thousands of cheap
	// iterations.
	for solver, limit := range map[infer.Solver]float64{infer.FISTA: 1e-4, infer.ADMM: 1e-3, infer.PrimalDual: 3e-2} {
		if excess := runs[solver].Value/best - 1; excess > limit {
			t.Errorf("%s ends %g above the lowest value, want %g", solver, excess, limit)
		}
	}
}
