package measure

import (
	"fmt"
	"math"

	"fringe/radio"
)

// checkPoints says what is wrong with the grid or the points.
func checkPoints(g radio.Grid, u, v []float64) error {
	if err := g.Validate(); err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	if len(u) != len(v) || len(u) == 0 {
		return fmt.Errorf("measure: %d u and %d v, must be as many and at least one", len(u), len(v))
	}
	longest := 0.0
	for k := range u {
		d := math.Max(math.Abs(u[k]), math.Abs(v[k]))
		if math.IsNaN(d) || math.IsInf(d, 0) {
			return fmt.Errorf("measure: point %d is (u, v) = (%g, %g), must be finite; flag it", k, u[k], v[k])
		}
		longest = math.Max(longest, d)
	}
	if longest > g.MaxUV() {
		largest := 0.5 / longest
		return fmt.Errorf("measure: the longest |u| or |v| is %.4g wavelengths, which needs a cell of at most %.4g uas (%.4g rad); the grid has %.6g uas",
			longest, roundDown(largest/radio.Microarcsecond), roundDown(largest), g.CellRad/radio.Microarcsecond)
	}
	return nil
}

// roundDown keeps four digits of x > 0, never rounding up, so that a printed limit is itself within the limit.
func roundDown(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x))-3)
	return math.Floor(x/unit) * unit
}
