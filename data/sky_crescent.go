package data

import "math"

// crescent is a disc out of which a smaller, displaced one is taken.
type crescent struct {
	outer, inner disc
	depth        float64 // 1 takes everything out
}

func (c crescent) bounds() box { return c.outer.bounds() }

func (c crescent) moved(scale, dx, dy float64) brightness {
	c.outer, c.inner = c.outer.shifted(scale, dx, dy), c.inner.shifted(scale, dx, dy)
	return c
}

func (c crescent) row(dst []float64, x0, dx, y float64) {
	reach := c.outer.reach()
	if math.Abs(y-c.outer.y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, c.outer.x-reach, c.outer.x+reach)
	for i := i0; i < i1; i++ {
		x := x0 + float64(i)*dx
		if v := c.outer.at(x, y); v > 0 {
			dst[i] += v * (1 - c.depth*c.inner.at(x, y))
		}
	}
}

// crescent draws a disc minus a smaller one inside it (Kamruddin & Dexter 2013, MNRAS 434, 765), with soft edges and a floor as the EHT
// fitted to M87 (2019, Paper VI, ApJL 875, L6, section 5). Outer diameter 0.15 to 0.63 of the field, relative thickness 0.1 to 0.6, the
// inner disc displaced by up to the difference of the radii, 0.6 to 1 of it dark (mostly above 0.9), edges from the smallest width to 0.15 of the diameter,
// axis ratio 1 to 1.15. A quarter has a faint core behind, as a Gaussian of 0.02 to 0.2 of the disc's flux.
func (d drawer) crescent() []part {
	diameter := d.span(0.15, 0.95*d.extent)
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.15)}
	outer := disc{ellipse: e, radius: diameter / 2 / e.stretch, edge: d.span(0, 0.15*diameter)}
	inner := outer
	inner.radius *= 1 - uniform(d.Rand, 0.1, 0.6)
	shift := (outer.radius - inner.radius) * math.Sqrt(d.Float64())
	s, c = math.Sincos(d.angle())
	inner.x, inner.y = shift*s, shift*c
	parts := []part{{1, crescent{outer, inner, 1 - 0.4*sq(d.Float64())}}}
	if d.IntN(4) == 0 {
		width := d.span(0, 0.4*diameter)
		parts = append(parts, part{d.share(0.02, 0.2), gaussians{newGauss(1, 0, 0, width, width, 0)}})
	}
	return parts
}
