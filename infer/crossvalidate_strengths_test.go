package infer_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/proximal"
	"fringe/radio"
)

// observed returns noisy visibilities of a smooth source at random (u,v) points, through the direct sum, and the source.
func observed(t *testing.T, g radio.Grid, n int, sigma float64) (*radio.Visibilities, []float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 12))
	sky, err := infer.StartGaussian(g, 1, 6*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	for i := range n {
		v.U, v.V = append(v.U, (2*rng.Float64()-1)*g.MaxUV()), append(v.V, (2*rng.Float64()-1)*g.MaxUV())
		v.Weight = append(v.Weight, 1/(sigma*sigma))
		v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
		v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, float64(i)), append(v.IntSec, 1), append(v.FreqHz, 1e9)
	}
	v.Vis = make([]complex128, n)
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, sky)
	for i := range v.Vis {
		v.Vis[i] += complex(sigma*rng.NormFloat64(), sigma*rng.NormFloat64())
	}
	return v, sky
}

// The score is the reduced χ² of the held-out visibilities by the direct sum, and the chosen strength images the true source
// better than strengths 30 times smaller or larger do.
func TestStrengthSearchOnVisibilities(t *testing.T) {
	before := torch.Live()
	g := radio.Grid{NX: 24, NY: 20, CellRad: 1e-9}
	v, sky := observed(t, g, 400, 0.3)
	v.Weight[7] = 0
	folds, err := radio.CellFolds(v, g, 4, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	tsv, err := infer.NewTSV(infer.Scale{Grid: g, FluxJy: 1, BeamRad: 2 * g.CellRad})
	if err != nil {
		t.Fatal(err)
	}
	start, err := infer.StartFlat(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := infer.Problem{Grid: g, Start: start, Terms: []infer.Part{{Name: "tsv", Weight: 1, Term: tsv}}}
	s := infer.StrengthSearch{Vis: v, Folds: folds}
	s.Solve = func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
		if p.Terms[0].Name != "vis" || p.Terms[1].Name != "tsv" {
			t.Errorf("the terms are %v", p.Terms)
		}
		return infer.RML(ctx, p, infer.RMLConfig{})
	}
	chosen, table, err := s.Choose(context.Background(), p, infer.CVConfig{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	prior := chosen.Terms
	if len(prior) != 1 || p.Terms[0].Weight != 1 || len(table.AtLimit) > 0 || prior[0].Weight != table.Strengths()[0] || table.Names[0] != "tsv" {
		t.Errorf("weight %g, table %+v", prior[0].Weight, table)
	}
	// 300 data in a fold's test: their reduced χ² has a standard deviation of 1/√200 = 0.07.
	if best := table.Candidates[table.Best].Mean; math.Abs(best-1) > 0.2 {
		t.Errorf("the best held-out score is %g, want about 1", best)
	}
	distance := func(weight float64) float64 {
		data, err := infer.GramData(g)(v)
		if err != nil {
			t.Fatal(err)
		}
		defer data.Close()
		terms := append(data.Terms, infer.Part{Name: "tsv", Weight: weight, Term: tsv})
		r, err := infer.RML(context.Background(), infer.Problem{Grid: g, Terms: terms, Start: start}, infer.RMLConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return worst(r.Image, sky)
	}
	if d, weak, strong := distance(prior[0].Weight), distance(prior[0].Weight/30), distance(prior[0].Weight*30); d > weak || d > strong {
		t.Errorf("worst pixel %g with the chosen strength, %g with a weaker and %g with a stronger one", d, weak, strong)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

// The held-out score equals Σ w|V − d|²/2N over the test visibilities, by the direct sum.
func TestHeldOutScoreIsReducedChi2(t *testing.T) {
	g := radio.Grid{NX: 12, NY: 10, CellRad: 1e-9}
	v, sky := observed(t, g, 90, 0.3)
	folds, err := radio.CellFolds(v, g, 3, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	tsv, err := infer.NewTSV(infer.Scale{Grid: g, FluxJy: 1})
	if err != nil {
		t.Fatal(err)
	}
	p := infer.Problem{Grid: g, Start: sky, Terms: []infer.Part{{Name: "tsv", Weight: 1, Term: tsv}}}
	s := infer.StrengthSearch{Vis: v, Folds: folds,
		Solve: func(context.Context, infer.Problem) (*infer.Result, error) { return &infer.Result{Image: sky}, nil }}
	_, table, err := s.Choose(context.Background(), p, infer.CVConfig{MaxCandidates: 1})
	if err != nil {
		t.Fatal(err)
	}
	for fold, got := range table.Candidates[0].Scores {
		test := folds.Test(v, fold)
		model := make([]complex128, test.Len())
		radio.NewDFT(g, test.U, test.V).Forward(model, sky)
		want := 0.0
		for k, d := range test.Vis {
			want += test.Weight[k] * (real(model[k]-d)*real(model[k]-d) + imag(model[k]-d)*imag(model[k]-d)) / float64(2*test.Len())
		}
		// The Gram's transforms are good to 1e-14, and nothing cancels at this signal to noise ratio.
		if math.Abs(got-want) > 1e-11*want {
			t.Errorf("fold %d: score %.15g, the direct sum gives %.15g", fold, got, want)
		}
	}
}

// Closure phases with folds of whole scans: the search runs through any data terms.
func TestStrengthSearchOnClosurePhases(t *testing.T) {
	g := radio.Grid{NX: 12, NY: 12, CellRad: 1e-9}
	points, sky := observed(t, g, 90, 0.01)
	v := points.Clone()
	v.Stations = make([]radio.Station, 4)
	pairs := [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}
	for k := range v.Vis { // 15 scans of the 6 baselines of 4 stations
		v.Ant1[k], v.Ant2[k], v.TimeSec[k] = pairs[k%6][0], pairs[k%6][1], 600*float64(k/6)
	}
	folds, err := radio.ScanFolds(v, 0, 3, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	tsv, err := infer.NewTSV(infer.Scale{Grid: g, FluxJy: 1})
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	p := infer.Problem{Grid: g, Start: sky, Terms: []infer.Part{{Name: "tsv", Weight: 1, Term: tsv}}}
	s := infer.StrengthSearch{Vis: v, Folds: folds,
		Data: func(v *radio.Visibilities) (infer.Data, error) {
			phases, err := measure.NewClosurePhase(radio.ClosurePhases(v, 0))
			if err != nil {
				return infer.Data{}, err
			}
			counted += phases.Len()
			l := &measure.Likelihood{Op: radio.NewDFT(g, v.U, v.V), Terms: []measure.Weighted{{Term: phases, Weight: 1}}}
			return infer.Data{Terms: []infer.Part{{Name: "data", Weight: 1, Term: l}}, Len: float64(phases.Len())}, nil
		},
		Solve: func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
			return infer.RML(ctx, p, infer.RMLConfig{MaxIterations: 10})
		}}
	_, table, err := s.Choose(context.Background(), p, infer.CVConfig{MaxCandidates: 3})
	if err != nil {
		t.Fatal(err)
	}
	// 3 independent triangles in each of 15 scans, in 2 training sets and 1 test set each.
	if counted != 3*15*3 || len(table.Candidates) != 3 {
		t.Errorf("%d closure phases in all sets, want %d; %d candidates", counted, 3*15*3, len(table.Candidates))
	}
}

func TestStrengthSearchErrors(t *testing.T) {
	g := radio.Grid{NX: 12, NY: 10, CellRad: 1e-9}
	v, sky := observed(t, g, 60, 0.3)
	folds, err := radio.CellFolds(v, g, 3, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	l1, err := infer.NewL1(infer.Scale{Grid: g, FluxJy: 1})
	if err != nil {
		t.Fatal(err)
	}
	good, off := []infer.Part{{Name: "a", Weight: 1, Term: l1}}, []infer.Part{{Name: "a", Weight: 1, Term: l1}, {Name: "b", Weight: 0, Term: l1}}
	for want, c := range map[string]struct {
		s     infer.StrengthSearch
		terms []infer.Part
	}{
		"needs Vis and Folds":    {infer.StrengthSearch{}, good},
		"for a set of 60":        {infer.StrengthSearch{Vis: v, Folds: &radio.Folds{K: 3, Of: folds.Of[:3]}}, good},
		`"b" has weight 0`:       {infer.StrengthSearch{Vis: v, Folds: folds}, off},
		"names part 2 of 2":      {infer.StrengthSearch{Vis: v, Folds: folds, Axes: [][]int{{2}}}, off},
		"names part 0":           {infer.StrengthSearch{Vis: v, Folds: folds, Axes: [][]int{{0, 0}}}, off},
		"an axis without a part": {infer.StrengthSearch{Vis: v, Folds: folds, Axes: [][]int{{0}, {}}}, off},
		"without a strength":     {infer.StrengthSearch{Vis: v, Folds: folds}, nil},
		"training data of fold 0: no data": {infer.StrengthSearch{Vis: v, Folds: folds,
			Data: func(*radio.Visibilities) (infer.Data, error) { return infer.Data{}, errors.New("no data") }}, good},
		"0 test data": {infer.StrengthSearch{Vis: v, Folds: folds,
			Data: func(*radio.Visibilities) (infer.Data, error) { return infer.Data{}, nil }}, good},
	} {
		p := infer.Problem{Grid: g, Start: sky, Terms: c.terms}
		if _, _, err := c.s.Choose(context.Background(), p, infer.CVConfig{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// Two terms and a penalty on two axes: the parts of an axis keep their ratio, the solver sees them all.
func TestStrengthsOfPartsThatKeepTheirRatio(t *testing.T) {
	g := radio.Grid{NX: 12, NY: 10, CellRad: 1e-9}
	v, sky := observed(t, g, 60, 0.3)
	folds, err := radio.CellFolds(v, g, 3, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	c := infer.Scale{Grid: g, FluxJy: 1}
	l1, err := infer.NewL1(c)
	if err != nil {
		t.Fatal(err)
	}
	tsv, err := infer.NewTSV(c)
	if err != nil {
		t.Fatal(err)
	}
	p := infer.Problem{Grid: g, Start: sky,
		Terms:     []infer.Part{{Name: "l1", Weight: 2, Term: l1}, {Name: "tsv", Weight: 3, Term: tsv}},
		Penalties: []infer.Penalty{{Name: "tv", Weight: 5, Norm: proximal.TV{}}}}
	s := infer.StrengthSearch{Vis: v, Folds: folds, Axes: [][]int{{0, 2}, {1}},
		Solve: func(ctx context.Context, q infer.Problem) (*infer.Result, error) {
			if len(q.Terms) != 3 || math.Abs(q.Terms[1].Weight/q.Penalties[0].Weight-0.4) > 1e-15 {
				t.Errorf("a fit has the terms %+v and the penalties %+v", q.Terms, q.Penalties)
			}
			return infer.Solve(ctx, q, infer.SolverConfig{Solver: infer.PrimalDual, MaxIterations: 20})
		}}
	chosen, table, err := s.Choose(context.Background(), p, infer.CVConfig{MaxCandidates: 4})
	if err != nil {
		t.Fatal(err)
	}
	x := table.Strengths()
	if chosen.Terms[0].Weight != 2*x[0] || chosen.Terms[1].Weight != 3*x[1] || chosen.Penalties[0].Weight != 5*x[0] || !slices.Equal(table.Names, []string{"l1+tv", "tsv"}) {
		t.Errorf("strengths %v of %v: terms %+v, penalties %+v", x, table.Names, chosen.Terms, chosen.Penalties)
	}
}
