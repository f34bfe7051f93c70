package main

import (
	"context"
	"fmt"
	"io"
	"maps"
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
	if j.channels() > 1 {
		return withHint(fmt.Errorf("--cv is for an image, not for a cube"), "choose the strengths with one channel, and give them with --prior")
	}
	if err := j.checkAlike(); err != nil {
		return err
	}
	thermal, whole, err := j.together()
	if err != nil {
		return err
	}
	folds, err := j.folds(whole)
	if err != nil {
		return withHint(err, "take fewer folds, such as --folds 3, or --folds scans:5")
	}
	fmt.Fprintf(log, "cross-validation in %d folds of the strengths of %s\n", folds.K, j.prior.name)
	search, prior := j.strengthSearch(thermal, folds)
	chosen, table, err := search.Choose(ctx, prior, infer.CVConfig{Rule: infer.StrongestAlike, Progress: func(c infer.Candidate) {
		fmt.Fprintf(log, "strengths × %.3g: held-out chi2 %.5g ± %.2g\n", c.Strengths, c.Mean, c.StdErr)
	}})
	if err != nil {
		return err
	}
	j.prior.terms, j.prior.penalties = chosen.Terms[len(j.others()):], chosen.Penalties
	report := reportValidation(table)
	j.validation, j.prior.name = table, withFactors(j.prior.name, report.Factors)
	if err := table.Write(log); err != nil {
		return err
	}
	fmt.Fprintf(log, "the held-out chi2 is flat within its errors for factors of %s; the strongest of these strengths is taken\n", report.alike(table.Names))
	return nil
}

// checkAlike refuses files that are fitted in different ways, because the folds are made of the visibilities of all of them.
func (j *job) checkAlike() error {
	first := j.sets[0]
	for _, s := range j.sets[1:] {
		a, b := first.fit.spec, s.fit.spec
		if s.weight != 1 || first.weight != 1 || !maps.Equal(a.weights, b.weights) || !slices.Equal(a.beam, b.beam) {
			return withHint(fmt.Errorf("--cv is for files that are fitted alike, and %s and %s differ in --data, --dataset-weights or the primary beam", first.name, s.name),
				"choose the strengths with one of them, and give them with --prior")
		}
	}
	return nil
}

// together returns the visibilities of all files, with thermal errors and with those of the fit.
func (j *job) together() (thermal, whole *radio.Visibilities, err error) {
	if len(j.sets) == 1 {
		return j.sets[0].obs.vis, j.sets[0].fit.vis, nil
	}
	var a, b []*radio.Visibilities
	for _, s := range j.sets {
		a, b = append(a, s.obs.vis), append(b, s.fit.vis)
	}
	if thermal, err = radio.Concat(a...); err != nil {
		return nil, nil, err
	}
	whole, err = radio.Concat(b...)
	return thermal, whole, err
}

// others are the terms that are neither data nor prior, such as the flux, which train as they are.
func (j *job) others() []infer.Part { return j.problem.Terms[len(j.sets):] }

// strengthSearch returns a search of the strengths of the prior and the problem without data that it is for.
func (j *job) strengthSearch(v *radio.Visibilities, folds *radio.Folds) (infer.StrengthSearch, infer.Problem) {
	p := infer.Problem{Grid: j.grid, Mask: j.problem.Mask, Start: j.problem.Start, Terms: slices.Concat(j.others(), j.prior.terms), Penalties: j.prior.penalties}
	s := infer.StrengthSearch{Vis: v, Folds: folds, Data: j.heldOut, Solve: j.solveHeldOut}
	for i := len(j.others()); i < len(p.Terms)+len(p.Penalties); i++ {
		s.Axes = append(s.Axes, []int{i})
	}
	return s, p
}

