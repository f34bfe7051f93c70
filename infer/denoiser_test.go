package infer_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/radio"
)

// away returns factor·(I − D): what a linear denoiser adds to the normal equations.
func away(d mat.Matrix, factor float64) mat.Matrix {
	n, _ := d.Dims()
	m := mat.NewDense(n, n, nil)
	m.Scale(-factor, d)
	for i := range n {
		m.Set(i, i, m.At(i, i)+factor)
	}
	return m
}

func identity(n int) mat.Matrix {
	m := mat.NewSymDense(n, nil)
	for i := range n {
		m.SetSym(i, i, 1)
	}
	return m
}

// The fixed points of PnP and of RED with a linear symmetric denoiser D solve (AᵀA + λ/σ² (I − D)) x = Aᵀd. The denoiser
// works in float32, so pixels of order 1 are right to about 1e-6.
func TestLinearDenoiserReachesClosedForm(t *testing.T) {
	g := grid()
	q, _ := blurredSky(g, 0.1)
	const lambda, sigma = 0.5, 0.1
	for name, d := range map[string]mat.Matrix{"identity": identity(g.Len()), "blur": neighbours(g)} {
		want := q.minimiser(t, away(d, lambda/(sigma*sigma)))
		if slices.Min(want) <= 0 {
			t.Fatalf("%s: the closed form is not positive: the test needs another sky", name)
		}
		before := torch.Live()
		pnp, err := infer.PnP(context.Background(), problem(t, q), matrixDenoiser{d}, infer.PnPConfig{
			Steps: 40, SigmaMax: sigma, SigmaMin: sigma, Strength: lambda, PeakJy: 1, DataSteps: 200, Tolerance: 1e-14})
		if err != nil {
			t.Fatal(err)
		}
		if e := worst(pnp.Image, want); e > 5e-6 || pnp.Stop != infer.Converged || pnp.Iterations != 40 {
			t.Errorf("PnP, %s: worst pixel off by %.2g after %d steps, %s", name, e, pnp.Iterations, pnp.Stop)
		}
		red, err := infer.RED(context.Background(), problem(t, q), matrixDenoiser{d}, infer.REDConfig{
			SigmaMin: sigma, Strength: lambda, PeakJy: 1, Tolerance: 1e-8, MaxIterations: 3000})
		if err != nil {
			t.Fatal(err)
		}
		if e := worst(red.Image, want); e > 5e-6 {
			t.Errorf("RED, %s: worst pixel off by %.2g after %d iterations, %s", name, e, red.Iterations, red.Stop)
		}
		if after := torch.Live(); after != before {
			t.Errorf("%d tensors before, %d after", before, after)
		}
	}
}

// RED with annealing, and the peak of the image as scale, stops where both forces cancel: the residual of the equation
// above, with ρ = λ/(σα)² in Jy, is small against its terms.
func TestREDForcesCancel(t *testing.T) {
	g := grid()
	q, _ := blurredSky(g, 0.1)
	d := neighbours(g)
	c := infer.REDConfig{SigmaMax: 0.5, SigmaMin: 0.1, Anneal: 30, Tolerance: 1e-7, MaxIterations: 3000}
	r, err := infer.RED(context.Background(), problem(t, q), matrixDenoiser{d}, c)
	if err != nil || r.Stop != infer.Converged {
		t.Fatalf("result %+v, error %v; want convergence", r, err)
	}
	grad := make([]float64, g.Len())
	if _, err := q.ValueGrad(grad, r.Image); err != nil {
		t.Fatal(err)
	}
	var force mat.VecDense
	force.MulVec(away(d, 1), mat.NewVecDense(g.Len(), r.Image))
	// One unknown number, the scale α: the two forces are antiparallel.
	dot, aa, bb := 0.0, 0.0, 0.0
	for i, v := range grad {
		dot, aa, bb = dot+v*force.AtVec(i), aa+v*v, bb+force.AtVec(i)*force.AtVec(i)
	}
	if cosine := dot / math.Sqrt(aa*bb); cosine > -1+1e-4 {
		t.Errorf("the forces of data and denoiser have the cosine %g, want −1", cosine)
	}
}

