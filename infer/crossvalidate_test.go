package infer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// bowl is a validation without images: the score of a fold is a parabola in the logarithms of two strengths with its minimum at 3 and
// 0.05, plus an offset of the fold, which differs between folds but not between candidates.
func bowl(fits *int) infer.Validation {
	return infer.Validation{
		Folds: 4,
		Fit: func(_ context.Context, fold int, strengths, _ []float64) ([]float64, error) {
			if fits != nil {
				*fits++
			}
			return slices.Clone(strengths), nil
		},
		Score: func(fold int, image []float64) (float64, error) {
			a, b := math.Log10(image[0]/3), math.Log10(image[1]/0.05)
			return 1 + 0.1*float64(fold) + a*a + 0.5*b*b + 0.4*a*b, nil
		},
	}
}

// The last step of the search is 10^¼: it must end within one such step of the minimum, after at most 20 candidates.
func TestSearchFindsTheMinimum(t *testing.T) {
	fits := 0
	table, err := infer.SearchStrengths(context.Background(), bowl(&fits), []float64{1, 1}, infer.CVConfig{Names: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	s := table.Strengths()
	step := math.Pow(10, 0.25)
	if math.Abs(math.Log(s[0]/3)) > math.Log(step) || math.Abs(math.Log(s[1]/0.05)) > math.Log(step) {
		t.Errorf("chose %.3g, the minimum is at 3 and 0.05", s)
	}
	if n := len(table.Candidates); n > 20 || fits != 4*n || table.Stop != infer.Converged || len(table.AtLimit) != 0 {
		t.Errorf("%d candidates, %d fits, stop %q, at limit %v: want at most 20 candidates of 4 fits", n, fits, table.Stop, table.AtLimit)
	}
	seen := map[string]bool{}
	for _, c := range table.Candidates {
		text, _ := json.Marshal(c.Strengths)
		if seen[string(text)] {
			t.Errorf("%s was tried twice", text)
		}
		seen[string(text)] = true
	}
}

// Where the minimum is outside of the range the choice is at its end, and the table says so.
func TestSearchTellsOfItsLimits(t *testing.T) {
	table, err := infer.SearchStrengths(context.Background(), bowl(nil), []float64{1, 1}, infer.CVConfig{Range: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s := table.Strengths(); math.Abs(s[1]-0.1) > 1e-15 || !slices.Equal(table.AtLimit, []int{1}) {
		t.Errorf("chose %.3g, at limit %v; want the second at 0.1 and at its limit", s, table.AtLimit)
	}
	table, err = infer.SearchStrengths(context.Background(), bowl(nil), []float64{1, 1}, infer.CVConfig{MaxCandidates: 5})
	if err != nil || len(table.Candidates) != 5 || table.Stop != infer.IterationCap {
		t.Errorf("%d candidates, stop %q, error %v; want 5 and the cap", len(table.Candidates), table.Stop, err)
	}
}

// tabled is a validation whose scores are given: candidate strength i has the scores of row i.
func tabled(scores [][]float64) (infer.Validation, [][]float64) {
	var candidates [][]float64
	for i := range scores {
		candidates = append(candidates, []float64{float64(i)})
	}
	return infer.Validation{
		Folds: len(scores[0]),
		Fit: func(_ context.Context, _ int, s, _ []float64) ([]float64, error) {
			return slices.Clone(s), nil
		},
		Score: func(fold int, image []float64) (float64, error) { return scores[int(image[0])][fold], nil },
	}, candidates
}

// Scores 1, 2, 3 have mean 2 and standard error 1/√3. Candidate 1 is the best; candidate 2 exceeds it by 0.1, 0, 0.1 in the folds: mean
// 0.0667, standard error 0.0333; candidate 3 by 0.2, −0.1, 0: mean 0.0333, standard error 0.0882.
func TestScoresAndRules(t *testing.T) {
	v, candidates := tabled([][]float64{{2, 3, 4}, {1, 2, 3}, {1.1, 2, 3.1}, {1.2, 1.9, 3}})
	for rule, want := range map[infer.Rule]int{infer.Minimum: 1, "": 1, infer.OneStandardError: 3} {
		table, err := infer.CrossValidate(context.Background(), v, candidates, infer.CVConfig{Rule: rule})
		if err != nil {
			t.Fatal(err)
		}
		if table.Best != 1 || table.Chosen != want || table.Strengths()[0] != float64(want) {
			t.Errorf("rule %q: best %d, chosen %d, want 1 and %d", rule, table.Best, table.Chosen, want)
		}
		for i, want := range [][4]float64{{3, 1 / math.Sqrt(3), 1, 0}, {2, 1 / math.Sqrt(3), 0, 0}, {6.2 / 3, 0.578312, 0.2 / 3, 0.1 / 3}, {6.1 / 3, 0.523874, 0.1 / 3, 0.088192}} {
			c := table.Candidates[i]
			for k, got := range []float64{c.Mean, c.StdErr, c.Excess, c.ExcessErr} {
				// Six digits of the numbers above.
				if math.Abs(got-want[k]) > 1e-6 {
					t.Errorf("candidate %d, number %d: %.7g, want %.7g", i, k, got, want[k])
				}
			}
		}
	}
	table, err := infer.CrossValidate(context.Background(), v, candidates, infer.CVConfig{Names: []string{"entropy"}})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := table.Write(&text); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(text.String(), "\n"); !strings.Contains(lines[0], "entropy") || !strings.Contains(lines[1], "2.000000") || !strings.Contains(lines[1], "*") {
		t.Errorf("the table does not begin with the choice:\n%s", text.String())
	}
}

// Fits start from the images of the candidate before, fold by fold, however many workers there are.
func TestWarmStartsAndWorkers(t *testing.T) {
	var tables []*infer.CVTable
	for _, workers := range []int{1, 3} {
		v := infer.Validation{
			Folds: 5,
			Fit: func(_ context.Context, fold int, s, start []float64) ([]float64, error) {
				if start == nil {
					start = []float64{float64(fold)}
				}
				return []float64{10*start[0] + s[0]}, nil
			},
			Score: func(_ int, image []float64) (float64, error) { return image[0], nil },
		}
		table, err := infer.CrossValidate(context.Background(), v, [][]float64{{1}, {2}, {3}}, infer.CVConfig{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := table.Candidates[2].Scores[4], 4123.0; got != want {
			t.Errorf("%d workers: the third image of fold 4 is %g, want %g", workers, got, want)
		}
		tables = append(tables, table)
	}
	if !reflect.DeepEqual(tables[0], tables[1]) {
		t.Error("the number of workers changes the table")
	}
}

func TestCancelledSearchKeepsCompleteCandidates(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	table, err := infer.SearchStrengths(ctx, bowl(nil), []float64{1, 1}, infer.CVConfig{Progress: func(c infer.Candidate) {
		if c.Strengths[1] != 1 {
			cancel()
		}
	}})
	if err != nil || table.Stop != infer.Cancelled || len(table.Candidates) < 2 {
		t.Errorf("error %v, table %+v; want a cancelled table", err, table)
	}
	if _, err := infer.SearchStrengths(ctx, bowl(nil), []float64{1, 1}, infer.CVConfig{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestCrossValidationErrors(t *testing.T) {
	ctx := context.Background()
	good := bowl(nil)
	search := func(v infer.Validation, start []float64, c infer.CVConfig) error {
		_, err := infer.SearchStrengths(ctx, v, start, c)
		return err
	}
	list := func(candidates ...[]float64) error {
		_, err := infer.CrossValidate(ctx, good, candidates, infer.CVConfig{})
		return err
	}
	nan := good
	nan.Score = func(int, []float64) (float64, error) { return math.NaN(), nil }
	failing := good
	failing.Fit = func(context.Context, int, []float64, []float64) ([]float64, error) {
		return nil, errors.New("no image")
	}
	for want, err := range map[string]error{
		"without candidates":       list(),
		"candidate 1 has 1":        list([]float64{1, 2}, []float64{1}),
		"strength 1 of -1":         list([]float64{1, -1}),
		"without a strength":       search(good, nil, infer.CVConfig{}),
		"strength 0 of 0":          search(good, []float64{0}, infer.CVConfig{}),
		"the score is NaN":         search(nan, []float64{1}, infer.CVConfig{}),
		"no image":                 search(failing, []float64{1}, infer.CVConfig{}),
		"at least 2, a Fit":        search(infer.Validation{Folds: 1}, []float64{1}, infer.CVConfig{}),
		"CVConfig.Rule":            search(good, []float64{1}, infer.CVConfig{Rule: "median"}),
		"CVConfig.Step":            search(good, []float64{1}, infer.CVConfig{Step: 1}),
		"CVConfig.Range":           search(good, []float64{1}, infer.CVConfig{Range: 0.1}),
		"-1 refinements":           search(good, []float64{1}, infer.CVConfig{Refinements: -1}),
		"1 names for 2 strengths":  search(good, []float64{1, 1}, infer.CVConfig{Names: []string{"a"}}),
		"fold 0 with strengths [1": search(failing, []float64{1, 2}, infer.CVConfig{}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

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
	s := infer.StrengthSearch{Vis: v, Folds: folds, Prior: []infer.Part{{Name: "tsv", Weight: 1, Term: tsv}}}
	s.Solve = func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
		if p.Terms[0].Name != "vis" || p.Terms[1].Name != "tsv" {
			t.Errorf("the terms are %v", p.Terms)
		}
		return infer.RML(ctx, p, infer.RMLConfig{})
	}
	prior, table, err := s.Choose(context.Background(), g, start, infer.CVConfig{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.AtLimit) > 0 || prior[0].Weight != table.Strengths()[0] || table.Names[0] != "tsv" {
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
	s := infer.StrengthSearch{Vis: v, Folds: folds, Prior: []infer.Part{{Name: "tsv", Weight: 1, Term: tsv}},
		Solve: func(context.Context, infer.Problem) (*infer.Result, error) { return &infer.Result{Image: sky}, nil }}
	_, table, err := s.Choose(context.Background(), g, sky, infer.CVConfig{MaxCandidates: 1})
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
	s := infer.StrengthSearch{Vis: v, Folds: folds, Prior: []infer.Part{{Name: "tsv", Weight: 1, Term: tsv}},
		Data: func(v *radio.Visibilities) (infer.Data, error) {
			phases, err := measure.NewClosurePhase(radio.ClosurePhases(v, 0))
			if err != nil {
				return infer.Data{}, err
			}
			counted += phases.Len()
			l := &measure.Likelihood{Op: radio.NewDFT(g, v.U, v.V), Terms: []measure.Weighted{{Term: phases, Weight: 1}}}
			return infer.Data{Terms: []infer.Part{{Name: "data", Weight: 1, Term: l}}, Len: phases.Len()}, nil
		},
		Solve: func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
			return infer.RML(ctx, p, infer.RMLConfig{MaxIterations: 10})
		}}
	_, table, err := s.Choose(context.Background(), g, sky, infer.CVConfig{MaxCandidates: 3})
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
	prior := []infer.Part{{Name: "a", Weight: 1, Term: l1}, {Name: "b", Weight: 0, Term: l1}}
	for want, s := range map[string]infer.StrengthSearch{
		"needs Vis and Folds":    {Prior: prior},
		"for a set of 60":        {Vis: v, Folds: &radio.Folds{K: 3, Of: folds.Of[:3]}, Prior: prior},
		`"b" has weight 0`:       {Vis: v, Folds: folds, Prior: prior},
		"names part 2 of 2":      {Vis: v, Folds: folds, Prior: prior, Axes: [][]int{{2}}},
		"names part 0":           {Vis: v, Folds: folds, Prior: prior, Axes: [][]int{{0, 0}}},
		"an axis without a part": {Vis: v, Folds: folds, Prior: prior, Axes: [][]int{{0}, {}}},
		"without a strength":     {Vis: v, Folds: folds},
		"training data of fold 0: no data": {Vis: v, Folds: folds, Prior: prior[:1],
			Data: func(*radio.Visibilities) (infer.Data, error) { return infer.Data{}, errors.New("no data") }},
		"0 test data": {Vis: v, Folds: folds, Prior: prior[:1],
			Data: func(*radio.Visibilities) (infer.Data, error) { return infer.Data{}, nil }},
	} {
		if _, _, err := s.Choose(context.Background(), g, sky, infer.CVConfig{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