// heldOut makes the data terms of some of the visibilities; Len counts kinds with their weights in the fit.
func (j *job) heldOut(v *radio.Visibilities) (infer.Data, error) {
	f, err := newFit(v, j.grid, j.sets[0].fit.spec)
	if err != nil {
		return infer.Data{}, err
	}
	d := infer.Data{Terms: []infer.Part{{Name: "data", Weight: 1, Term: f}}, Close: f.close}
	for _, t := range f.likelihood.Terms {
		d.Len += t.Weight * float64(t.Len())
	}
	return d, nil
}

// solveHeldOut images the training data of a fold.
func (j *job) solveHeldOut(ctx context.Context, p infer.Problem) (*infer.Result, error) {
	c, err := j.solver(p.Penalties)
	if err != nil {
		return nil, err
	}
	if &p.Start[0] != &j.problem.Start[0] {
		c.Rounds = nil // it starts from the image of other strengths: rounds of blur and restart have found the place
	}
	if c.MaxIterations == 0 || c.MaxIterations > cvIterations {
		c.MaxIterations = cvIterations
	}
	return infer.Solve(ctx, p, c)
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
func (j *job) folds(v *radio.Visibilities) (*radio.Folds, error) {
	plan, err := parseFolds(j.options.folds)
	if err != nil {
		return nil, err
	}
	spec, rng := j.sets[0].fit.spec, rand.New(rand.NewPCG(1, 0))
	complexOnly := len(spec.weights) == 1 && spec.fitsVis()
	switch {
	case !complexOnly && plan.kind != "" && plan.kind != "scans":
		return nil, fmt.Errorf("--folds by %s would tear closure quantities apart, which need all their baselines on one side", plan.kind)
	case plan.kind == "dartboard":
		return radio.DartboardFolds(v, radio.Dartboard{}, plan.count, rng)
	case plan.kind == "scans" || !complexOnly:
		return radio.ScanFolds(v, 0, plan.count, rng)
	}
	return radio.CellFolds(v, j.grid, plan.count, rng)
}

// withFactors returns a list of regularizers such as "entropy=1,tsv" with every strength multiplied by the factor of its name.
func withFactors(list string, factors map[string]float64) string {
	items := strings.Split(list, ",")
	for i, item := range items {
		name, number, given := strings.Cut(strings.TrimSpace(item), "=")
		strength := 1.0
		if given {
			strength, _ = strconv.ParseFloat(number, 64) // ParseRegularizers has read it before
		}
		if factor, chosen := factors[name]; chosen {
			strength *= factor
		}
		items[i] = fmt.Sprintf("%s=%.4g", name, strength)
	}
	return strings.Join(items, ",")
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
	Rule        string             `json:"rule"`
	Factors     map[string]float64 `json:"factors"`  // on the strengths that --prior gives
	Alike       map[string]span    `json:"alike"`    // factors that predict as well, within the errors
	AtLimit     []string           `json:"at_limit"` // strengths that may want to go further
}

// span is a range, from its smallest to its largest value.
type span [2]float64

// alike writes the ranges of factors in the order of the names.
func (r *validationReport) alike(names []string) string {
	var parts []string
	for _, name := range names {
		part := fmt.Sprintf("%s %.3g", name, r.Alike[name][0])
		if r.Alike[name][1] > r.Alike[name][0] {
			part += fmt.Sprintf(" to %.3g", r.Alike[name][1])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func reportValidation(t *infer.CVTable) *validationReport {
	chosen := t.Candidates[t.Chosen]
	r := &validationReport{Folds: len(chosen.Scores), Candidates: len(t.Candidates), HeldOutChi2: chosen.Mean, Rule: string(t.Rule),
		Factors: map[string]float64{}, Alike: map[string]span{}, AtLimit: []string{}}
	for i, name := range t.Names {
		from, to := t.Alike(i)
		r.Alike[name] = span{from, to}
		r.Factors[name] = chosen.Strengths[i]
	}
	for _, i := range t.AtLimit {
		r.AtLimit = append(r.AtLimit, t.Names[i])
	}
	return r
}
