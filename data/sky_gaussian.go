package data

import "math"

// fwhmToSigma is the standard deviation of a Gaussian of FWHM 1.
const fwhmToSigma = 0.42466090014400953

// gauss is an elliptical Gaussian flux·density, density = √(ac − b²)/2π · exp(−(a·x² + 2b·xy + c·y²)/2) around (x, y).
type gauss struct {
	flux    float64
	x, y    float64
	a, b, c float64
	major   float64 // larger standard deviation
}

// newGauss takes FWHMs; pa is the position angle of the major axis, East of North.
func newGauss(flux, x, y, major, minor, pa float64) gauss {
	s, c := math.Sincos(pa)
	p, q := 1/sq(major*fwhmToSigma), 1/sq(minor*fwhmToSigma)
	return gauss{flux: flux, x: x, y: y, a: p*s*s + q*c*c, b: (p - q) * s * c, c: p*c*c + q*s*s,
		major: max(major, minor) * fwhmToSigma}
}

func sq(x float64) float64 { return x * x }

func (g gauss) moved(scale, dx, dy float64) gauss {
	g.x, g.y, g.major = scale*g.x+dx, scale*g.y+dy, scale*g.major
	g.a, g.b, g.c = g.a/sq(scale), g.b/sq(scale), g.c/sq(scale)
	return g
}

// row needs four exponentials: the ratios of neighbouring samples of a Gaussian form a geometric sequence. It starts at the
// sample nearest to the row's peak and walks both ways, so that it only ever decays. The Gaussian is cut at 6 standard
// deviations (1.5e-8 of the peak).
func (g gauss) row(dst []float64, x0, dx, y float64) {
	reach := 6 * g.major
	y -= g.y
	if math.Abs(y) > reach {
		return
	}
	i0, i1 := within(len(dst), x0, dx, g.x-reach, g.x+reach)
	if i0 == i1 {
		return
	}
	peak := g.x - g.b*y/g.a
	start := min(max(int(math.Round((peak-x0)/dx)), i0), i1-1)
	x := x0 + float64(start)*dx - g.x
	q := g.a*x*x + 2*g.b*x*y + g.c*y*y
	if q > 36 {
		return
	}
	at := g.flux * math.Sqrt(g.a*g.c-g.b*g.b) / (2 * math.Pi) * math.Exp(-0.5*q)
	curve := math.Exp(-g.a * dx * dx)
	slope, half := (g.a*x+g.b*y)*dx, 0.5*g.a*dx*dx
	for i, v, r := start, at, math.Exp(-slope-half); i < i1 && v > 1e-300; i++ {
		dst[i] += v
		v *= r
		r *= curve
	}
	r := math.Exp(slope - half)
	for i, v, r := start-1, at*r, r*curve; i >= i0 && v > 1e-300; i-- {
		dst[i] += v
		v *= r
		r *= curve
	}
}

// gaussians is a sum of Gaussians whose fluxes are relative to each other.
type gaussians []gauss

func (g gaussians) moved(scale, dx, dy float64) brightness {
	out := make(gaussians, len(g))
	for k := range g {
		out[k] = g[k].moved(scale, dx, dy)
	}
	return out
}

func (g gaussians) bounds() (b box) {
	for k := range g {
		b = b.with(g[k].x, g[k].y, 3.7*g[k].major)
	}
	return b
}

func (g gaussians) row(dst []float64, x0, dx, y float64) {
	for k := range g {
		g[k].row(dst, x0, dx, y)
	}
}

// gaussian is one to three elliptical Gaussians: FWHM from the smallest width to 0.6 of the largest extent, axis ratio down
// to 0.3, the companions within 0.4 of the field and with 0.05 to 1 of the first one's flux.
func (d drawer) gaussian() []part {
	first := d.span(0, 0.6*d.extent)
	g := gaussians{newGauss(1, 0, 0, first, max(d.width, first*uniform(d.Rand, 0.3, 1)), d.angle())}
	for range d.IntN(3) {
		major := d.span(0, 0.35*d.extent)
		r := uniform(d.Rand, 0, 0.6*d.extent)
		s, c := math.Sincos(d.angle())
		g = append(g, newGauss(d.span(0.05, 1), r*s, r*c, major, max(d.width, major*uniform(d.Rand, 0.3, 1)), d.angle()))
	}
	return []part{{1, g}}
}
