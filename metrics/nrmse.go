package metrics

import (
	"fmt"
	"math"
)

// NRMSE returns the normalised root mean square error √(Σ(img − truth)²/Σ truth²): 0 for equal images, 1 for an empty one.
func NRMSE(truth, img []float64) (float64, error) {
	if err := check("NRMSE", truth, img); err != nil {
		return 0, err
	}
	diff, norm := squares(truth, img)
	if norm == 0 {
		return 0, fmt.Errorf("metrics: NRMSE: the truth is zero everywhere")
	}
	return math.Sqrt(diff / norm), nil
}

// SNR returns the signal-to-noise ratio of a reconstruction in dB, 20·log10(‖truth‖/‖img − truth‖) = −20·log10(NRMSE).
func SNR(truth, img []float64) (float64, error) {
	e, err := NRMSE(truth, img)
	return -20 * math.Log10(e), err
}
