package data

import "math"

// spiral draws a spiral galaxy: an exponential disc (Freeman 1970, ApJ 160, 811) of scale length 0.18 to 0.3 of its radius, a Sersic bulge of n 1
// to 4 and effective radius 0.04 to 0.15 with 0.02 to 0.4 of the disc's flux, a bar for one of three, and 2 to 4 logarithmic arms of pitch 8 to
// 35 degrees (Seigar & James 1998, MNRAS 299, 685; Savchenko et al. 2020, MNRAS 493, 390), 0.5 to 6 times as bright as the disc between
// them, with 10 to 60 clumps of 0.02 to 0.3 of the flux along them. Diameter 0.35 of the field to the largest extent, inclination up to 75 degrees.
func (d drawer) spiral() []part {
	e, unit, w := d.inclined(d.span(0.35, d.extent)/2, 75)
	a := d.spiralArms(w)
	scale := max(uniform(d.Rand, 0.18, 0.3), 0.35*w)
	smooth := tabulated(2, func(r float64) float64 { return math.Exp(-math.Sqrt(r*r+0.25*w*w)/scale - sq(sq(r/outerEdge))) })
	parts := []part{
		{1, newPolar(e, unit, 2, func(r, c, s float64) float64 { return smooth(r) * (1 + a.at(r, c, s)) })},
		{d.share(0.02, 0.4), d.sersic(round(e), uniform(d.Rand, 1, 4), uniform(d.Rand, 0.04, 0.15)*unit*e.stretch, unit*e.stretch)},
		{d.share(0.02, 0.3), d.armClumps(a, e, unit)},
	}
	if d.IntN(3) == 0 {
		parts = append(parts, part{d.share(0.03, 0.2), d.bar(e, unit, max(a.start, 0.7*w))})
	}
	return parts
}

// round returns the outline of a bulge, whose axis ratio is half way to a circle.
func round(e ellipse) ellipse {
	e.stretch = (1 + e.stretch) / 2
	return e
}

// arms are logarithmic spirals φ = turn + ln(r/start)/pitch from a radius on, in arms-fold symmetry.
type arms struct {
	count                                       int
	pitch, turn, start, bright, narrow, closest float64
}

func (d drawer) spiralArms(w float64) arms {
	a := arms{count: [...]int{2, 2, 2, 3, 4}[d.IntN(5)], pitch: math.Tan(uniform(d.Rand, 8, 35) * math.Pi / 180), turn: d.angle(),
		start: uniform(d.Rand, 0.12, 0.3), bright: d.share(0.5, 6), narrow: uniform(d.Rand, 0.5, 4), closest: 3 * w}
	if d.IntN(2) == 0 {
		a.pitch = -a.pitch
	}
	return a
}

// at returns the arms' brightness against the disc's. They begin smoothly, and fade where they are too close to be told apart.
func (a arms) at(r, c, s float64) float64 {
	if r < 0.3*a.start {
		return 0
	}
	ps, pc := math.Sincos(float64(a.count) * (a.turn + math.Log(r/a.start)/a.pitch))
	apart := 2 * math.Pi * r * math.Abs(a.pitch) / float64(a.count)
	fade := min(1, sq(apart/a.closest)) * smoothStep(6*(r/a.start-1))
	return a.bright * fade * math.Exp(a.narrow*min(1, sq(apart/(2*a.closest)))*(harmonic(a.count, c, s, pc, ps)-1))
}

// armClumps draws star-forming regions along the arms, scattered by a few degrees, with a logarithmic spread of fluxes.
func (d drawer) armClumps(a arms, e ellipse, unit float64) gaussians {
	g := make(gaussians, 10+d.IntN(51))
	for k := range g {
		r := a.start + (1-a.start)*math.Sqrt(d.Float64())*0.9
		phi := a.turn + math.Log(r/a.start)/a.pitch + 2*math.Pi*float64(d.IntN(a.count))/float64(a.count) + 0.12*d.NormFloat64()
		s, c := math.Sincos(phi)
		across, along := r*unit*s, r*unit*c*e.stretch
		size := d.span(0, 0.05)
		g[k] = newGauss(math.Exp(0.8*d.NormFloat64()-2*r), across*e.c+along*e.s, along*e.c-across*e.s, size, size, 0)
	}
	return g
}

// bar draws an ellipse of stars in the disc's plane that ends where the arms begin.
func (d drawer) bar(e ellipse, unit, half float64) polar {
	turn, ratio := d.angle(), uniform(d.Rand, 2.5, 5)
	ps, pc := math.Sincos(turn)
	thick := max(half/ratio, d.width/unit)
	return newPolar(e, unit, 2, func(r, c, s float64) float64 {
		x, y := r*(c*pc+s*ps), r*(s*pc-c*ps)
		return math.Exp(-sq(sq(x/half)) - 2.77*sq(y/thick))
	})
}
