package infer_test

import (
	"testing"

	"fringe/infer"
)

// Entropy exists for positive pixels only, and the start has black ones: no solver that projects may look at a negative pixel. The end
// point is that of L-BFGS, which knows no projection. A narrow Gaussian as the start makes most of the image as dark as it gets.
func TestProjectingSolversTakeEntropy(t *testing.T) {
	g := grid()
	prior, err := infer.NewEntropy(infer.Scale{Grid: g, FluxJy: float64(g.Len())})
	if err != nil {
		t.Fatal(err)
	}
	p := problem(t, system(g, 1, 12))
	p.Terms = append(p.Terms, infer.Part{Name: "entropy", Weight: float64(g.Len()), Term: prior})
	if p.Start, err = infer.StartGaussian(g, float64(g.Len()), g.CellRad); err != nil {
		t.Fatal(err)
	}
	want := solve(t, p, infer.SolverConfig{Tolerance: 1e-15, MaxIterations: 2000}).Image
	for _, solver := range []infer.Solver{infer.FISTA, infer.PrimalDual} {
		got := solve(t, p, infer.SolverConfig{Solver: solver, Tolerance: 1e-11, MaxIterations: 20000})
		if d := relative(got.Image, want); !(d <= agreement) {
			t.Errorf("%s: off by %g", solver, d)
		}
	}
}

// counted counts its evaluations.
type counted struct {
	infer.Term
	calls *int
}

func (c counted) ValueGrad(grad, x []float64) (float64, error) {
	*c.calls++
	return c.Term.ValueGrad(grad, x)
}

// A fixed step needs no curvature: one evaluation of the start, two per iteration (gradient, value of the new image), and two at the end.
func TestFixedStepMeasuresNoCurvature(t *testing.T) {
	for _, solver := range []infer.Solver{infer.FISTA, infer.PrimalDual} {
		calls := 0
		p := problem(t, counted{system(grid(), 1, 13), &calls})
		solve(t, p, infer.SolverConfig{Solver: solver, StepSize: 0.05, MaxIterations: 5})
		if want := 1 + 2*5 + 2; calls != want {
			t.Errorf("%s: %d evaluations, want %d", solver, calls, want)
		}
	}
}
