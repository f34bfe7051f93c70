package data

import "math"

// blackhole draws the image of a black hole: the lensed accretion flow, which begins at the inner shadow and falls outwards, brighter on the
// approaching side; a photon ring as thin as the smallest width; and for two of three the base of a jet with bright edges. Ring diameter 0.15
// to 0.4 of the field. The photon ring has 0.05 to 0.3 of the flow's flux, the shadow is 0.45 to 0.95 of it wide (Gralla, Holz & Wald 2019, PRD 100,
// 024018; Johnson et al. 2020; Chael, Johnson & Lupsasca 2021, ApJ 918, 6), the flow falls by e over 0.15 to 0.7 of the radius with a dipole
// up to 0.9. The jet opens as z^0.58 (Walker et al. 2018, ApJ 855, 128), both edges and sometimes the spine, one 0.2 to 1 as bright as the
// other, with 0.03 to 0.6 of the flow's flux (Lu et al. 2023, Nature 616, 686).
func (d drawer) blackhole() []part {
	diameter := d.span(0.15, 0.6*d.extent)
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.08)}
	unit := diameter / 2 / e.stretch
	w := d.width / unit
	dipole := d.newMode(1, 0.9*math.Sqrt(d.Float64()))
	shadow, fall := uniform(d.Rand, 0.45, 0.95), max(uniform(d.Rand, 0.15, 0.7), w)
	end := 0.4 * d.extent / unit // where nothing may be left
	flow := func(r, c, s float64) float64 {
		edge := smoothStep((r - shadow) / (w * fwhmToSigma))
		return edge * math.Exp(-max(0, r-shadow)/fall-sq(sq(r/end))) * (1 + min(1, 2*r)*modesAt([]mode{dipole}, c, s))
	}
	weak := dipole
	weak.amplitude *= 0.6
	parts := []part{
		{1, newPolar(e, unit, 2*end, flow)},
		{d.share(0.05, 0.3), newPolar(e, unit, 4, thickRing(w, []mode{weak}))},
	}
	if d.IntN(3) > 0 {
		parts = append(parts, part{d.share(0.03, 0.6), d.jetBase(diameter)})
	}
	return parts
}

// jetBase draws the edges of a jet that leaves a ring of the given diameter, as beads that overlap.
func (d drawer) jetBase(diameter float64) gaussians {
	pa, length := d.angle(), d.span(diameter, max(0.75*d.extent, 1.1*diameter))
	s, c := math.Sincos(pa)
	fall, wide := uniform(d.Rand, 0.5, 2), uniform(d.Rand, 0.5, 1.1)
	edges := [3]float64{1, d.share(0.2, 1), 0}
	if d.IntN(2) == 0 {
		edges[2] = d.share(0.1, 0.5) // the spine
	}
	if d.IntN(2) == 0 {
		edges[0], edges[1] = edges[1], edges[0]
	}
	n := max(8, min(40, int(2*length/d.width)))
	var g gaussians
	for k := range n {
		z := length * (float64(k) + 0.5) / float64(n)
		half := wide * diameter / 2 * math.Pow(2*z/diameter, 0.58)
		slope := 0.58 * half / z
		width := max(d.width, 0.3*half)
		for side, flux := range edges {
			if flux == 0 {
				continue
			}
			away := [3]float64{half, -half, 0}[side]
			lean := math.Atan([3]float64{slope, -slope, 0}[side])
			x, y := z*s+away*c, z*c-away*s
			g = append(g, newGauss(flux*math.Pow(1+2*z/diameter, -fall), x, y, max(width, 2.2*length/float64(n)), width, pa+lean))
		}
	}
	return g
}
