package metrics

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Interval is a mean with its confidence interval.
type Interval struct {
	Mean, Lo, Hi float64
	N            int     // number of values
	Level        float64 // such as 0.95
}

// String writes the interval as "12.3 [11.9, 12.8]".
func (i Interval) String() string { return fmt.Sprintf("%.4g [%.4g, %.4g]", i.Mean, i.Lo, i.Hi) }

// resamples of the bootstrap: enough for two digits of a 95 % interval (Efron & Tibshirani 1993, section 14.2).
const resamples = 2000

// MeanInterval returns the mean of the values and its percentile bootstrap interval (Efron & Tibshirani 1993, section 13.3)
// at a level between 0 and 1, such as 0.95. Equal generators give equal intervals. One value gives an interval of width 0:
// look at N. For two methods on the same skies, pass the differences: then the interval says whether they differ.
func MeanInterval(values []float64, level float64, rng *rand.Rand) (Interval, error) {
	if len(values) == 0 {
		return Interval{}, fmt.Errorf("metrics: interval of no values")
	}
	if !(level > 0 && level < 1) {
		return Interval{}, fmt.Errorf("metrics: interval level is %g, must be between 0 and 1", level)
	}
	for k, v := range values {
		if !finite(v) {
			return Interval{}, fmt.Errorf("metrics: interval: value %d is %g", k, v)
		}
	}
	means := make([]float64, resamples)
	for k := range means {
		for range values {
			means[k] += values[rng.IntN(len(values))] / float64(len(values))
		}
	}
	slices.Sort(means)
	tail := (1 - level) / 2
	return Interval{Mean: mean(values), Lo: quantile(means, tail), Hi: quantile(means, 1-tail), N: len(values), Level: level}, nil
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// quantile interpolates linearly between the sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	k := min(int(at), len(sorted)-2)
	f := at - float64(k)
	return sorted[k]*(1-f) + sorted[k+1]*f
}
