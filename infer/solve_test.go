package infer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/proximal"
	"fringe/radio"
	"fringe/wavelet"
)

// system is a random quadratic ½xᵀAx − bᵀx whose eigenvalues lie between 1 and 1 + 4: about half of the pixels of A⁻¹b are negative.
func system(g radio.Grid, channels int, seed uint64) quadratic {
	n := channels * g.Len()
	rng := rand.New(rand.NewPCG(seed, 11))
	m, b := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		b.SetVec(i, rng.NormFloat64())
		for j := range n {
			m.Set(i, j, rng.NormFloat64()/math.Sqrt(float64(n)))
		}
	}
	q := quadratic{a: mat.NewSymDense(n, nil), b: b}
	q.a.SymOuterK(1, m)
	for i := range n {
		q.a.SetSym(i, i, q.a.At(i, i)+1)
	}
	return q
}

// descend minimises ½xᵀAx − bᵀx + weight·Σ|x|, with x ≥ 0 where positive, and x = 0 outside the mask, by cyclic coordinate descent:
// every step is the exact minimum along its axis. It shares no code and no idea with the solvers.
func descend(q quadratic, weight float64, positive bool, mask []bool) []float64 {
	n := q.b.Len()
	x := make([]float64, n)
	for range 2000 {
		for i := range n {
			if mask != nil && !mask[i%len(mask)] {
				continue
			}
			pull := q.b.AtVec(i) + q.a.At(i, i)*x[i]
			for j, v := range x {
				pull -= q.a.At(i, j) * v
			}
			x[i] = math.Copysign(math.Max(0, math.Abs(pull)-weight), pull) / q.a.At(i, i)
			if positive {
				x[i] = math.Max(0, x[i])
			}
		}
	}
	return x
}

// relative returns ‖a − b‖/‖b‖.
func relative(a, b []float64) float64 {
	d, n := 0.0, 0.0
	for i := range b {
		d += (a[i] - b[i]) * (a[i] - b[i])
		n += b[i] * b[i]
	}
	return math.Sqrt(d / n)
}

