package data

import (
	"math"

	"fringe/radio"
)

// Sky is a continuous brightness over a square field around the phase centre, with total flux 1. It is zero within 1/32 of
// the field from the border. The zero value renders to an empty image.
type Sky struct {
	Family string
	Image  string // name of the file that it is drawn from, of the family images

	fieldRad float64 // side of the field
	pixel    float64 // pixel of the grid that the sky was drawn for, as a fraction of the field
	parts    []part
	contrast contrast
}

// part is a brightness with its share of the flux. Coordinates are fractions of the field: x to the East, y to the North.
type part struct {
	flux float64
	brightness
}

// brightness is a surface brightness in arbitrary units.
type brightness interface {
	// row adds the brightness at (x0 + i·dx, y), i = 0, 1, …, to dst, which is zero.
	row(dst []float64, x0, dx, y float64)
	// bounds returns a box outside of which the brightness is negligible (about 1e-3 of the peak and below).
	bounds() box
	// moved returns the brightness scaled about the origin and then shifted.
	moved(scale, dx, dy float64) brightness
}

// box is a rectangle lo ≤ (x, y) ≤ hi; the zero value holds nothing.
type box struct {
	lo, hi [2]float64
	some   bool
}

// with returns the smallest box around b and the circle of radius r around (x, y).
func (b box) with(x, y, r float64) box {
	for k, c := range [2]float64{x, y} {
		if !b.some || c-r < b.lo[k] {
			b.lo[k] = c - r
		}
		if !b.some || c+r > b.hi[k] {
			b.hi[k] = c + r
		}
	}
	b.some = true
	return b
}

func (b box) join(o box) box {
	if !b.some {
		return o
	}
	for k := range 2 {
		b.lo[k], b.hi[k] = min(b.lo[k], o.lo[k]), max(b.hi[k], o.hi[k])
	}
	return b
}

// Brightness is zero beyond border from the centre and untouched within inside, in fractions of the field.
const (
	border = 0.5 - 1.0/32
	inside = border - 1.0/32
)

// Render returns the flux of each pixel of g (len g.Len(), row 0 South, column 0 East), non-negative and summing to 1. The
// brightness is sampled at least four times per pixel of the grid that the sky was drawn for, along each axis, and
// averaged over each pixel of g. What lies outside g is left out before the sum is made 1, so g should cover the field.
func (s Sky) Render(g radio.Grid) []float64 {
	img := make([]float64, g.Len())
	if s.fieldRad == 0 {
		return img
	}
	r := s.raster(g)
	if s.contrast.steep > 0 {
		r.addAll(img, s.parts, s.contrast)
	} else {
		for _, p := range s.parts {
			r.add(img, p)
		}
	}
	scaleTo(img, 1)
	return img
}

// raster returns the samples at which the sky is rendered on g.
func (s Sky) raster(g radio.Grid) *raster {
	cell := g.CellRad / s.fieldRad
	over := max(1, int(math.Ceil(4*cell/s.pixel-1e-9)))
	return &raster{g: g, over: over, dx: cell / float64(over), sub: make([]float64, g.NX*over), one: make([]float64, g.Len())}
}

// raster samples brightnesses on an over times finer grid.
type raster struct {
	g        radio.Grid
	over     int
	dx       float64   // distance of samples
	sub, one []float64 // a row of samples; the image of one part
}

// sample adds row j of the samples of a part to sub.
func (r *raster) sample(p part, j int) {
	n := float64(r.over)
	x0 := (float64(r.g.NX/2)+0.5)*n*r.dx - r.dx/2 // the easternmost sample
	y0 := -(float64(r.g.NY/2)+0.5)*n*r.dx + r.dx/2
	p.row(r.sub, x0, -r.dx, y0+float64(j)*r.dx)
}

// add adds one part with its flux to img, and returns the sum over its samples.
func (r *raster) add(img []float64, p part) (sum float64) {
	clear(r.one)
	nx := r.g.NX
	for j := range r.g.NY * r.over {
		clear(r.sub)
		r.sample(p, j)
		row := r.one[j/r.over*nx:][:nx]
		for x := range row {
			sum := 0.0
			for _, b := range r.sub[x*r.over:][:r.over] {
				sum += b
			}
			row[x] += sum
		}
	}
	if sum = r.taper(r.one); sum > 0 {
		for k, b := range r.one {
			img[k] += p.flux / sum * b
		}
	}
	return sum
}

// taper darkens the border of img and returns its sum.
func (r *raster) taper(img []float64) (sum float64) {
	n := float64(r.over)
	for y := range r.g.NY {
		w := taper(r.g.M(y) * n * r.dx / r.g.CellRad)
		row := img[y*r.g.NX:][:r.g.NX]
		for x := range row {
			if row[x] != 0 {
				row[x] *= w * taper(r.g.L(x)*n*r.dx/r.g.CellRad)
				sum += row[x]
			}
		}
	}
	return sum
}

// taper falls from 1 to 0 between inside and border, as a raised cosine.
func taper(x float64) float64 {
	switch x = math.Abs(x); {
	case x <= inside:
		return 1
	case x >= border:
		return 0
	default:
		return 0.5 + 0.5*math.Cos(math.Pi*(x-inside)/(border-inside))
	}
}

// scaleTo makes the sum of img equal to flux, if it can.
func scaleTo(img []float64, flux float64) {
	sum := 0.0
	for _, b := range img {
		sum += b
	}
	if sum > 0 {
		for k := range img {
			img[k] *= flux / sum
		}
	}
}

// within returns the indices [i0, i1) of the samples x0 + i·dx that lie in [lo, hi].
func within(n int, x0, dx, lo, hi float64) (i0, i1 int) {
	a, b := (lo-x0)/dx, (hi-x0)/dx
	if a > b {
		a, b = b, a
	}
	i0 = int(math.Ceil(max(a, 0)))
	i1 = int(math.Floor(min(b, float64(n-1)))) + 1
	return i0, max(i0, i1)
}
