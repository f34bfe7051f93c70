package infer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fringe/measure"
	"fringe/radio"
)

// Data is the data part of an objective, made of some of the visibilities.
type Data struct {
	Terms []Part
	Len   float64 // number of real data, what Σ 2·weight·value is near for a right image: 2N for N visibilities of weight 1
	Close func()  // frees what the terms hold; nil when that is nothing
}

// StrengthSearch chooses the strengths of a prior by cross-validation: of each fold's training and test data the same data
// terms are made, images are fitted to the former and compared with the latter.
//
// For data terms of closure quantities the folds must be whole scans ([radio.ScanFolds]): a triangle needs its three baselines
// on one side. Folds by (u,v) cell or sector leave few triangles on either.
type StrengthSearch struct {
	Vis   *radio.Visibilities
	Folds *radio.Folds
	// Data makes the data terms of some of the visibilities. nil for [GramData], which is exact and fast for calibrated
	// visibilities.
	Data func(v *radio.Visibilities) (Data, error)
	// Axes are the strengths to search: each lists the parts of the prior that keep their ratio. Parts are numbered through the problem's
	// Terms and then its Penalties. nil for a strength per part. Parts of no axis keep their weight.
	Axes [][]int
	// Solve makes an image. nil for [Solve] with its defaults, or with the solver pd where there are penalties. The fits of a
	// search are warm-started, so that rounds of blur and restart would only cost time: the first fit of each fold starts from the very
	// slice that is the problem's Start, the others from images.
	Solve func(ctx context.Context, p Problem) (*Result, error)
}

// Choose searches the strengths of a prior: p is the whole problem but for its data, with the prior as its Terms and Penalties.
// The search starts from their present weights, which the strengths of the table multiply. It returns p with the chosen weights,
// and the table of all candidates; append the terms of all data to p.Terms to make the image. With workers the terms
// must bear to be used by several goroutines at once, as those of [ParseRegularizers] do.
// p.Progress is not called.
func (s StrengthSearch) Choose(ctx context.Context, p Problem, c CVConfig) (Problem, *CVTable, error) {
	s, err := s.withDefaults(p)
	if err != nil {
		return p, nil, err
	}
	p.Progress, c.Names = nil, s.names(p)
	folds := &heldOut{StrengthSearch: s, problem: p}
	defer folds.close()
	if err := folds.make(); err != nil {
		return p, nil, err
	}
	ones := slices.Repeat([]float64{1}, len(s.Axes))
	table, err := SearchStrengths(ctx, Validation{Folds: s.Folds.K, Fit: folds.fit, Score: folds.score}, ones, c)
	if err != nil {
		return p, nil, err
	}
	return s.scaled(p, table.Strengths()), table, nil
}

func (s StrengthSearch) withDefaults(p Problem) (StrengthSearch, error) {
	if s.Vis == nil || s.Folds == nil {
		return s, errors.New("infer: StrengthSearch needs Vis and Folds")
	}
	if err := s.Folds.Check(s.Vis.Len()); err != nil {
		return s, err
	}
	if s.Data == nil {
		s.Data = GramData(p.Grid)
	}
	if s.Solve == nil {
		c := SolverConfig{}
		if len(p.Penalties) > 0 {
			c.Solver = PrimalDual
		}
		s.Solve = func(ctx context.Context, p Problem) (*Result, error) { return Solve(ctx, p, c) }
	}
	names, weights := partsOf(p)
	if s.Axes == nil {
		for i := range names {
			s.Axes = append(s.Axes, []int{i})
		}
	}
	return s, checkAxes(s.Axes, names, weights)
}

// partsOf returns the names and weights of the terms and then the penalties of p.
func partsOf(p Problem) (names []string, weights []float64) {
	for _, t := range p.Terms {
		names, weights = append(names, t.Name), append(weights, t.Weight)
	}
	for _, t := range p.Penalties {
		names, weights = append(names, t.Name), append(weights, t.Weight)
	}
	return names, weights
}

