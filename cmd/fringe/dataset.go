package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fringe/infer"
	"fringe/radio"
)

// dataset is one file, or one channel of it, and what of it is fitted.
type dataset struct {
	obs    *observation
	fit    *fit
	weight float64      // against the other data sets
	gains  *calibration // nil before self-calibration
	name   string
	plane  int // of a cube
}

// parseDatasetWeights reads a list such as "1,0.5" for n files; an empty list is all ones.
func parseDatasetWeights(list string, n int) ([]float64, error) {
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 1
	}
	if list == "" {
		return weights, nil
	}
	items := strings.Split(list, ",")
	if len(items) != n {
		return nil, withHint(fmt.Errorf("--dataset-weights %s has %d numbers for %d files", list, len(items), n), "give one number for each file, in their order")
	}
	for i, item := range items {
		w, err := strconv.ParseFloat(strings.TrimSpace(item), 64)
		if err != nil || !(w >= 0) || w > 1e6 {
			return nil, withHint(fmt.Errorf("--dataset-weights %s: %q is no weight", list, item), "give numbers from 0 (a check that is not fitted) to 1e6")
		}
		weights[i] = w
	}
	if slices.Max(weights) == 0 {
		return nil, withHint(fmt.Errorf("--dataset-weights %s leaves no file to fit", list), "give one file at least a weight above 0")
	}
	return weights, nil
}

// numbered returns the name of something of data set i: the first has the plain name, the second name2.
func numbered(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprintf("%s%d", name, i+1)
}

// dataTerms returns a data term for each set.
func (j *job) dataTerms() []infer.Part {
	var parts []infer.Part
	for i, s := range j.sets {
		part := infer.Part{Name: numbered("data", i), Weight: s.weight, Term: s.fit}
		if j.channels() > 1 {
			part.Term = planeTerm{s.fit, s.plane * j.grid.Len(), j.grid.Len()}
		}
		parts = append(parts, part)
	}
	return parts
}

// fitted returns the sets that are fitted: those of weight 0 are compared only.
func (j *job) fitted() []*dataset {
	return slices.DeleteFunc(slices.Clone(j.sets), func(s *dataset) bool { return s.weight == 0 })
}

// visibilities returns those of all fitted sets together, with thermal errors.
func (j *job) visibilities() (*radio.Visibilities, error) {
	var all []*radio.Visibilities
	for _, s := range j.fitted() {
		all = append(all, s.obs.vis)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return radio.Concat(all...)
}

// reducedChi2 returns the reduced χ² of every kind of data of every set.
func (j *job) reducedChi2(image []float64) (map[string]float64, error) {
	all := map[string]float64{}
	for i, s := range j.sets {
		chi2, err := s.fit.likelihood.ReducedChi2(j.planeOf(s, image))
		if err != nil {
			return nil, err
		}
		for name, value := range chi2 {
			all[numbered(name, i)] = value
		}
	}
	return all, nil
}
