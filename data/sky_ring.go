package data

import "math"

// ellipse turns positions into an elliptical radius: distance from (x, y) with the axis along the position angle whose
// sine and cosine are s, c stretched by 1/stretch.
type ellipse struct {
	x, y, s, c, stretch float64
}

// offset returns the coordinates across and along the position angle, the second one divided by stretch.
func (e ellipse) offset(x, y float64) (across, along float64) {
	x, y = x-e.x, y-e.y
	return x*e.c - y*e.s, (x*e.s + y*e.c) / e.stretch
}

func (e ellipse) moved(scale, dx, dy float64) ellipse {
	e.x, e.y = scale*e.x+dx, scale*e.y+dy
	return e
}

// ring is a Gaussian-profiled elliptical ring, brighter on one side, with a floor inside.
type ring struct {
	ellipse
	radius, sigma float64
	a1, s1, c1    float64 // amplitude and angle of the dipole cos(φ − φ1)
	a2, s2, c2    float64 // and of cos 2(φ − φ2)
	floor         float64 // brightness inside relative to the mean of the ridge
}

func (r ring) bounds() box { return box{}.with(r.x, r.y, (r.radius+3.7*r.sigma)*max(1, r.stretch)) }

func (r ring) moved(scale, dx, dy float64) brightness {
	r.ellipse = r.ellipse.moved(scale, dx, dy)
	r.radius, r.sigma = scale*r.radius, scale*r.sigma
	return r
}

func (r ring) row(dst []float64, x0, dx, y float64) {
	reach := (r.radius + 6*r.sigma) * max(1, r.stretch)
	if math.Abs(y-r.y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, r.x-reach, r.x+reach)
	for i := i0; i < i1; i++ {
		dst[i] += r.at(x0+float64(i)*dx, y)
	}
}

func (r ring) at(x, y float64) float64 {
	p, q := r.offset(x, y)
	rho := math.Sqrt(p*p + q*q)
	t := (rho - r.radius) / r.sigma
	if t > 6 {
		return 0
	}
	value := 0.0
	if rho > 0 && t > -6 {
		// The azimuthal pattern fades towards the centre, where the angle has no meaning.
		c, s := p/rho, q/rho
		fade := min(1, rho/(0.5*r.radius))
		c2 := (c*c-s*s)*r.c2 + 2*c*s*r.s2
		value = math.Exp(-0.5*t*t) * (1 + fade*(r.a1*(c*r.c1+s*r.s1)+r.a2*c2))
	}
	if r.floor > 0 {
		value += r.floor * smoothStep(-t)
	}
	return value
}

// smoothStep is the logistic function with a slope near that of the normal distribution function.
func smoothStep(t float64) float64 { return 1 / (1 + math.Exp(-1.702*t)) }

// ring draws rings (three of four) and crescents. Diameter 0.15 to 0.55 of the field (19 to 70 µas of 128), axis ratio 1 to
// 1.25; rings: FWHM from the smallest width to 0.7 of the diameter, dipole up to 0.98 (half of them above 0.6), quadrupole up to 0.3, floor up to 0.5
// of the ridge; crescents: inner disc 0.4 to 0.85 of the outer, displaced up to their difference, depth 0.6 to 1. Half of
// them have a halo with up to 0.4 of the flux.
func (d drawer) ring() []part {
	diameter := d.span(0.15, 0.82*d.extent)
	s, c := math.Sincos(d.angle())
	e := ellipse{s: s, c: c, stretch: uniform(d.Rand, 1, 1.25)}
	if d.IntN(3) > 0 {
		e.stretch = uniform(d.Rand, 1, 1.05)
	}
	var parts []part
	if d.IntN(4) > 0 {
		r := ring{ellipse: e, radius: diameter / 2, sigma: fwhmToSigma * d.span(0, min(0.7*diameter, d.extent-0.75*diameter))}
		r.s1, r.c1 = math.Sincos(d.angle())
		r.s2, r.c2 = math.Sincos(d.angle())
		r.a2 = uniform(d.Rand, 0, 0.3)
		r.a1 = 0.98 * math.Sqrt(d.Float64()) * (1 - r.a2)
		if d.IntN(2) == 0 {
			r.floor = uniform(d.Rand, 0, 0.5)
		}
		parts = []part{{1, r}}
	} else {
		edge := d.span(0, 0.15*diameter)
		outer := disc{ellipse: e, radius: diameter / 2, edge: edge}
		inner := outer
		inner.radius *= uniform(d.Rand, 0.4, 0.85)
		shift := (outer.radius - inner.radius) * uniform(d.Rand, 0, 1)
		s, c := math.Sincos(d.angle())
		inner.x, inner.y = shift*s, shift*c
		parts = []part{{1, crescent{outer, inner, uniform(d.Rand, 0.6, 1)}}}
	}
	if d.IntN(2) == 0 {
		halo := min(d.extent, diameter*uniform(d.Rand, 0.8, 1.5))
		parts = append(parts, part{uniform(d.Rand, 0.03, 0.6), gaussians{newGauss(1, 0, 0, 0.6*halo, 0.6*halo*uniform(d.Rand, 0.6, 1), d.angle())}})
	}
	return parts
}
