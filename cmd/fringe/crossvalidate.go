package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"fringe/figure"
	"fringe/infer"
	"fringe/radio"
)

// cvIterations is the largest number of iterations of a fit in a cross-validation. Fits start from those of the strengths before.
const cvIterations = 300

// crossValidate chooses the strengths of the prior by K-fold cross-validation and sets them.
func (j *job) crossValidate(ctx context.Context, log io.Writer) error {
	if len(j.prior.terms)+len(j.prior.penalties) == 0 {
		return withHint(fmt.Errorf("--cv is for the strengths of regularizers, and %s has none", j.prior.name), "name some with --prior, such as entropy=1,tv=1")
	}
	if len(j.sets) > 1 || j.channels() > 1 {
		return withHint(fmt.Errorf("--cv is for one file and one channel"), "choose the strengths with one of them, and give them with --prior")
	}
	folds, err := j.folds()
	if err != nil {
		return withHint(err, "take fewer folds, such as --folds 3, or --folds scans:5")
	}
	h := &heldOut{job: j, folds: folds}
	defer h.close()
	if err := h.make(); err != nil {
		return err
	}
	fmt.Fprintf(log, "cross-validation in %d folds of the strengths of %v\n", folds.K, h.names())
	config := infer.CVConfig{Names: h.names(), Progress: func(c infer.Candidate) {
		fmt.Fprintf(log, "strengths × %.3g: held-out chi2 %.5g ± %.2g\n", c.Strengths, c.Mean, c.StdErr)
	}}
	start := slices.Repeat([]float64{1}, len(config.Names))
	table, err := infer.SearchStrengths(ctx, infer.Validation{Folds: folds.K, Fit: h.fit, Score: h.score}, start, config)
	if err != nil {
		return err
	}
	j.prior.terms, j.prior.penalties = h.scaled(table.Strengths())
	j.validation = table
	return table.Write(log)
}

// defaultFolds is the value of --folds unless it is given.
const defaultFolds = "5"

// foldPlan is how --folds divides the data.
type foldPlan struct {
	kind  string // cells, dartboard or scans; "" for what suits the data
	count int
}

// parseFolds reads the value of --folds.
func parseFolds(text string) (foldPlan, error) {
	kind, number, named := strings.Cut(text, ":")
	if !named {
		kind, number = "", text
	}
	count, err := strconv.Atoi(number)
	if err != nil || count < 2 || count > 100 || named && !slices.Contains([]string{"cells", "dartboard", "scans"}, kind) {
		return foldPlan{}, withHint(fmt.Errorf("--folds %q is not a number of folds from 2 to 100", text), "such as 5, cells:5, dartboard:5 or scans:5")
	}
	return foldPlan{kind, count}, nil
}

// folds divides the visibilities: unless told otherwise by cells of the (u,v) plane where complex visibilities are fitted, and by whole
// scans where not, because a closure quantity needs its baselines on one side.
func (j *job) folds() (*radio.Folds, error) {
	plan, err := parseFolds(j.options.folds)
	if err != nil {
		return nil, err
	}
	f, rng := j.sets[0].fit, rand.New(rand.NewPCG(1, 0))
	complexOnly := len(f.spec.weights) == 1 && f.spec.fitsVis()
	switch {
	case !complexOnly && plan.kind != "" && plan.kind != "scans":
		return nil, fmt.Errorf("--folds by %s would tear closure quantities apart, which need all their baselines on one side", plan.kind)
	case plan.kind == "dartboard":
		return radio.DartboardFolds(f.vis, radio.Dartboard{}, plan.count, rng)
	case plan.kind == "scans" || !complexOnly:
		return radio.ScanFolds(f.vis, 0, plan.count, rng)
	}
	return radio.CellFolds(f.vis, j.grid, plan.count, rng)
}

// heldOut is the training and the test data of every fold of a job.
type heldOut struct {
	job         *job
	folds       *radio.Folds
	train, test []*fit
}