func TestDenoiserRunsAreDeterministic(t *testing.T) {
	g := grid()
	q, _ := blurredSky(g, 0.1)
	d := matrixDenoiser{neighbours(g)}
	for name, run := range map[string]func() (*infer.Result, error){
		"PnP": func() (*infer.Result, error) {
			return infer.PnP(context.Background(), problem(t, q), d, infer.PnPConfig{Steps: 8, Recentre: true})
		},
		"RED": func() (*infer.Result, error) {
			return infer.RED(context.Background(), problem(t, q), d, infer.REDConfig{MaxIterations: 40, Anneal: 10})
		},
	} {
		a, err := run()
		if err != nil {
			t.Fatal(err)
		}
		b, err := run()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Image, b.Image) || !slices.Equal(a.History, b.History) {
			t.Errorf("two runs of %s differ", name)
		}
		if slices.Min(a.Image) < 0 {
			t.Errorf("%s gave a negative pixel", name)
		}
	}
}

// viewRecorder is an identity that remembers where it saw the brightest pixel.
type viewRecorder struct{ seen map[int]bool }

func (v viewRecorder) Denoise(s *torch.Scope, x *torch.Tensor, _ float64) (*torch.Tensor, error) {
	image := s.Float64s(x)
	v.seen[slices.Index(image, slices.Max(image))] = true
	return x, nil
}

// still is a data term that wants one fixed image.
type still struct{ want []float64 }

func (s still) ValueGrad(grad, x []float64) (float64, error) {
	total := 0.0
	for i, v := range x {
		total += 0.5 * (v - s.want[i]) * (v - s.want[i])
		if grad != nil {
			grad[i] = v - s.want[i]
		}
	}
	return total, nil
}

// The denoiser sees a bright off-axis pixel at 8 places of a square and 4 of a rectangle, and the image stays the same.
func TestPnPShowsEveryView(t *testing.T) {
	for _, g := range []radio.Grid{{NX: 6, NY: 6, CellRad: 1e-11}, {NX: 7, NY: 6, CellRad: 1e-11}} {
		want := slices.Repeat([]float64{0.5}, g.Len())
		want[g.NX+2] = 1
		d := viewRecorder{map[int]bool{}}
		p := infer.Problem{Grid: g, Start: want, Terms: []infer.Part{{Name: "data", Weight: 1, Term: still{want}}}}
		r, err := infer.PnP(context.Background(), p, d, infer.PnPConfig{Steps: 8})
		if err != nil {
			t.Fatal(err)
		}
		if expected := map[bool]int{true: 8, false: 4}[g.NX == g.NY]; len(d.seen) != expected {
			t.Errorf("%d x %d: %d views, want %d", g.NX, g.NY, len(d.seen), expected)
		}
		if e := worst(r.Image, want); e > 1e-6 { // float32
			t.Errorf("%d x %d: the image moved by %g", g.NX, g.NY, e)
		}
	}
}

// brokenDenoiser answers wrongly from the third call on.
type brokenDenoiser struct {
	calls *int
	how   string
}

func (b brokenDenoiser) Denoise(s *torch.Scope, x *torch.Tensor, _ float64) (*torch.Tensor, error) {
	if *b.calls++; *b.calls < 3 {
		return x, nil
	}
	switch b.how {
	case "nan":
		return s.MulScalar(x, math.NaN()), nil
	case "shape":
		return s.Narrow(x, 3, 0, 2), nil
	case "nil":
		return nil, nil
	}
	return s.Add(x, s.Zeros(torch.Float32, 1, 1, 2, 3)), nil // a failing tensor operation
}

func TestBadDenoiserIsAnError(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	before := torch.Live()
	for how, want := range map[string]string{"nan": "NaN", "shape": "shape", "nil": "no image", "panic": "torch: Add"} {
		r, err := infer.PnP(context.Background(), problem(t, q), brokenDenoiser{new(int), how}, infer.PnPConfig{})
		if r != nil || err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "denoiser") {
			t.Errorf("PnP, %s: image %v, error %v; want no image and an error with %q", how, r, err, want)
		}
		r, err = infer.RED(context.Background(), problem(t, q), brokenDenoiser{new(int), how}, infer.REDConfig{})
		if r != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("RED, %s: image %v, error %v; want no image and an error with %q", how, r, err, want)
		}
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func TestDenoiserRunsRefuseNaNTerm(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	d := matrixDenoiser{identity(grid().Len())}
	for _, at := range []int{1, 30} {
		term := nanAfter{quadratic: q, calls: new(int), at: at}
		if r, err := infer.PnP(context.Background(), problem(t, term), d, infer.PnPConfig{}); r != nil || err == nil || !strings.Contains(err.Error(), `"data"`) {
			t.Errorf("PnP: image %v, error %v", r, err)
		}
		term.calls = new(int)
		if r, err := infer.RED(context.Background(), problem(t, term), d, infer.REDConfig{Tolerance: 1e-12}); r != nil || err == nil || !strings.Contains(err.Error(), `"data"`) {
			t.Errorf("RED: image %v, error %v", r, err)
		}
	}
}

