package infer_test
import ("testing";"fringe/infer";"fringe/proximal";"fringe/radio")
func TestZZBalance(t *testing.T) {
	v := []float64{1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 5, 5}
	g1 := radio.Grid{NX: 12, NY: 1, CellRad: radio.Microarcsecond}
	p1 := infer.Problem{Grid: g1, Start: make([]float64, 12), Terms: []infer.Part{{Name: "data", Weight: 1, Term: denoising(v)}},
		Penalties: []infer.Penalty{{Name: "tv", Weight: 0.8, Norm: proximal.TV{}}}}
	q, _ := blurredSky(grid(), 0.5)
	p2 := problem(t, q)
	p2.Penalties = []infer.Penalty{{Name: "tv", Weight: 1, Norm: proximal.TV{}}, {Name: "l1", Weight: 0.5, Norm: proximal.L1{}}}
	for i, p := range []infer.Problem{p1, p2} {
	for _, b := range []float64{0.01,0.1,0.5,2,10,50} {
		t.Log(i, b)
		solve(t, p, infer.SolverConfig{Solver: infer.ADMM, Tolerance: 1e-8, Balance: b, MaxIterations: 4000})
		if false {solve(t, p, infer.SolverConfig{Solver: infer.PrimalDual, Tolerance: 1e-8, Balance: b, MaxIterations: 4000})}
	}
	}
}
