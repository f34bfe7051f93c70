package evaluate

import "math"

// tune returns the strength with the highest score and that score. It climbs from start in factors of 2 until both neighbours are worse, then
// looks at factors of √2, ⁴√2 and ⁸√2 around the best. The score must have one maximum within widest of start, which is true of
// the strength of a denoiser: too little leaves noise, too much takes the sky.
func tune(start float64, score func(strength float64) (float64, error)) (strength, best float64, err error) {
	strength = start
	if best, err = score(start); err != nil {
		return 0, 0, err
	}
	for _, factor := range []float64{2, math.Sqrt2, math.Sqrt(math.Sqrt2), math.Pow(2, 1.0/8)} {
		for _, step := range []float64{factor, 1 / factor} {
			moved := false
			for {
				next := strength * step
				if next > start*widest || next < start/widest {
					break
				}
				value, err := score(next)
				if err != nil {
					return 0, 0, err
				}
				if !(value > best) {
					break
				}
				strength, best, moved = next, value, true
			}
			if moved {
				break // the way back is known to be worse
			}
		}
	}
	return strength, best, nil
}

// widest bounds the search on both sides, for scores that grow for ever.
const widest = 256
