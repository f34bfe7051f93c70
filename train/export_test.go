package train

// RateAt and Orient are tested by their definitions.
func (c LoopConfig) RateAt(step int) float64 { return c.rateAt(step) }

// Orient applies a symmetry of the square in place.
func Orient(img []float64, side, k int) { orient(img, side, k) }
