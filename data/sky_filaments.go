package data

import "math"

// filaments draws 2 to 14 curved filaments, such as of the Galactic centre (Heywood et al. 2022, ApJ 925, 165) or of interstellar clouds, whose
// width is about the same in one cloud (Arzoumanian et al. 2011, A&A 529, L6): length 0.15 of the field to the largest extent, FWHM from the
// smallest width to three times it (0.08 at most) and within a factor 1.5 of each other, turning by up to 90 degrees, brightness varying along each by a
// factor of 2 and between them by a factor of 3; half are nearly parallel. For two of three a log-normal cloud behind them has 0.1 to 3 of
// their flux.
func (d drawer) filaments() []part {
	width := d.span(0, min(3*d.width, 0.08))
	common, spread := d.angle(), math.Pi
	if d.IntN(2) == 0 {
		spread = 0.4
	}
	var g gaussians
	for range 2 + d.IntN(13) {
		length := d.span(0.15, 0.9*d.extent)
		s, c := math.Sincos(d.angle())
		r := max(0, d.extent-length) / 2 * math.Sqrt(d.Float64())
		one := d.filament(length, width*uniform(d.Rand, 1, 1.5), common+spread*uniform(d.Rand, -1, 1))
		bright := math.Exp(1.1 * d.NormFloat64())
		for _, bead := range one {
			bead = bead.moved(1, r*s, r*c)
			bead.flux *= bright
			g = append(g, bead)
		}
	}
	parts := []part{{1, g}}
	if d.IntN(3) > 0 {
		parts = append(parts, part{d.share(0.1, 3), d.cloud(d.span(0.3, d.extent)/2, uniform(d.Rand, 1, 2), uniform(d.Rand, 0.3, 1), uniform(d.Rand, 2.5, 4))})
	}
	return parts
}

// filament draws beads that overlap along a curve through the origin, whose direction and brightness wander.
func (d drawer) filament(length, width, pa float64) gaussians {
	n := max(6, min(60, int(2.5*length/width)))
	step := length / float64(n)
	bend, wave, turn := uniform(d.Rand, -1, 1)*math.Pi/2, uniform(d.Rand, 0, 0.4), d.angle()
	bright, beat := uniform(d.Rand, 0, 0.7), d.angle()
	g := make(gaussians, n)
	x, y, mx, my := 0.0, 0.0, 0.0, 0.0
	for k := range g {
		t := (float64(k)+0.5)/float64(n) - 0.5
		here := pa + bend*t + wave*math.Sin(2*math.Pi*1.5*t+turn)
		s, c := math.Sincos(here)
		x, y = x+step*s, y+step*c
		mx, my = mx+x/float64(n), my+y/float64(n)
		flux := math.Exp(bright*math.Sin(2*math.Pi*2*t+beat)) * (1 - sq(sq(1.8*t))*0.9)
		g[k] = newGauss(flux, x, y, max(width, 2.4*step), width, here)
	}
	for k := range g {
		g[k] = g[k].moved(1, -mx, -my)
	}
	return g
}