func checkAxes(axes [][]int, names []string, weights []float64) error {
	used := map[int]bool{}
	for _, axis := range axes {
		if len(axis) == 0 {
			return errors.New("infer: StrengthSearch.Axes has an axis without a part of the prior")
		}
		for _, i := range axis {
			if i < 0 || i >= len(names) || used[i] {
				return fmt.Errorf("infer: StrengthSearch.Axes names part %d of %d, or names it twice", i, len(names))
			}
			if !(weights[i] > 0) {
				return fmt.Errorf("infer: strength search: %q has weight %g, must be positive: the search multiplies it", names[i], weights[i])
			}
			used[i] = true
		}
	}
	return nil
}

// names returns the parts of every axis, "entropy" or "entropy+tv".
func (s StrengthSearch) names(p Problem) []string {
	parts, _ := partsOf(p)
	var names []string
	for _, axis := range s.Axes {
		var together []string
		for _, i := range axis {
			together = append(together, parts[i])
		}
		names = append(names, strings.Join(together, "+"))
	}
	return names
}

// scaled returns p with the weights of its parts multiplied.
func (s StrengthSearch) scaled(p Problem, strengths []float64) Problem {
	p.Terms, p.Penalties = slices.Clone(p.Terms), slices.Clone(p.Penalties)
	for a, axis := range s.Axes {
		for _, i := range axis {
			if i < len(p.Terms) {
				p.Terms[i].Weight *= strengths[a]
			} else {
				p.Penalties[i-len(p.Terms)].Weight *= strengths[a]
			}
		}
	}
	return p
}

// GramData returns a maker of the term "vis" of calibrated visibilities through a [measure.Gram]: a fit costs two FFTs per
// iteration, whatever the number of visibilities.
func GramData(g radio.Grid) func(v *radio.Visibilities) (Data, error) {
	return func(v *radio.Visibilities) (Data, error) {
		gram, err := measure.NewGram(g, v)
		if err != nil {
			return Data{}, err
		}
		term, err := measure.NewQuadratic(gram)
		if err != nil {
			return Data{}, err
		}
		return Data{Terms: []Part{{Name: "vis", Weight: 1, Term: term}}, Len: float64(2 * v.Unflagged().Len()), Close: term.Close}, nil
	}
}

// heldOut is the training and the test data of every fold.
type heldOut struct {
	StrengthSearch
	problem     Problem
	train, test []Data
}

func (h *heldOut) make() error {
	for fold := range h.Folds.K {
		train, err := h.Data(h.Folds.Train(h.Vis, fold))
		if err != nil {
			return fmt.Errorf("infer: cross-validation: training data of fold %d: %w", fold, err)
		}
		h.train = append(h.train, train)
		test, err := h.Data(h.Folds.Test(h.Vis, fold))
		if err != nil {
			return fmt.Errorf("infer: cross-validation: test data of fold %d: %w", fold, err)
		}
		h.test = append(h.test, test)
		if !(test.Len > 0) || len(train.Terms) == 0 {
			return fmt.Errorf("infer: cross-validation: fold %d has %g test data and %d terms to train on", fold, test.Len, len(train.Terms))
		}
	}
	return nil
}

func (h *heldOut) close() {
	for _, d := range append(h.train, h.test...) {
		if d.Close != nil {
			d.Close()
		}
	}
}

func (h *heldOut) fit(ctx context.Context, fold int, strengths, start []float64) ([]float64, error) {
	p := h.scaled(h.problem, strengths)
	p.Terms = append(slices.Clone(h.train[fold].Terms), p.Terms...)
	if start != nil {
		p.Start = start
	}
	result, err := h.Solve(ctx, p)
	if err != nil {
		return nil, err
	}
	return result.Image, nil
}

// score returns χ²/Len of the test data.
func (h *heldOut) score(fold int, image []float64) (float64, error) {
	half, err := (&Objective{Parts: h.test[fold].Terms}).ValueGrad(nil, image)
	return 2 * half / h.test[fold].Len, err
}
