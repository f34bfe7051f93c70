package data

import "math"

// radioGalaxy draws a radio galaxy (Fanaroff & Riley 1974, MNRAS 167, 31P), with as many of either class.
func (d drawer) radioGalaxy() []part {
	if d.IntN(2) == 0 {
		return d.edgeBrightened()
	}
	return d.edgeDarkened()
}

// edgeBrightened draws an FR II: two lobes of a log-normal texture, as long as 0.4 to 0.95 of the arm and 1.3 to 5 times as long as wide; one to
// three hot spots at the end of each, with 0.05 to 0.6 of the lobe's flux; a core of 0.001 to 0.1 of the flux; a jet on one side or two of 0.005
// to 0.1 (Mullin, Riley & Hardcastle 2008, MNRAS 390, 595; Hardcastle & Croston 2020, NewAR 88, 101539). Length 0.35 of the field to the
// largest extent, arms up to 1.5 times unequal, bent by up to 15 degrees, lobes' fluxes up to 3 times unequal.
func (d drawer) edgeBrightened() []part {
	length, pa := d.span(0.35, d.extent), d.angle()
	ratio := math.Sqrt(d.share(1, 1.5))
	aspect, reach := uniform(d.Rand, 1.3, 5), uniform(d.Rand, 0.4, 0.95)
	contrast, slope := uniform(d.Rand, 0.2, 0.9), uniform(d.Rand, 2.4, 4)
	beam := d.share(0.005, 0.1)
	parts := []part{d.core(d.share(0.001, 0.1))}
	for side, arm := range [2]float64{length / 2 * ratio, length / 2 / ratio} {
		s, c := math.Sincos(pa + uniform(d.Rand, -1, 1)*math.Pi/24 + math.Pi*float64(side))
		flux := d.share(0.5, 1.5)
		half := max(reach*arm/2, 0.75*d.width)
		lobe := d.lobe(half, max(1, min(aspect, 1.4*half/d.width)), contrast, slope, math.Atan2(s, c))
		parts = append(parts, part{flux, lobe.moved(1, (arm-half)*s, (arm-half)*c)},
			part{flux * d.share(0.05, 0.6), d.hotSpots(arm, 2*half/aspect, s, c)})
		if side == 0 || d.IntN(3) == 0 {
			parts = append(parts, part{beam, d.thinJet(0.9*arm, s, c)})
			beam *= d.share(0.05, 1)
		}
	}
	return parts
}

// core is an unresolved point at the origin.
func (d drawer) core(flux float64) part {
	return part{flux, gaussians{newGauss(1, 0, 0, d.width, d.width, 0)}}
}

// lobe draws a log-normal field under an elliptical envelope, the longer axis at a position angle.
func (d drawer) lobe(half, aspect, contrast, slope, pa float64) lattice {
	return d.cloud(1.3*half, aspect, contrast, slope).turned(pa)
}

// hotSpots draws spots near the end of an arm, within the lobe's width.
func (d drawer) hotSpots(arm, wide, s, c float64) gaussians {
	g := make(gaussians, 1+d.IntN(3))
	for k := range g {
		z, away := arm*uniform(d.Rand, 0.85, 1), 0.3*wide*uniform(d.Rand, -1, 1)
		major := d.span(0, max(d.width, min(2.5*d.width, 0.06)))
		g[k] = newGauss(d.share(0.2, 1), z*s+away*c, z*c-away*s, major, max(d.width, major*uniform(d.Rand, 0.5, 1)), d.angle())
	}
	return g
}

// thinJet draws overlapping beads from the core outwards, some brighter as knots.
func (d drawer) thinJet(length, s, c float64) gaussians {
	n := max(6, min(60, int(1.5*length/d.width)))
	pa, step := math.Atan2(s, c), length/float64(n)
	g := make(gaussians, n)
	for k := range g {
		z := step * (float64(k) + 0.5)
		g[k] = newGauss(math.Exp(0.7*d.NormFloat64()), z*s, z*c, max(d.width, 2.2*step), d.width, pa)
	}
	return g
}

// edgeDarkened draws an FR I: two jets that flare and bend, brightest within 0.1 to 0.4 of their length and falling outwards as a power of 1 to 3,
// opening by 0.1 to 0.6 of the way, on both sides 0.2 to 1 as bright, bent alike (narrow- and wide-angle tails, up to 100 degrees; O'Dea &
// Baum 2023, Galaxies 11, 67) or in an S by up to 60; a log-normal texture of contrast 0.3 to 0.9; a core of 0.005 to 0.3 of the flux (Laing &
// Bridle 2014, MNRAS 437, 3405; Mingo et al. 2019, MNRAS 488, 2701). Length 0.35 of the field to the largest extent.
func (d drawer) edgeDarkened() []part {
	j := plume{length: d.span(0.35, d.extent) / 2, pa: d.angle(), opening: uniform(d.Rand, 0.1, 0.6), peak: uniform(d.Rand, 0.1, 0.4), fall: uniform(d.Rand, 1, 3)}
	j.length /= 1 + j.opening // room for its end
	tail := d.IntN(2) == 0
	j.bend = uniform(d.Rand, -1, 1) * math.Pi / 3
	if tail {
		j.bend *= 1.67
	}
	g := d.plume(j)
	weak := d.share(0.2, 1)
	j.pa, j.length = j.pa+math.Pi+0.2*uniform(d.Rand, -1, 1), j.length*d.share(0.7, 1.2)
	if tail {
		j.bend = -j.bend
	}
	for _, bead := range d.plume(j) {
		bead.flux *= weak
		g = append(g, bead)
	}
	reach := 0.0
	for _, bead := range g {
		reach = max(reach, math.Hypot(bead.x, bead.y)+6*bead.major)
	}
	return []part{{1, textured{g, d.clumps(2.1*reach, uniform(d.Rand, 0.3, 0.9), uniform(d.Rand, 2.4, 4))}}, d.core(d.share(0.005, 0.3))}
}

// plume is one side of an FR I: jetShape's path, opening in width per length, brightest at a fraction peak of the length.
type plume struct{ length, pa, bend, opening, peak, fall float64 }

func (d drawer) plume(p plume) gaussians {
	path := jetShape{pa: p.pa, bend: p.bend, length: p.length}
	n := max(10, min(80, int(2.5*p.length/d.width)))
	step := p.length / float64(n)
	g := make(gaussians, n)
	for k := range g {
		t := (float64(k) + 0.5) / float64(n)
		x, y, pa := path.point(t)
		width := max(d.width, p.opening*t*p.length)
		flux := (t / p.peak) / math.Pow(1+sq(t/p.peak), (1+p.fall)/2)
		g[k] = newGauss(flux, x, y, max(width, 2.4*step), width, pa)
	}
	return g
}
