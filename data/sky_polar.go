package data

import "math"

// polar is a brightness in the plane of an inclined disc: of(r, c, s) at distance r from its centre, in lengths of unit along the
// shorter axis, and at the angle of cosine c and sine s from the longer axis.
type polar struct {
	ellipse
	unit  float64
	reach float64 // r beyond which it is below 1e-5 of its peak and counts as zero
	soft  float64 // r beyond which it is below 1e-3
	of    func(r, c, s float64) float64
}

// newPolar looks from r = most inwards for where the brightness begins.
func newPolar(e ellipse, unit, most float64, of func(r, c, s float64) float64) polar {
	const radii, angles = 128, 16
	var around [radii + 1]float64 // the largest at each radius
	peak := 0.0
	for i := range around {
		for k := range angles {
			s, c := math.Sincos(2 * math.Pi * float64(k) / angles)
			around[i] = max(around[i], of(most*float64(i)/radii, c, s))
		}
		peak = max(peak, around[i])
	}
	outside := func(level float64) float64 {
		i := radii
		for i > 0 && around[i] < level*peak {
			i--
		}
		return most * float64(min(i+1, radii)) / radii
	}
	return polar{ellipse: e, unit: unit, reach: outside(1e-5), soft: outside(1e-3), of: of}
}

func (p polar) bounds() box { return box{}.with(p.x, p.y, p.soft*p.unit*max(1, p.stretch)) }

func (p polar) moved(scale, dx, dy float64) brightness {
	p.ellipse, p.unit = p.ellipse.moved(scale, dx, dy), scale*p.unit
	return p
}

func (p polar) row(dst []float64, x0, dx, y float64) {
	reach := p.reach * p.unit * max(1, p.stretch)
	if math.Abs(y-p.y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, p.x-reach, p.x+reach)
	for i := i0; i < i1; i++ {
		across, along := p.offset(x0+float64(i)*dx, y)
		r := math.Sqrt(across*across+along*along) / p.unit
		switch {
		case r > p.reach:
		case r > 0:
			dst[i] += p.of(r, along/(r*p.unit), across/(r*p.unit))
		default:
			dst[i] += p.of(0, 1, 0)
		}
	}
}

// inclined draws the outline of a flat disc of a radius whose axis points anywhere, up to an inclination of most degrees or one at which
// half its thickness is 1.5 times the smallest width. It returns the lengths of its shorter half axis and of the smallest width in units of that.
func (d drawer) inclined(radius, most float64) (e ellipse, unit, w float64) {
	s, c := math.Sincos(d.angle())
	unit = max(radius*uniform(d.Rand, math.Cos(most*math.Pi/180), 1), min(1.5*d.width, radius))
	return ellipse{s: s, c: c, stretch: radius / unit}, unit, d.width / unit
}

// bump is a Gaussian of peak 1 and the given FWHM at a distance of x from its middle.
func bump(x, fwhm float64) float64 {
	t := x / (fwhm * fwhmToSigma)
	if t*t > 72 {
		return 0
	}
	return math.Exp(-0.5 * t * t)
}

// harmonic returns the cosine of k times the angle of cosine c and sine s, minus the phase of cosine pc and sine ps.
func harmonic(k int, c, s, pc, ps float64) float64 {
	re, im := 1.0, 0.0
	for range k {
		re, im = re*c-im*s, re*s+im*c
	}
	return re*pc + im*ps
}

// mode is one azimuthal mode: amplitude·cos(k(φ − φ0)).
type mode struct {
	k         int
	amplitude float64
	c, s      float64 // of k·φ0
}

// newMode draws the phase of a mode.
func (d drawer) newMode(k int, amplitude float64) mode {
	s, c := math.Sincos(d.angle())
	return mode{k, amplitude, c, s}
}

// modesAt returns the sum of modes at an angle.
func modesAt(modes []mode, c, s float64) float64 {
	sum := 0.0
	for _, m := range modes {
		sum += m.amplitude * harmonic(m.k, c, s, m.c, m.s)
	}
	return sum
}

// tabulated returns a radial function from a table over 0 to most, linear between 1024 radii: fast where the function is not.
func tabulated(most float64, f func(r float64) float64) func(r float64) float64 {
	const radii = 1024
	var table [radii + 2]float64
	for k := range table {
		table[k] = f(most * float64(k) / radii)
	}
	return func(r float64) float64 {
		t := min(r/most, 1) * radii
		k := int(t)
		return table[k] + (t-float64(k))*(table[k+1]-table[k])
	}
}
