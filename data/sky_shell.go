package data

import "math"

// shell draws the remnant of a supernova: a transparent shell whose brightness is the path through it. Diameter 0.3 of the field to the
// largest extent, thickness 1/12 of the radius (Sedov 1959) to 0.35, brighter on two sides ("barrel", Gaensler 1998, ApJ 493, 781; West et
// al. 2016, A&A 587, A148) by up to 0.9 and on one side by up to 0.6, outline uneven by up to 6 %, clumps of a log-normal field of
// contrast 0.2 to 1 and spectrum k^−2.5 to k^−4. One of four has a nebula in the middle with 0.05 to 0.5 of the shell's flux (composite
// remnants, Green 2019, JApA 40, 36); one of four is filled.
func (d drawer) shell() []part {
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.25)}
	diameter := d.span(0.3, 0.9*d.extent)
	unit := diameter / 2 / e.stretch
	w := d.width / unit
	inner := 1 - max(w, uniform(d.Rand, 1.0/12, 0.35))
	uneven := make([]mode, 6)
	for k := range uneven {
		uneven[k] = d.newMode(k+2, uniform(d.Rand, 0, 0.06)/float64(k+1))
	}
	bright := []mode{d.newMode(1, uniform(d.Rand, 0, 0.6)), d.newMode(2, uniform(d.Rand, 0, 0.9))}
	if d.IntN(4) == 0 {
		inner = 0
	}
	depth := tabulated(2.2, func(r float64) float64 { return path(r, inner, w) })
	outline := newPolar(e, unit, 2, func(r, c, s float64) float64 {
		fade := min(1, r)
		r /= 1 + fade*modesAt(uneven, c, s)
		return depth(r) * math.Exp(fade*modesAt(bright, c, s))
	})
	side := 2.2 * outline.soft * diameter / 2
	parts := []part{{1, textured{outline, d.clumps(side, uniform(d.Rand, 0.2, 1), uniform(d.Rand, 2.5, 4))}}}
	if d.IntN(4) == 0 {
		major := d.span(0.1*diameter, 0.4*diameter)
		r := 0.15 * diameter * d.Float64()
		s, c := math.Sincos(d.angle())
		parts = append(parts, part{d.share(0.05, 0.5), gaussians{newGauss(1, r*s, r*c, major, max(d.width, major*uniform(d.Rand, 0.4, 1)), d.angle())}})
	}
	return parts
}

// path is the length of a line of sight at distance r from the centre inside the shell from inner to 1, with edges as soft as w.
func path(r, inner, w float64) float64 {
	chord := func(outer float64) float64 {
		soft := 0.6 * w * max(outer, 0.1)
		t := (outer*outer - r*r) / soft
		if t > 30 {
			return math.Sqrt(t * soft)
		}
		return math.Sqrt(soft * math.Log1p(math.Exp(t)))
	}
	if inner <= 0 {
		return chord(1)
	}
	return max(0, chord(1)-chord(inner))
}
