package metrics

import (
	"fmt"
	"math"
	"slices"

	"fringe/radio"
)

// Directions along which rings are traced while the centre is sought, and for the measurement; radii are stepped by half
// a pixel.
const (
	coarseAngles = 24
	fineAngles   = 90
	radialStep   = 0.5
)

// polar reads an image along rays. Positions are pixels from the phase centre: x to the West, y to the North.
type polar struct {
	g          radio.Grid
	img        []float64
	rMin, rMax float64 // pixels
	values     []float64
}

func newPolar(g radio.Grid, img []float64, o RingOptions) (*polar, error) {
	if err := g.Validate(); err != nil {
		return nil, fmt.Errorf("metrics: ring: %w", err)
	}
	if len(img) != g.Len() {
		return nil, fmt.Errorf("metrics: ring: the image has %d pixels, the grid %d x %d", len(img), g.NX, g.NY)
	}
	for k, b := range img {
		if !finite(b) {
			return nil, fmt.Errorf("metrics: ring: pixel %d is %g", k, b)
		}
	}
	p := &polar{g: g, img: img, rMin: o.MinRadiusRad / g.CellRad, rMax: o.MaxRadiusRad / g.CellRad}
	if o.MinRadiusRad == 0 {
		p.rMin = 2
	}
	if o.MaxRadiusRad == 0 {
		p.rMax = 0.45 * float64(min(g.NX, g.NY))
	}
	if !(p.rMin >= 1 && p.rMax >= p.rMin+2 && p.rMax <= float64(min(g.NX, g.NY))) {
		return nil, fmt.Errorf("metrics: ring: radii from %.3g to %.3g pixels, want at least 1, 2 apart, and at most the %d of the image",
			p.rMin, p.rMax, min(g.NX, g.NY))
	}
	p.values = make([]float64, int(math.Ceil(p.rMax/radialStep))+1)
	return p, nil
}

// angle returns position angle number a of n.
func angle(a, n int) float64 { return 2 * math.Pi * float64(a) / float64(n) }

// trace holds the radii of the maxima along all directions, in pixels; NaN where there is none.
type trace struct {
	radii, peaks []float64 // the peaks are the brightnesses there
	mean, spread float64   // over those that have one; the spread is the standard deviation
	quality      float64   // fraction that has one
}

// trace follows n rays from (x, y).
func (p *polar) trace(x, y float64, n int) trace {
	t := trace{radii: make([]float64, n), peaks: make([]float64, n)}
	found, sum, sum2 := 0.0, 0.0, 0.0
	for a := range t.radii {
		r, peak := p.maximum(x, y, angle(a, n))
		t.radii[a], t.peaks[a] = r, peak
		if !math.IsNaN(r) {
			found++
			sum += r
			sum2 += r * r
		}
	}
	t.quality = found / float64(n)
	if found > 0 {
		t.mean = sum / found
		t.spread = math.Sqrt(max(0, sum2/found-t.mean*t.mean))
	}
	return t
}

// bright returns the fraction of directions whose maximum has more than 5 % of the greatest.
func (t trace) bright() float64 {
	greatest, n := slices.Max(t.peaks), 0
	for _, peak := range t.peaks {
		if peak > 0.05*greatest {
			n++
		}
	}
	return float64(n) / float64(len(t.peaks))
}

// maximum returns the radius of the brightest point of a ray, refined by a parabola, and its brightness; NaN and 0 when it
// lies at either end.
func (p *polar) maximum(x, y, pa float64) (radius, peak float64) {
	v := p.ray(x, y, pa)
	first := int(math.Floor(p.rMin / radialStep))
	best := first
	for k := first; k < len(v); k++ {
		if v[k] > v[best] {
			best = k
		}
	}
	if best == first || best == len(v)-1 || !(v[best] > 0) {
		return math.NaN(), 0
	}
	left, mid, right := v[best-1], v[best], v[best+1]
	return radialStep * (float64(best) + 0.5*(left-right)/(left-2*mid+right)), mid
}

// ray fills p.values with the brightness at radii 0, radialStep, … along a position angle.
func (p *polar) ray(x, y, pa float64) []float64 {
	s, c := math.Sincos(pa)
	for k := range p.values {
		r := radialStep * float64(k)
		p.values[k] = p.at(x-r*s, y+r*c)
	}
	return p.values
}

// width returns the mean FWHM above the mean brightness at the largest radius. Where the inner side does not fall to one
// half, twice the outer half counts, and the other way round.
func (p *polar) width(x, y float64, t trace) float64 {
	floor := 0.0
	for a := range t.radii {
		s, c := math.Sincos(angle(a, len(t.radii)))
		floor += p.at(x-p.rMax*s, y+p.rMax*c) / float64(len(t.radii))
	}
	sum, n := 0.0, 0.0
	for a, r := range t.radii {
		if math.IsNaN(r) {
			continue
		}
		v := p.ray(x, y, angle(a, len(t.radii)))
		in, out := halfWidth(v, r, floor, -1), halfWidth(v, r, floor, +1)
		if math.IsNaN(in) {
			in = out
		}
		if math.IsNaN(out) {
			out = in
		}
		if !math.IsNaN(in) {
			sum += in + out
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// halfWidth returns the distance from radius r to where the profile has fallen to half of its maximum above floor, inwards
// (step −1) or outwards (+1); NaN when it does not.
func halfWidth(v []float64, r, floor float64, step int) float64 {
	k := int(math.Round(r / radialStep))
	half := (v[k] + floor) / 2
	for ; k+step >= 0 && k+step < len(v); k += step {
		a, b := v[k], v[k+step]
		if b < half {
			at := radialStep * (float64(k) + float64(step)*(a-half)/(a-b))
			return math.Abs(at - r)
		}
	}
	return math.NaN()
}
