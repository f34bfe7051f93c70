package infer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Validation is an imager under cross-validation: for every fold it makes an image without the fold's data and compares it
// with them. Both functions are called with folds 0…Folds−1, for different folds from several goroutines at once when
// [CVConfig] has workers.
type Validation struct {
	Folds int
	// Fit images the training data of a fold with the given strengths. start is the fold's image of a candidate nearby, or nil
	// for the first one; it must not be changed. A fit that has not converged depends on it.
	Fit func(ctx context.Context, fold int, strengths, start []float64) (image []float64, err error)
	// Score returns the reduced χ² of the fold's own data for an image: the negative log-likelihood per datum up to a factor of 2
	// and a constant. Near 1 for a right image.
	Score func(fold int, image []float64) (float64, error)
}

// Rule is how a candidate is chosen.
type Rule string

// The rules. Minimum asks which image predicts best. OneStandardError asks for the strongest prior that predicts as well, as far as the
// folds can tell (Breiman et al. 1984, Classification and Regression Trees, sect. 3.4.3): a smoother image, safer
// against fine structure that is not there. Its error is that of the difference to the best candidate in the same folds, not
// of either mean: what makes one fold harder than another (noise, few data) is common to all candidates and says
// nothing about which of them is better. That error is from a few folds, and much smaller than Breiman's: with five folds chance alone exceeds it
// once in three times, and twice that once in eight. StrongestAlike allows for twice that, but no more than Breiman's: one fold that
// a weak prior fits very badly makes the error of the difference large.
const (
	Minimum          Rule = "minimum"
	OneStandardError Rule = "one-standard-error"
	StrongestAlike   Rule = "strongest-alike"
)

// CVConfig sets up [CrossValidate] and [SearchStrengths]. The zero value works.
type CVConfig struct {
	Names []string // of the strengths, for the table; nil for none
	Rule  Rule     // "" for Minimum, which makes the better image by any measure of error; see [Rule]

	// Of SearchStrengths: the first step multiplies a strength by Step (0 for 10); when no step lowers the score, steps become
	// their own square root, Refinements times (0 for 2: down to a factor of 1.8). A strength stays within a factor Range
	// (0 for 10,000) of its start. At most MaxCandidates (0 for 40) are tried.
	Step          float64
	Refinements   int
	Range         float64
	MaxCandidates int

	Workers  int             // folds at a time; 0 for 1. The result does not depend on it.
	Progress func(Candidate) // when not nil, called after every candidate
}

func (c CVConfig) withDefaults() CVConfig {
	if c.Rule == "" {
		c.Rule = Minimum
	}
	setDefault(&c.Step, 10)
	setDefault(&c.Refinements, 2)
	setDefault(&c.Range, 1e4)
	setDefault(&c.MaxCandidates, 40)
	setDefault(&c.Workers, 1)
	return c
}

// Validate says which field is wrong.
func (c CVConfig) Validate() error {
	if !slices.Contains([]Rule{"", Minimum, OneStandardError, StrongestAlike}, c.Rule) {
		return fmt.Errorf("infer: CVConfig.Rule is %q: known are %q, %q and %q", c.Rule, Minimum, OneStandardError, StrongestAlike)
	}
	if c.Step != 0 && !(c.Step > 1 && finite(c.Step)) {
		return fmt.Errorf("infer: CVConfig.Step is %g, must be a factor above 1", c.Step)
	}
	if c.Range != 0 && !(c.Range >= 1 && finite(c.Range)) {
		return fmt.Errorf("infer: CVConfig.Range is %g, must be a factor of at least 1", c.Range)
	}
	if c.Refinements < 0 || c.Refinements > 20 || c.MaxCandidates < 0 || c.Workers < 0 {
		return fmt.Errorf("infer: CVConfig has %d refinements, %d candidates and %d workers: want 0 to 20 refinements and nothing negative",
			c.Refinements, c.MaxCandidates, c.Workers)
	}
	return nil
}

