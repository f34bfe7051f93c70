package data

import "math"

// thickRing is a circle of radius 1 of Gaussian cross-section whose brightness varies with azimuth by a sum of modes, which fade
// towards the centre, where the angle has no meaning.
func thickRing(fwhm float64, modes []mode) func(r, c, s float64) float64 {
	return func(r, c, s float64) float64 {
		ridge := bump(r-1, fwhm)
		if ridge == 0 {
			return 0
		}
		return ridge * max(0, 1+min(1, 2*r)*modesAt(modes, c, s))
	}
}

// mring draws an m-ring (Johnson et al. 2020, Science Advances 6, eaaz1310), as the EHT fitted to Sgr A* (2022, Paper IV, ApJL 930, L15):
// diameter 0.15 to 0.55 of the field, axis ratio 1 to 1.2, FWHM from the smallest width to 0.6 of the diameter, 1 to 4 azimuthal modes whose
// amplitudes add up to less than 1, and for half of them a central Gaussian of 0.02 to 0.4 of the flux and up to the ring's size.
func (d drawer) mring() []part {
	diameter := d.span(0.15, 0.82*d.extent)
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.2)}
	unit := diameter / 2 / e.stretch
	ring := d.modesOfRing(1 + d.IntN(4))
	fwhm := d.span(0, min(0.6*diameter, d.extent-0.75*diameter))
	parts := []part{{1, newPolar(e, unit, 4, thickRing(fwhm/unit, ring))}}
	if d.IntN(2) == 0 {
		width := d.span(0.2*diameter, diameter)
		parts = append(parts, part{d.share(0.02, 0.67), gaussians{newGauss(1, 0, 0, width, width, 0)}})
	}
	return parts
}

// modesOfRing draws n modes with amplitudes that add up to at most 0.98, the higher ones weaker.
func (d drawer) modesOfRing(n int) []mode {
	modes, left := make([]mode, n), 0.98
	for k := range modes {
		modes[k] = d.newMode(k+1, left*math.Sqrt(d.Float64())*math.Pow(0.7, float64(k)))
		left -= modes[k].amplitude
	}
	return modes
}