// Cancelled in its fifth step, each solver returns a complete image; RED the one with the smallest misfit.
func TestDenoiserRunsCancel(t *testing.T) {
	q, _ := blurredSky(grid(), 0.1)
	d := matrixDenoiser{neighbours(grid())}
	for name, run := range map[string]func(context.Context, infer.Problem) (*infer.Result, error){
		"PnP": func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
			return infer.PnP(ctx, p, d, infer.PnPConfig{})
		},
		"RED": func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
			return infer.RED(ctx, p, d, infer.REDConfig{})
		},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		p := problem(t, q)
		p.Progress = func(s infer.Step) {
			if s.Iteration == 5 {
				cancel()
			}
		}
		r, err := run(ctx, p)
		if err != nil || r.Stop != infer.Cancelled || r.Iterations != 5 {
			t.Fatalf("%s: %+v, error %v; want cancelled after 5 steps", name, r, err)
		}
		for _, s := range r.History {
			if name == "RED" && r.Value > s.Value*(1+1e-12) {
				t.Errorf("RED: value %g, but step %d had %g", r.Value, s.Iteration, s.Value)
			}
		}
	}
}

// fades is a denoiser that works for some calls and then returns a black image.
type fades struct{ calls, good int }

func (f *fades) Denoise(s *torch.Scope, x *torch.Tensor, _ float64) (*torch.Tensor, error) {
	f.calls++
	if f.calls <= f.good {
		return s.MulScalar(x, 1), nil
	}
	return s.MulScalar(x, 0), nil
}

func TestPnPKeepsTheBestImageOfTheFinalNoiseLevel(t *testing.T) {
	const steps = 6
	q, _ := blurredSky(grid(), 0.1)
	r, err := infer.PnP(context.Background(), problem(t, q), &fades{good: steps}, infer.PnPConfig{Steps: steps, SigmaMin: 0.05, Hold: 3, Settle: 1e-15})
	if err != nil {
		t.Fatal(err)
	}
	if r.Stop != infer.ScheduleFinished || r.Iterations != steps+3 {
		t.Errorf("%d steps, %s; want %d, %s", r.Iterations, r.Stop, steps+3, infer.ScheduleFinished)
	}
	if want := r.History[steps-1].Value; r.Value != want || !(r.History[steps+2].Value > want) {
		t.Errorf("data misfit %g of the result, %g of the best image, %g of the last", r.Value, want, r.History[steps+2].Value)
	}
}

func TestPnPWithoutHolding(t *testing.T) {
	const steps = 6
	q, _ := blurredSky(grid(), 0.1)
	r, err := infer.PnP(context.Background(), problem(t, q), &fades{good: steps}, infer.PnPConfig{Steps: steps, SigmaMin: 0.05, Hold: -1, Settle: 1e-15})
	if err != nil {
		t.Fatal(err)
	}
	if r.Stop != infer.ScheduleFinished || r.Iterations != steps {
		t.Errorf("%d steps, %s; want %d, %s", r.Iterations, r.Stop, steps, infer.ScheduleFinished)
	}
}

func TestDenoiserConfigsAreChecked(t *testing.T) {
	for want, err := range map[string]error{
		"PnPConfig has noise levels": infer.PnPConfig{SigmaMin: 0.5}.Validate(),
		"PnPConfig.Settle":           infer.PnPConfig{Settle: 1}.Validate(),
		"PnPConfig has -1":           infer.PnPConfig{Steps: -1}.Validate(),
		"-2 held":                    infer.PnPConfig{Hold: -2}.Validate(),
		"PnPConfig.Strength":         infer.PnPConfig{Strength: math.NaN()}.Validate(),
		"PnPConfig.PeakJy":           infer.PnPConfig{PeakJy: -1}.Validate(),
		"REDConfig.Anneal":           infer.REDConfig{Anneal: 500}.Validate(),
		"REDConfig has noise levels": infer.REDConfig{SigmaMin: -1}.Validate(),
		"REDConfig.Tolerance":        infer.REDConfig{Tolerance: 1}.Validate(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
