package metrics

import (
	"fmt"
	"math"

	"fringe/radio"
)

// NXCorr returns the normalised cross-correlation of two images, (1/N)·Σ (t − ⟨t⟩)(x − ⟨x⟩)/(σ_t·σ_x), between −1 and 1 (EHT
// Collaboration 2019, Paper IV, ApJL 875, L4). It does not see the scale of the image.
func NXCorr(truth, img []float64) (float64, error) {
	if err := check("NXCorr", truth, img); err != nil {
		return 0, err
	}
	t, x, err := standardised(truth, img)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for k := range t {
		sum += t[k] * x[k]
	}
	return sum, nil
}

// ShiftedNXCorr returns the largest NXCorr over shifts of the image by up to maxShift pixels along each axis, and the shift
// that gives it: dx columns to the West and dy rows to the North. Closure phases do not fix the position, so images made
// from them are compared in this way. Shifts are circular, so images should be empty near the border.
func ShiftedNXCorr(g radio.Grid, truth, img []float64, maxShift int) (rho float64, dx, dy int, err error) {
	if err := check("NXCorr", truth, img); err != nil {
		return 0, 0, 0, err
	}
	if len(truth) != g.Len() {
		return 0, 0, 0, fmt.Errorf("metrics: NXCorr: images have %d pixels, the grid %d x %d", len(truth), g.NX, g.NY)
	}
	if maxShift < 0 || 2*maxShift >= min(g.NX, g.NY) {
		return 0, 0, 0, fmt.Errorf("metrics: NXCorr: shift %d, must be at least 0 and below half of %d x %d pixels", maxShift, g.NX, g.NY)
	}
	t, x, err := standardised(truth, img)
	if err != nil {
		return 0, 0, 0, err
	}
	rho = math.Inf(-1)
	for sy := -maxShift; sy <= maxShift; sy++ {
		for sx := -maxShift; sx <= maxShift; sx++ {
			if r := shiftedSum(g, t, x, sx, sy); r > rho {
				rho, dx, dy = r, sx, sy
			}
		}
	}
	return rho, dx, dy, nil
}

// shiftedSum returns Σ t(x, y)·img(x − sx, y − sy), circularly.
func shiftedSum(g radio.Grid, t, img []float64, sx, sy int) float64 {
	sum := 0.0
	for y := range g.NY {
		row := t[y*g.NX:][:g.NX]
		from := img[(y-sy+g.NY)%g.NY*g.NX:][:g.NX]
		for x := range row {
			k := x - sx
			if k < 0 {
				k += g.NX
			} else if k >= g.NX {
				k -= g.NX
			}
			sum += row[x] * from[k]
		}
	}
	return sum
}

// standardised returns both images with mean 0 and sum of squares 1.
func standardised(truth, img []float64) (t, x []float64, err error) {
	if t = standard(truth); t == nil {
		return nil, nil, fmt.Errorf("metrics: NXCorr: the truth is constant")
	}
	if x = standard(img); x == nil {
		return nil, nil, fmt.Errorf("metrics: NXCorr: the image is constant")
	}
	return t, x, nil
}

func standard(img []float64) []float64 {
	mean, out := 0.0, make([]float64, len(img))
	for _, v := range img {
		mean += v / float64(len(img))
	}
	norm := 0.0
	for k, v := range img {
		out[k] = v - mean
		norm += out[k] * out[k]
	}
	// A constant image keeps rounding errors of some 1e-16 of its value.
	if !(norm > 1e-28*mean*mean*float64(len(img))) {
		return nil
	}
	for k := range out {
		out[k] /= math.Sqrt(norm)
	}
	return out
}
