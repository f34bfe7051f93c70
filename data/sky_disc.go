package data

import "math"

// disc is an elliptical disc with a soft edge (FWHM of the edge's derivative) and linear limb darkening
// I(μ) = 1 − dark·(1 − μ), μ = √(1 − ρ²/R²).
type disc struct {
	ellipse
	radius, edge, dark float64
}

// reach is where the edge has fallen below 1e-4.
func (d disc) reach() float64 {
	return (d.radius + 5.5*d.edge*fwhmToSigma) * max(1, d.stretch)
}

func (d disc) bounds() box { return box{}.with(d.x, d.y, d.reach()) }

func (d disc) moved(scale, dx, dy float64) brightness { return d.shifted(scale, dx, dy) }

func (d disc) shifted(scale, dx, dy float64) disc {
	d.ellipse = d.ellipse.moved(scale, dx, dy)
	d.radius, d.edge = scale*d.radius, scale*d.edge
	return d
}

func (d disc) row(dst []float64, x0, dx, y float64) {
	reach := d.reach()
	if math.Abs(y-d.y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, d.x-reach, d.x+reach)
	for i := i0; i < i1; i++ {
		dst[i] += d.at(x0+float64(i)*dx, y)
	}
}

func (d disc) at(x, y float64) float64 {
	p, q := d.offset(x, y)
	rho2 := p*p + q*q
	t := (d.radius - math.Sqrt(rho2)) / (d.edge * fwhmToSigma)
	if t < -5.5 {
		return 0
	}
	v := 1.0
	if d.dark > 0 {
		mu := math.Sqrt(max(0, 1-rho2/(d.radius*d.radius)))
		v = 1 - d.dark*(1-mu)
	}
	if t > 12 {
		return v
	}
	return v * smoothStep(t)
}

// disc draws a uniform (half of them) or limb-darkened disc: diameter 0.08 to 0.63 of the field, axis ratio 1 to 1.6 (along
// the longer axis; seldom more than 1.15), edge from the smallest width to 0.15 of the diameter.
func (d drawer) disc() []part {
	long := d.span(0.08, 0.95*d.extent)
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.15)}
	if d.IntN(3) == 0 {
		e.stretch = uniform(d.Rand, 1, 1.6)
	}
	one := disc{ellipse: e, radius: long / e.stretch / 2, edge: d.span(0, min(0.15*long, 0.08))}
	if d.IntN(2) == 0 {
		one.dark = uniform(d.Rand, 0.2, 1)
	}
	return []part{{1, one}}
}
