package data

import "math"

// jet draws a core with knots and a faint spine along a bent path, on one side (two of three) or both. Length 0.2 of the
// field to 0.9 of the largest extent, bend up to 60 degrees over the length, core FWHM from the smallest width to 0.08,
// knots widening outwards, fluxes falling outwards as a power law with a scatter of a factor 2; counter-jet 0.03 to 1 as
// bright.
func (d drawer) jet() []part {
	core := d.span(0, 0.08)
	g := gaussians{newGauss(1, 0, 0, core, max(d.width, core*uniform(d.Rand, 0.5, 1)), d.angle())}
	j := jetShape{
		pa: d.angle(), bend: uniform(d.Rand, -1, 1) * math.Pi / 3, length: d.span(0.2, 0.9*d.extent),
		core: core, opening: uniform(d.Rand, 0.02, 0.2), fall: uniform(d.Rand, 0, 2.5), flux: d.span(0.3, 4),
	}
	twoSided := d.IntN(3) == 0
	if twoSided {
		j.length /= 2
	}
	g = append(g, d.jetSide(j)...)
	if twoSided {
		j.flux *= d.span(0.03, 1)
		j.pa += math.Pi
		if d.IntN(2) == 0 { // C shape instead of S shape
			j.bend = -j.bend
		}
		g = append(g, d.jetSide(j)...)
	}
	return []part{{1, g}}
}

// jetShape is one side of a jet; pa at the core, East of North, bend in radians over the length, core and length in
// fractions of the field, opening the growth of width with distance, fall the power of the decay, flux against the core's.
type jetShape struct{ pa, bend, length, core, opening, fall, flux float64 }

// point returns the position at a fraction t of the length, and the direction there. The path is a circular arc.
func (j jetShape) point(t float64) (x, y, pa float64) {
	pa = j.pa + j.bend*t
	if math.Abs(j.bend) < 1e-6 {
		s, c := math.Sincos(j.pa)
		return j.length * t * s, j.length * t * c, pa
	}
	r := j.length / j.bend
	return r * (math.Cos(j.pa) - math.Cos(pa)), r * (math.Sin(pa) - math.Sin(j.pa)), pa
}

// jetSide draws the knots (2 to 9) and, for two of three, a spine of overlapping Gaussians with up to half of the flux.
func (d drawer) jetSide(j jetShape) gaussians {
	spine := 0.0
	if d.IntN(3) > 0 {
		spine = uniform(d.Rand, 0, 0.5)
	}
	g := d.knots(j)
	sum := 0.0
	for k := range g {
		sum += g[k].flux
	}
	for k := range g {
		g[k].flux *= j.flux * (1 - spine) / sum
	}
	if spine == 0 {
		return g
	}
	const beads = 16
	for k := range beads {
		t := (float64(k) + 0.5) / beads
		x, y, pa := j.point(t)
		width := max(d.width, j.opening*t*j.length+0.6*j.core)
		g = append(g, newGauss(j.flux*spine/beads*(1.8-1.6*t), x, y, max(width, 3*j.length/beads), width, pa))
	}
	return g
}

func (d drawer) knots(j jetShape) gaussians {
	g := make(gaussians, 2+d.IntN(8))
	for k := range g {
		t := uniform(d.Rand, 0.08, 1)
		x, y, pa := j.point(t)
		width := max(d.width, j.opening*t*j.length+j.core*uniform(d.Rand, 0.4, 1))
		flux := math.Pow(0.15+t, -j.fall) * math.Exp(0.7*d.NormFloat64())
		g[k] = newGauss(flux, x, y, width*uniform(d.Rand, 1, 1.8), width, pa)
	}
	return g
}