func (h *heldOut) make() error {
	v, spec := h.job.sets[0].obs.vis, h.job.sets[0].fit.spec
	for k := range h.folds.K {
		train, err := newFit(h.folds.Train(v, k), h.job.grid, spec)
		if err != nil {
			return fmt.Errorf("training data of fold %d: %w", k+1, err)
		}
		h.train = append(h.train, train)
		test, err := newFit(h.folds.Test(v, k), h.job.grid, spec)
		if err != nil {
			return fmt.Errorf("test data of fold %d: %w", k+1, err)
		}
		h.test = append(h.test, test)
	}
	return nil
}

func (h *heldOut) close() {
	for _, f := range slices.Concat(h.train, h.test) {
		f.close()
	}
}

// names returns the regularizers, smooth ones first.
func (h *heldOut) names() []string {
	var names []string
	for _, p := range h.job.prior.terms {
		names = append(names, p.Name)
	}
	for _, p := range h.job.prior.penalties {
		names = append(names, p.Name)
	}
	return names
}

// scaled returns the prior with its strengths multiplied.
func (h *heldOut) scaled(factors []float64) ([]infer.Part, []infer.Penalty) {
	terms, penalties := slices.Clone(h.job.prior.terms), slices.Clone(h.job.prior.penalties)
	for i := range terms {
		terms[i].Weight *= factors[i]
	}
	for i := range penalties {
		penalties[i].Weight *= factors[len(terms)+i]
	}
	return terms, penalties
}

// fit images the training data of a fold from the image of other strengths; the first one starts from the job's start image.
func (h *heldOut) fit(ctx context.Context, fold int, strengths, start []float64) ([]float64, error) {
	terms, penalties := h.scaled(strengths)
	p := infer.Problem{Grid: h.job.grid, Mask: h.job.problem.Mask, Start: start, Penalties: penalties}
	c, err := h.job.solver(penalties)
	if err != nil {
		return nil, err
	}
	if start == nil {
		p.Start = h.job.problem.Start
	} else {
		c.Rounds = nil // rounds of blur and restart have found the place
	}
	if c.MaxIterations == 0 || c.MaxIterations > cvIterations {
		c.MaxIterations = cvIterations
	}
	// All other terms, such as the flux, train as they are.
	p.Terms = slices.Concat([]infer.Part{{Name: "data", Weight: 1, Term: h.train[fold]}}, h.job.problem.Terms[1:], terms)
	result, err := infer.Solve(ctx, p, c)
	if err != nil {
		return nil, err
	}
	return result.Image, nil
}

// score returns the reduced χ² of the test data, kinds weighted as in the fit.
func (h *heldOut) score(fold int, image []float64) (float64, error) {
	f := h.test[fold]
	half, err := f.ValueGrad(nil, image)
	data := 0.0
	for _, t := range f.likelihood.Terms {
		data += t.Weight * float64(t.Len())
	}
	return 2 * half / data, err
}

// scores returns a cross-validation for its figure.
func scores(t *infer.CVTable) figure.Scores {
	s := figure.Scores{Names: t.Names, Chosen: t.Chosen}
	for _, c := range t.Candidates {
		s.Strengths, s.Mean, s.Err = append(s.Strengths, c.Strengths), append(s.Mean, c.Mean), append(s.Err, c.StdErr)
	}
	return s
}

// validationReport is what report.json says of a cross-validation; cv.json has all candidates.
type validationReport struct {
	Folds       int                `json:"folds"`
	Candidates  int                `json:"candidates"`
	HeldOutChi2 float64            `json:"held_out_chi2"` // of the choice
	Factors     map[string]float64 `json:"factors"`       // on the strengths that --prior gives
	AtLimit     []string           `json:"at_limit"`      // strengths that may want to go further
}

func reportValidation(t *infer.CVTable) *validationReport {
	chosen := t.Candidates[t.Chosen]
	r := &validationReport{Folds: len(chosen.Scores), Candidates: len(t.Candidates), HeldOutChi2: chosen.Mean, Factors: map[string]float64{}, AtLimit: []string{}}
	for i, name := range t.Names {
		r.Factors[name] = chosen.Strengths[i]
	}
	for _, i := range t.AtLimit {
		r.AtLimit = append(r.AtLimit, t.Names[i])
	}
	return r
}
