package infer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
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

// The second candidate exceeds the first by 0, 0.2, 0.1 in the folds: mean 0.1, standard error 0.1/√3, that is 1.73 of them. The third exceeds
// it by 3.46 of them, and the fourth, of which one fold is very bad, by no more than one, 1 ± 1, but by more than the first one's own error of 0.58.
func TestStrongestAlike(t *testing.T) {
	v, candidates := tabled([][]float64{{1, 2, 3}, {1, 2.2, 3.1}, {1.1, 2.3, 3.2}, {1, 2, 6}})
	for rule, want := range map[infer.Rule]int{infer.Minimum: 0, infer.OneStandardError: 3, infer.StrongestAlike: 1} {
		table, err := infer.CrossValidate(context.Background(), v, candidates, infer.CVConfig{Rule: rule})
		if err != nil {
			t.Fatal(err)
		}
		from, to := table.Alike(0)
		if table.Chosen != want || from != 0 || to != 1 {
			t.Errorf("rule %q: chosen %d, alike from %g to %g; want %d, and from 0 to 1", rule, table.Chosen, from, to, want)
		}
	}
}

// A strength of which the folds disagree, two for more and two for less, cannot be told from ten times as much or as little: the search ends with
// these three, at the strongest. Where all folds agree it goes on, however small the differences.
func TestSearchStopsWithinTheError(t *testing.T) {
	search := func(slopes []float64) *infer.CVTable {
		v := infer.Validation{
			Folds: len(slopes),
			Fit:   func(_ context.Context, _ int, s, _ []float64) ([]float64, error) { return slices.Clone(s), nil },
			Score: func(fold int, image []float64) (float64, error) {
				return 1 + 0.1*float64(fold) + slopes[fold]*math.Log10(image[0]), nil
			},
		}
		table, err := infer.SearchStrengths(context.Background(), v, []float64{1}, infer.CVConfig{Rule: infer.StrongestAlike})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	if table := search([]float64{1e-3, -1e-3, 2e-3, -2e-3}); len(table.Candidates) != 3 || table.Strengths()[0] != 10 || table.Stop != infer.Converged {
		t.Errorf("disagreeing folds: %d candidates, chosen %g, stop %q; want 3, 10", len(table.Candidates), table.Strengths()[0], table.Stop)
	}
	if table := search([]float64{1e-3, 1.1e-3, 0.9e-3, 1e-3}); table.Strengths()[0] > 1.001e-4 {
		t.Errorf("agreeing folds: chosen %g, want the end of the range at 1e-4", table.Strengths()[0])
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

// A search whose score falls for ever ends where the range does, and says so: after three steps of 10 within a factor of 1000.
func TestSearchReachesTheEndOfItsRange(t *testing.T) {
	v := infer.Validation{
		Folds: 2,
		Fit:   func(_ context.Context, _ int, s, _ []float64) ([]float64, error) { return s, nil },
		Score: func(_ int, image []float64) (float64, error) { return 1 / image[0], nil },
	}
	table, err := infer.SearchStrengths(context.Background(), v, []float64{1}, infer.CVConfig{Step: 10, Range: 1000})
	if err != nil {
		t.Fatal(err)
	}
	// The power of 10 is good to rounding.
	if got := table.Strengths()[0]; math.Abs(got/1000-1) > 1e-12 || len(table.AtLimit) != 1 {
		t.Errorf("the search ends at %g, at the limit: %v; want 1000 and its only strength", got, table.AtLimit)
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
