package metrics

import (
	"fmt"
	"math"
)

// check wants two images of one positive length with finite values.
func check(what string, truth, img []float64) error {
	if len(truth) == 0 || len(truth) != len(img) {
		return fmt.Errorf("metrics: %s of a truth of %d pixels and an image of %d", what, len(truth), len(img))
	}
	for k := range truth {
		if !finite(truth[k]) || !finite(img[k]) {
			return fmt.Errorf("metrics: %s: pixel %d is not finite (truth %g, image %g)", what, k, truth[k], img[k])
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// squares returns Σ(img − truth)² and Σ truth².
func squares(truth, img []float64) (diff, norm float64) {
	for k, t := range truth {
		d := img[k] - t
		diff += d * d
		norm += t * t
	}
	return diff, norm
}
