package data

import "math"

// blobs draws 3 to 24 elliptical Gaussians scattered inside a disc of radius 0.08 to 0.28 of the field: FWHM from the
// smallest width to 0.15, axis ratio down to 0.4, fluxes with a logarithmic spread of a factor 2.7.
func (d drawer) blobs() []part {
	radius := uniform(d.Rand, 0.12, 0.42) * d.extent
	largest := d.span(0, 0.15)
	g := make(gaussians, 3+d.IntN(22))
	for k := range g {
		major := d.span(0, largest)
		r := radius * math.Sqrt(d.Float64())
		s, c := math.Sincos(d.angle())
		flux := math.Exp(d.NormFloat64()) * math.Sqrt(major/largest)
		g[k] = newGauss(flux, r*s, r*c, major, max(d.width, major*uniform(d.Rand, 0.4, 1)), d.angle())
	}
	return []part{{1, g}}
}

// mixed draws two or three skies of the other families (rings half as often) on top of each other, each with its own
// offset of up to 0.15 of the field and its own share of the flux.
func (d drawer) mixed() []part {
	weights := Families()
	delete(weights, "mixed")
	weights["ring"] /= 2
	return d.overlay(weights)
}

// overlay draws two or three skies of the families with the given weights.
func (d drawer) overlay(weights map[string]float64) []part {
	var all []part
	d.offset = 0.15
	for range 2 + d.IntN(2) {
		share := d.span(0.1, 1)
		parts := d.place(d.family(d.choose(weights)))
		sum := 0.0
		for _, p := range parts {
			sum += p.flux
		}
		for _, p := range parts {
			p.flux *= share / sum
			all = append(all, p)
		}
	}
	return all
}
