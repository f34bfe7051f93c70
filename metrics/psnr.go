package metrics

import (
	"fmt"
	"math"
	"slices"
)

// PSNR returns the peak signal-to-noise ratio in dB, 10·log10(peak²/MSE). The data range is the peak of the truth, not of
// the image nor a fixed number, so that scaling both alike changes nothing. Equal images give +Inf.
func PSNR(truth, img []float64) (float64, error) {
	if err := check("PSNR", truth, img); err != nil {
		return 0, err
	}
	peak := slices.Max(truth)
	if !(peak > 0) {
		return 0, fmt.Errorf("metrics: PSNR: the truth's peak is %g, must be positive", peak)
	}
	diff, _ := squares(truth, img)
	return 10 * math.Log10(peak*peak*float64(len(truth))/diff), nil
}
