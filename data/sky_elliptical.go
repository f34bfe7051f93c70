package data

import "math"

// elliptical draws an elliptical galaxy: a Sersic profile (Graham & Driver 2005, PASA 22, 118) of n 0.7 to 6, effective radius 0.03 to 0.2 of the
// field, axis ratio 0.4 to 1, softened to the smallest width and cut at the largest extent; for half of them with 1 to 8 satellites of
// 0.003 to 0.3 of its flux, n 0.7 to 4.
func (d drawer) elliptical() []part {
	radius := d.span(0.03, 0.3*d.extent)
	parts := []part{{1, d.sersic(d.flattened(), uniform(d.Rand, 0.7, 6), radius, 0.5*d.extent)}}
	if d.IntN(2) == 0 {
		return parts
	}
	for range 1 + d.IntN(8) {
		one := d.sersic(d.flattened(), uniform(d.Rand, 0.7, 4), d.span(0.01, 0.5*radius), 0.2*d.extent)
		s, c := math.Sincos(d.angle())
		r := 0.45 * d.extent * math.Sqrt(d.Float64())
		parts = append(parts, part{d.share(0.003, 0.3), one.moved(1, r*s, r*c)})
	}
	return parts
}

func (d drawer) flattened() ellipse {
	s, c := math.Sincos(d.angle())
	return ellipse{s: s, c: c, stretch: 1 / uniform(d.Rand, 0.4, 1)}
}

// sersic returns exp(−b·(r/radius)^(1/n)) with half of the flux within the effective radius along the longer axis; b of Ciotti &
// Bertin (1999, A&A 352, 447). The cusp is softened to the smallest width, which radius is
// not below, and the wings are cut at a radius of cut.
func (d drawer) sersic(e ellipse, n, radius, cut float64) polar {
	radius = max(radius, 0.6*d.width*e.stretch)
	unit := radius / e.stretch
	b := 2*n - 1.0/3 + 4/(405*n)
	soft, end := sq(0.5*d.width/unit), cut/radius
	profile := tabulated(1.5*end, func(r float64) float64 { return math.Exp(-b*math.Pow(r*r+soft, 0.5/n) - sq(sq(r/end))) })
	return newPolar(e, unit, 1.5*end, func(r, _, _ float64) float64 { return profile(r) })
}
