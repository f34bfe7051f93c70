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
