package radio

import "math/cmplx"

// WithSystematic returns a copy whose variances are larger by (frac·|V|)² for every unflagged visibility: the usual
// allowance for what calibration leaves behind, 0.01–0.02 of the amplitude for the EHT (EHT Collaboration 2019, Paper
// IV). Values stay as they are.
func (v *Visibilities) WithSystematic(frac float64) *Visibilities {
	c := v.Clone()
	for k := range c.Vis {
		if c.Flagged(k) {
			continue
		}
		s := frac * cmplx.Abs(c.Vis[k])
		c.Weight[k] = 1 / (1/c.Weight[k] + s*s)
	}
	return c
}

// WithNoiseFloor returns a copy whose variances are larger by (frac·max|V|)², the same for every unflagged visibility. It
// weighs baselines more alike, as robust weighting does: with natural weights the few most sensitive baselines make the
// whole dirty image. Values stay as they are.
func (v *Visibilities) WithNoiseFloor(frac float64) *Visibilities {
	c := v.Clone()
	largest := 0.0
	for k := range c.Vis {
		if !c.Flagged(k) {
			largest = max(largest, cmplx.Abs(c.Vis[k]))
		}
	}
	floor := frac * largest
	for k := range c.Vis {
		if !c.Flagged(k) {
			c.Weight[k] = 1 / (1/c.Weight[k] + floor*floor)
		}
	}
	return c
}
