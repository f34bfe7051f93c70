package data

import "math"

// pointField draws 5 to 150 points, as narrow as the smallest width, over a disc of up to the largest extent, with fluxes of the number
// counts dN/dS ∝ S^−β, β 1.5 to 2.5, over two to four decades (Condon 1984, ApJ 287, 461; de Zotti et al. 2010, A&ARv 18, 1; Intema et al.
// 2017, A&A 598, A78). One of ten is a double, one of ten extended, up to 0.08 of the field.
func (d drawer) pointField() []part {
	n := int(d.share(5, 150))
	slope := uniform(d.Rand, 1.5, 2.5) - 1
	dynamic := math.Pow(10, uniform(d.Rand, 2, 4))
	radius := uniform(d.Rand, 0.35, 0.47) * d.extent
	var g gaussians
	for range n {
		// N(>S) ∝ S^−(β−1), between 1 and dynamic.
		flux := math.Pow(1-d.Float64()*(1-math.Pow(dynamic, -slope)), -1/slope)
		s, c := math.Sincos(d.angle())
		r := radius * math.Sqrt(d.Float64())
		switch d.IntN(10) {
		case 0:
			ds, dc := math.Sincos(d.angle())
			apart := d.width * uniform(d.Rand, 0.6, 1.5)
			for _, side := range [2]float64{-1, 1} {
				g = append(g, newGauss(flux*uniform(d.Rand, 0.2, 0.8), r*s+side*apart*ds, r*c+side*apart*dc, d.width, d.width, 0))
			}
		case 1:
			major := d.span(0, max(0.08, 1.5*d.width))
			g = append(g, newGauss(flux, r*s, r*c, major, max(d.width, major*uniform(d.Rand, 0.3, 1)), d.angle()))
		default:
			g = append(g, newGauss(flux, r*s, r*c, d.width, d.width, 0))
		}
	}
	return []part{{1, g}}
}
