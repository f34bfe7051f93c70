package measure

import (
	"errors"
	"fmt"
	"math"
)

// DataSet is the likelihood of one observation and the factor in front of it in a [Joint]. 1 takes the errors of all data
// sets at their word; 0 keeps the set as a check that is not fitted.
type DataSet struct {
	*Likelihood
	Weight float64
}

// Joint is Σ weight·likelihood over several observations of one sky, each with its own operator: nights, bands, arrays. It
// serves as the data term of an objective just as a single [Likelihood] does, under the same rules.
type Joint struct {
	Sets []DataSet

	part []float64 // gradient of one set
}

// ValueGrad returns Σ weight·value at the image x (Jy/pixel) and overwrites grad (1/(Jy/pixel)) with its gradient; a nil grad
// asks for the value only.
func (j *Joint) ValueGrad(grad, x []float64) (float64, error) {
	if grad != nil && len(grad) != len(x) {
		return 0, fmt.Errorf("measure: gradient of %d pixels for an image of %d", len(grad), len(x))
	}
	if grad != nil && len(j.part) != len(x) {
		j.part = make([]float64, len(x))
	}
	clear(grad)
	sum := 0.0
	err := j.each(func(_ int, set DataSet) error {
		if set.Weight == 0 {
			return nil
		}
		var part []float64
		if grad != nil {
			part = j.part
		}
		value, err := set.ValueGrad(part, x)
		sum += set.Weight * value
		for p := range grad {
			grad[p] += set.Weight * part[p]
		}
		return err
	})
	return sum, err
}

// ReducedChi2 returns χ²/Len of each term of each data set at the image x, those of weight 0 included. Terms of the first set
// have their own names ("vis"), those of set k carry its number ("vis2").
func (j *Joint) ReducedChi2(x []float64) (map[string]float64, error) {
	all := map[string]float64{}
	err := j.each(func(i int, set DataSet) error {
		reduced, err := set.ReducedChi2(x)
		for name, chi2 := range reduced {
			all[numbered(name, i)] = chi2
		}
		return err
	})
	return all, err
}

// LogLikelihood returns Σ log density of all data sets at the image x, constants included. The weights do not enter.
func (j *Joint) LogLikelihood(x []float64) (float64, error) {
	sum := 0.0
	err := j.each(func(_ int, set DataSet) error {
		value, err := set.LogLikelihood(x)
		sum += value
		return err
	})
	return sum, err
}

// each calls f for every data set and says which one failed.
func (j *Joint) each(f func(i int, set DataSet) error) error {
	if len(j.Sets) == 0 {
		return errors.New("measure: the joint likelihood has no data sets")
	}
	for i, set := range j.Sets {
		if set.Likelihood == nil || !(set.Weight >= 0) || math.IsInf(set.Weight, 0) {
			return fmt.Errorf("measure: data set %d has weight %g: want a likelihood and a finite weight that is not negative", i+1, set.Weight)
		}
		if err := f(i, set); err != nil {
			return fmt.Errorf("measure: data set %d: %w", i+1, err)
		}
	}
	return nil
}

// numbered returns the name of a term of data set i, counted from 0.
func numbered(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprintf("%s%d", name, i+1)
}
