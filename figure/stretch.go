package figure

import "math"

// stretch maps brightness to a position between the first and the last colour: linearly, or by asinh(I/softening) where softening is
// positive, which is linear below it and logarithmic above, on both sides of zero (Lupton et al. 2004, PASP 116, 133).
type stretch struct{ low, top, softening float64 }

func (s stretch) bend(value float64) float64 {
	if s.softening > 0 {
		return math.Asinh(value / s.softening)
	}
	return value
}

// position returns 0 at low and 1 at top, and stays between.
func (s stretch) position(value float64) float64 {
	low, top := s.bend(s.low), s.bend(s.top)
	return math.Min(math.Max((s.bend(value)-low)/(top-low), 0), 1)
}

// ticks returns the values that the colour bar names: round steps; or zero and powers of ten, from the softening on.
func (s stretch) ticks() (values []float64) {
	if !(s.softening > 0) {
		step := roundStep((s.top - s.low) / 5)
		for i := int(math.Ceil(s.low/step - 1e-9)); float64(i)*step <= s.top+1e-9*step; i++ {
			values = append(values, float64(i)*step)
		}
		return values
	}
	values = append(values, 0)
	for power := math.Pow(10, math.Ceil(math.Log10(s.softening)-1e-9)); power <= math.Max(s.top, -s.low); power *= 10 {
		for _, value := range []float64{-power, power} {
			if s.low <= value && value <= s.top {
				values = append(values, value)
			}
		}
	}
	return values
}

// times returns the stretch of another unit.
func (s stretch) times(factor float64) stretch {
	return stretch{s.low * factor, s.top * factor, s.softening * factor}
}