func solve(t *testing.T, p infer.Problem, c infer.SolverConfig) *infer.Result {
	t.Helper()
	before := torch.Live()
	r, err := infer.Solve(context.Background(), p, c)
	if err != nil {
		t.Fatalf("%s: %v", c.Solver, err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%s: %d tensors before, %d after", c.Solver, before, after)
	}
	t.Logf("%-6s %4d iterations, %s, value %.12g", c.Solver, r.Iterations, r.Stop, r.Value)
	return r
}

// agreement is what is demanded of end points: 1e-6 of the image's norm. Tolerances of the solvers are set far below.
const agreement = 1e-6

// Strictly convex and smooth: L-BFGS and Adam reach the solution of the linear system, and so do the others without constraints.
func TestSolversReachLinearSolve(t *testing.T) {
	q := system(grid(), 1, 1)
	want := q.minimiser(t, nil)
	for _, c := range []infer.SolverConfig{
		{Solver: infer.LBFGS, Tolerance: 1e-15}, {Solver: infer.Adam, Tolerance: 1e-15},
		{Solver: infer.FISTA, Tolerance: 1e-10}, {Solver: infer.ADMM, Tolerance: 1e-10}, {Solver: infer.PrimalDual, Tolerance: 1e-10},
	} {
		c.Map = infer.Signed
		p := problem(t, q)
		if d := relative(solve(t, p, c).Image, want); !(d <= agreement) {
			t.Errorf("%s: off by %g", c.Solver, d)
		}
		for i := range p.Start { // negative and without total flux, as the result of a signed run may be
			p.Start[i] = float64(i%2*2 - 1)
		}
		if d := relative(solve(t, p, c).Image, want); !(d <= agreement) {
			t.Errorf("%s from a signed start: off by %g", c.Solver, d)
		}
	}
}

// Non-negative least squares against coordinate descent; with a mask, and as a cube of two channels that know nothing of each other.
func TestSolversReachNonNegativeLeastSquares(t *testing.T) {
	g := grid()
	q := system(g, 1, 2)
	mask, err := infer.MaskDisc(g, 5*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	for _, mask := range [][]bool{nil, mask} {
		want := descend(q, 0, true, mask)
		for _, c := range projected() {
			p := problem(t, q)
			p.Mask = mask
			got := solve(t, p, c)
			if d := relative(got.Image, want); !(d <= agreement) {
				t.Errorf("%s, mask %v: off by %g", c.Solver, mask != nil, d)
			}
			for i, v := range got.Image {
				if v < 0 || mask != nil && !mask[i] && v != 0 {
					t.Fatalf("%s: pixel %d is %g", c.Solver, i, v)
				}
			}
		}
	}
}

// projected are the solvers that keep pixels positive by projection.
func projected() []infer.SolverConfig {
	return []infer.SolverConfig{
		{Solver: infer.Adam, Map: infer.Projected, Tolerance: 1e-15},
		{Solver: infer.FISTA, Tolerance: 1e-10}, {Solver: infer.ADMM, Tolerance: 1e-10}, {Solver: infer.PrimalDual, Tolerance: 1e-10},
	}
}

// splitting are the solvers that take penalties.
func splitting() []infer.SolverConfig { return projected()[1:] }

// stacked are two problems side by side: a cube of two channels.
type stacked struct{ a, b quadratic }

func (s stacked) ValueGrad(grad, x []float64) (float64, error) {
	n := len(x) / 2
	var first, second []float64
	if grad != nil {
		first, second = grad[:n], grad[n:]
	}
	u, err := s.a.ValueGrad(first, x[:n])
	if err != nil {
		return 0, err
	}
	v, err := s.b.ValueGrad(second, x[n:])
	return u + v, err
}

func TestCubeIsSolvedChannelByChannel(t *testing.T) {
	g := grid()
	a, b := system(g, 1, 3), system(g, 1, 4)
	mask, err := infer.MaskDisc(g, 5*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(descend(a, 0.2, true, mask), descend(b, 0.2, true, mask))
	p := problem(t, stacked{a, b})
	p.Channels, p.Start, p.Mask = 2, slices.Concat(p.Start, p.Start), mask
	p.Penalties = []infer.Penalty{{Name: "l1", Weight: 0.2, Norm: proximal.L1{}}}
	for _, c := range splitting() {
		if d := relative(solve(t, p, c).Image, want); !(d <= agreement) {
			t.Errorf("%s: off by %g", c.Solver, d)
		}
	}
	p.Penalties = nil
	want = slices.Concat(descend(a, 0, true, mask), descend(b, 0, true, mask))
	if d := relative(solve(t, p, projected()[0]).Image, want); !(d <= agreement) {
		t.Errorf("adam: off by %g", d)
	}
}

// The lasso against coordinate descent.
func TestSolversReachLasso(t *testing.T) {
	q := system(grid(), 1, 5)
	for _, m := range []infer.Positive{infer.Signed, infer.Projected} {
		want := descend(q, 0.3, m == infer.Projected, nil)
		p := problem(t, q)
		p.Penalties = []infer.Penalty{{Name: "l1", Weight: 0.3, Norm: proximal.L1{}}}
		for _, c := range splitting() {
			c.Map = m
			r := solve(t, p, c)
			if d := relative(r.Image, want); !(d <= agreement) {
				t.Errorf("%s, map %s: off by %g", c.Solver, m, d)
			}
			data, err := q.ValueGrad(nil, r.Image)
			if err != nil {
				t.Fatal(err)
			}
			// Value and Values are computed once more here; the order of sums differs.
			if norm := r.Values["l1"]; math.Abs(r.Value-(data+0.3*norm)) > 1e-12 || math.Abs(norm-sumAbs(r.Image)) > 1e-12 {
				t.Errorf("%s: value %g, terms %v", c.Solver, r.Value, r.Values)
			}
		}
	}
}

func sumAbs(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += math.Abs(v)
	}
	return total
}

// denoising is the term ½‖x − v‖².
func denoising(v []float64) quadratic {
	q := quadratic{a: mat.NewSymDense(len(v), nil), b: mat.NewVecDense(len(v), slices.Clone(v))}
	for i := range v {
		q.a.SetSym(i, i, 1)
	}
	return q
}

// Total variation moves the levels of a step towards each other by weight/(pixels of the level): the answer is known on paper.
func TestSolversDenoiseAStep(t *testing.T) {
	v := []float64{1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 5, 5}
	want := []float64{1.2, 1.2, 1.2, 1.2, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9, 4.9}
	g := radio.Grid{NX: 12, NY: 1, CellRad: radio.Microarcsecond}
	p := infer.Problem{Grid: g, Start: make([]float64, 12), Terms: []infer.Part{{Name: "data", Weight: 1, Term: denoising(v)}},
		Penalties: []infer.Penalty{{Name: "tv", Weight: 0.8, Norm: proximal.TV{}}}}
	for _, c := range splitting() {
		c.MaxIterations, c.Balance = 20000, 2
		if d := relative(solve(t, p, c).Image, want); !(d <= agreement) {
			t.Errorf("%s: off by %g", c.Solver, d)
		}
	}
}

// Several penalties at once: positive pixels, TV and ℓ1. Primal-dual and ADMM agree; and with ℓ1 of non-negative pixels moved into the
// linear term, FISTA with TV alone solves the same problem.
func TestSeveralPenalties(t *testing.T) {
	g := grid()
	q, _ := blurredSky(g, 0.5)
	p := problem(t, q)
	p.Penalties = []infer.Penalty{{Name: "tv", Weight: 1, Norm: proximal.TV{}}, {Name: "l1", Weight: 0.5, Norm: proximal.L1{}}}
	shifted := quadratic{a: q.a, b: mat.VecDenseCopyOf(q.b), c: q.c}
	for i := range g.Len() {
		shifted.b.SetVec(i, q.b.AtVec(i)-0.5)
	}
	single := problem(t, shifted)
	single.Penalties = p.Penalties[:1]
	c := infer.SolverConfig{Solver: infer.FISTA, Tolerance: 1e-9, MaxIterations: 5000}
	want := solve(t, single, c).Image
	for _, c := range splitting()[1:] {
		// The curvature is 9 where the norm's gain is 8 and pixels are near 1: the norm wants the larger steps.
		c.MaxIterations, c.Balance, c.Tolerance = 20000, map[infer.Solver]float64{infer.ADMM: 2, infer.PrimalDual: 50}[c.Solver], 1e-9
		if d := relative(solve(t, p, c).Image, want); !(d <= agreement) {
			t.Errorf("%s: off by %g", c.Solver, d)
		}
	}
}

// The same inputs give the same bytes, with every solver.
func TestSolveIsDeterministic(t *testing.T) {
	q := system(grid(), 1, 6)
	for _, c := range append(projected(), infer.SolverConfig{}) {
		p := problem(t, q)
		if c.Solver == infer.FISTA || c.Solver == infer.PrimalDual || c.Solver == infer.ADMM {
			p.Penalties = []infer.Penalty{{Name: "tv", Weight: 0.1, Norm: proximal.TV{}}}
		}
		c.MaxIterations = 30
		a, b := solve(t, p, c), solve(t, p, c)
		if !slices.Equal(a.Image, b.Image) || !slices.Equal(a.History, b.History) {
			t.Errorf("%s: two runs differ", c.Solver)
		}
	}
}

// Deconvolution with ℓ1 in the SARA dictionary: an inner dual solver, a splitting with linear solves and a primal-dual iteration
// meet at one image.
func TestSolversAgreeOnSARA(t *testing.T) {
	g := radio.Grid{NX: 7, NY: 6, CellRad: radio.Microarcsecond}
	q, _ := blurredSky(g, 0.5)
	sara, err := wavelet.NewSARA(g.NY, g.NX, 1)
	if err != nil {
		t.Fatal(err)
	}
	start, err := infer.StartFlat(g, float64(g.Len()))
	if err != nil {
		t.Fatal(err)
	}
	p := infer.Problem{Grid: g, Start: start, Terms: []infer.Part{{Name: "data", Weight: 1, Term: q}},
		Penalties: []infer.Penalty{{Name: "sara", Weight: 1, Norm: proximal.Frame{Dictionary: sara}}}}
	var images [][]float64
	for _, c := range splitting() {
		c.Tolerance, c.Balance, c.MaxIterations = 1e-9, 10, 1500
		r := solve(t, p, c)
		images = append(images, r.Image)
		if d := relative(r.Image, images[0]); !(d <= agreement) {
			t.Errorf("%s differs from %s by %g", c.Solver, splitting()[0].Solver, d)
		}
	}
}
