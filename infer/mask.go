package infer

import (
	"fmt"
	"math"

	"fringe/radio"
)

// MaskDisc returns the mask of the pixels whose centres lie in a disc of the given diameter (radians) around the phase centre.
func MaskDisc(g radio.Grid, diameterRad float64) ([]bool, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if !(diameterRad > 0) || math.IsInf(diameterRad, 0) {
		return nil, fmt.Errorf("infer: mask: diameter is %g rad, must be positive and finite", diameterRad)
	}
	mask := make([]bool, g.Len())
	for i := range mask {
		mask[i] = math.Hypot(g.L(i%g.NX), g.M(i/g.NX)) <= diameterRad/2
	}
	return mask, nil
}

// MaskThreshold returns the mask of the pixels of an image that are at least a fraction of its peak, 0 < fraction ≤ 1. A blurred
// image makes a mask without holes.
func MaskThreshold(image []float64, fraction float64) ([]bool, error) {
	if !(fraction > 0 && fraction <= 1) {
		return nil, fmt.Errorf("infer: mask: threshold is %g of the peak, must lie in (0, 1]", fraction)
	}
	if len(image) == 0 || !allFinite(image) || peak(image) == 0 {
		return nil, fmt.Errorf("infer: mask: the image has no positive peak, or pixels that are not finite")
	}
	limit := fraction * peak(image)
	mask := make([]bool, len(image))
	for i, v := range image {
		mask[i] = v >= limit
	}
	return mask, nil
}