// CrossValidate scores a list of candidates, each a vector of strengths, in its order. The fit of every fold starts from the
// fold's image of the candidate before it, so that neighbours in the list should be alike; strong priors first is the
// safer direction. When ctx is cancelled it returns the table of the candidates that are complete, with the stop reason
// [Cancelled], or the context's error when there is none.
func CrossValidate(ctx context.Context, v Validation, candidates [][]float64, c CVConfig) (*CVTable, error) {
	if len(candidates) == 0 {
		return nil, errors.New("infer: cross-validation without candidates")
	}
	r, err := newValidator(v, c, candidates[0])
	if err != nil {
		return nil, err
	}
	var images [][]float64
	for _, strengths := range candidates {
		next, done, err := r.try(ctx, strengths, images)
		if err != nil {
			return nil, err
		}
		if !done {
			break
		}
		images = next
	}
	return r.finish(ctx, ScheduleFinished)
}

// validator runs candidates and collects their scores.
type validator struct {
	v     Validation
	c     CVConfig
	table *CVTable
}

func newValidator(v Validation, c CVConfig, first []float64) (*validator, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if v.Folds < 2 || v.Fit == nil || v.Score == nil {
		return nil, fmt.Errorf("infer: Validation has %d folds: want at least 2, a Fit and a Score", v.Folds)
	}
	if c.Names != nil && len(c.Names) != len(first) {
		return nil, fmt.Errorf("infer: CVConfig.Names has %d names for %d strengths", len(c.Names), len(first))
	}
	c = c.withDefaults()
	return &validator{v, c, &CVTable{Names: c.Names, Rule: c.Rule}}, nil
}

// try fits and scores one candidate in all folds and adds it to the table, unless the context is cancelled before it is done.
func (r *validator) try(ctx context.Context, strengths []float64, start [][]float64) (images [][]float64, done bool, err error) {
	if n := len(r.table.Candidates); n > 0 && len(strengths) != len(r.table.Candidates[0].Strengths) {
		return nil, false, fmt.Errorf("infer: candidate %d has %d strengths, the first has %d", n, len(strengths), len(r.table.Candidates[0].Strengths))
	}
	for i, s := range strengths {
		if !(s >= 0) || !finite(s) {
			return nil, false, fmt.Errorf("infer: candidate %d has strength %d of %g, must be finite and not negative", len(r.table.Candidates), i, s)
		}
	}
	images = make([][]float64, r.v.Folds)
	scores, errs := make([]float64, r.v.Folds), make([]error, r.v.Folds)
	each(r.v.Folds, r.c.Workers, func(fold int) {
		var from []float64
		if start != nil {
			from = start[fold]
		}
		images[fold], scores[fold], errs[fold] = r.fold(ctx, fold, strengths, from)
	})
	if ctx.Err() != nil {
		return nil, false, nil
	}
	if err := errors.Join(errs...); err != nil {
		return nil, false, err
	}
	candidate := newCandidate(strengths, scores)
	r.table.Candidates = append(r.table.Candidates, candidate)
	if r.c.Progress != nil {
		r.c.Progress(candidate)
	}
	return images, true, nil
}

// fold fits and scores one fold.
func (r *validator) fold(ctx context.Context, fold int, strengths, start []float64) ([]float64, float64, error) {
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	image, err := r.v.Fit(ctx, fold, strengths, start)
	if err != nil {
		return nil, 0, fmt.Errorf("infer: cross-validation: fit of fold %d with strengths %.3g: %w", fold, strengths, err)
	}
	score, err := r.v.Score(fold, image)
	if err == nil && !finite(score) {
		err = fmt.Errorf("the score is %g", score)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("infer: cross-validation: score of fold %d with strengths %.3g: %w", fold, strengths, err)
	}
	return image, score, nil
}

func (r *validator) finish(ctx context.Context, stop Stop) (*CVTable, error) {
	if len(r.table.Candidates) == 0 {
		return nil, ctx.Err()
	}
	r.table.Stop = stop
	if ctx.Err() != nil {
		r.table.Stop = Cancelled
	}
	r.table.choose()
	return r.table, nil
}

// each calls f(0) … f(n−1) from at most workers goroutines and waits.
func each(n, workers int, f func(i int)) {
	jobs := make(chan int)
	var wait sync.WaitGroup
	for range min(n, workers) {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := range jobs {
				f(i)
			}
		}()
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	wait.Wait()
}

// meanAndError returns the mean of x and its standard error, s/√n.
func meanAndError(x []float64) (mean, stdErr float64) {
	n := float64(len(x))
	mean = sum(x) / n
	for _, v := range x {
		stdErr += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(stdErr / (n - 1) / n)
}
