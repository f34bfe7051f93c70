package data

import (
	"math"
	"slices"
)

// protodisc draws a protoplanetary disc in the continuum of its dust. The smooth profile is r^−γ exp(−(r/rc)^(2−γ)) of a viscous disc
// (Lynden-Bell & Pringle 1974, MNRAS 168, 603), γ 0 to 1, rc 0.35 to 0.7 of the radius; the rest is as seen by DSHARP (Andrews et al. 2018,
// ApJL 869, L41; Huang et al. 2018, L42 and L43): 0 to 8 pairs of a gap (depth 0.3 to 0.99) and a ring outside it (0 to 2 times brighter),
// FWHM from the smallest width to 0.2, where there is room; an inner cavity for one of four; spirals for one of four, 2 (or 1, 3) arms of pitch 10 to 30
// degrees, amplitude 0.2 to 0.8; one or two vortices for one of four, 30 to 120 degrees long and 1 to 10 times brighter (van der Marel et al. 2013,
// Science 340, 1199); an unresolved centre for one of three. Diameter 0.45 of the field to the largest extent; the axis points
// anywhere up to an inclination of 70 degrees.
func (d drawer) protodisc() []part {
	e, unit, w := d.inclined(d.span(0.45, d.extent)/2, 70)
	profile := tabulated(2, d.dustProfile(w))
	pattern := func(_, _, _ float64) float64 { return 1 }
	switch d.IntN(4) {
	case 0:
		pattern = d.dustSpiral(w)
	case 1:
		if w < 0.3 {
			pattern = d.vortices(w)
		}
	}
	parts := []part{{1, newPolar(e, unit, 2, func(r, c, s float64) float64 { return profile(r) * pattern(r, c, s) })}}
	if d.IntN(3) == 0 {
		parts = append(parts, part{d.share(0.003, 0.05), gaussians{newGauss(1, 0, 0, d.width, d.width, 0)}})
	}
	return parts
}

// outerEdge is where a disc of radius 1 is cut by exp(−(r/outerEdge)⁴), which leaves 1e-3 near r = 1.3.
const outerEdge = 0.85

// dustProfile draws the brightness against radius, with no structure narrower than w.
func (d drawer) dustProfile(w float64) func(r float64) float64 {
	gamma, rc := uniform(d.Rand, 0, 1), max(uniform(d.Rand, 0.35, 0.7), 0.8*w)
	type pair struct{ r, fwhm, depth, excess float64 }
	var pairs []pair
	for range d.IntN(9) {
		p := pair{r: uniform(d.Rand, 0.15, 1), fwhm: max(1.15*w, uniform(d.Rand, 0.04, 0.2)), depth: 1 - d.share(0.01, 0.7), excess: uniform(d.Rand, 0, 2)}
		if !slices.ContainsFunc(pairs, func(q pair) bool { return math.Abs(p.r-q.r) < 0.8*(p.fwhm+q.fwhm) }) && p.fwhm < 0.4 {
			pairs = append(pairs, p) // where there is room
		}
	}
	cavity, dark := 0.0, 0.0
	if d.IntN(4) == 0 && w < 0.3 {
		cavity, dark = uniform(d.Rand, 0.12, min(0.5, 0.9*rc)), uniform(d.Rand, 0.7, 1)
	}
	return func(r float64) float64 {
		soft := math.Sqrt(r*r+0.25*w*w) / rc
		v := math.Pow(soft, -gamma) * math.Exp(-math.Pow(soft, 2-gamma)-sq(sq(r/outerEdge)))
		for _, p := range pairs {
			v *= (1 - p.depth*bump(r-p.r, p.fwhm)) * (1 + p.excess*bump(r-p.r-1.2*p.fwhm, p.fwhm))
		}
		if cavity > 0 {
			v *= 1 - dark*smoothStep((cavity-r)/(max(w, 0.08)*fwhmToSigma))
		}
		return v
	}
}

// dustSpiral draws a factor of logarithmic spirals, which fade where the arms are closer than four smallest widths.
func (d drawer) dustSpiral(w float64) func(r, c, s float64) float64 {
	arms := [...]int{1, 2, 2, 2, 3}[d.IntN(5)]
	amplitude, pitch, turn := uniform(d.Rand, 0.2, 0.8), math.Tan(uniform(d.Rand, 10, 30)*math.Pi/180), d.angle()
	if d.IntN(2) == 0 {
		pitch = -pitch
	}
	return func(r, c, s float64) float64 {
		if r < 0.02 {
			return 1
		}
		apart := 2 * math.Pi * r * math.Abs(pitch) / float64(arms)
		ps, pc := math.Sincos(turn + float64(arms)/pitch*math.Log(r))
		return 1 + amplitude*min(1, sq(apart/(4*w)))*harmonic(arms, c, s, pc, ps)
	}
}

// vortices draws a factor of one or two crescents of trapped dust.
func (d drawer) vortices(w float64) func(r, c, s float64) float64 {
	type vortex struct{ r, fwhm, s, c, long, bright float64 }
	all := make([]vortex, 1+d.IntN(2))
	for k := range all {
		s, c := math.Sincos(d.angle())
		v := vortex{r: uniform(d.Rand, 0.3, 0.8), fwhm: max(1.4*w, uniform(d.Rand, 0.1, 0.25)), s: s, c: c, bright: d.share(1, 10)}
		v.long = max(uniform(d.Rand, 30, 120)*math.Pi/180, 1.4*w/v.r)
		all[k] = v
	}
	return func(r, c, s float64) float64 {
		sum := 1.0
		for _, v := range all {
			if b := bump(r-v.r, v.fwhm); b > 0 {
				sum += v.bright * b * min(1, sq(2*r/v.r)) * bump(math.Atan2(s*v.c-c*v.s, c*v.c+s*v.s), v.long)
			}
		}
		return sum
	}
}
