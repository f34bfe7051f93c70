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
