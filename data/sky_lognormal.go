package data

import "math"

// lognormal draws a log-normal random field over most of the source's extent: exp(contrast·g) under an elliptical envelope exp(−ρ⁴), g a
// Gaussian random field of power spectrum k^−slope down to the smallest width. Slope 2.4 to 4, as of interstellar clouds and their
// synchrotron light (Miville-Deschenes et al. 2007, A&A 469, 595), contrast 0.4 to 2 (the logarithm's standard deviation), diameter of the
// envelope 0.3 of the field to the largest extent, axis ratio 0.5 to 1.
func (d drawer) lognormal() []part {
	return []part{{1, d.cloud(d.span(0.3, d.extent)/2, uniform(d.Rand, 1, 2), uniform(d.Rand, 0.4, 2), uniform(d.Rand, 2.4, 4))}}
}

// cloud draws a log-normal field under an envelope that falls to 1e-3 at a radius along its longer axis.
func (d drawer) cloud(radius, stretch, contrast, slope float64) lattice {
	side := 2.4 * radius
	n, cell := d.cells(side)
	g := d.noise(n, slope)
	scale := cell / (radius / 1.62) // 1.62⁴ = 6.9
	k := 0
	return newLattice(n, cell, radius, func(u, v float64) float64 {
		k++
		return math.Exp(contrast*g[k-1] - sq(sq(scale*u*stretch)+sq(scale*v)))
	}).turned(d.angle())
}
