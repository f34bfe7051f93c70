package metrics

import (
	"fmt"
	"math"

	"fringe/radio"
)

// RingOptions bounds the search for a ring. The zero value searches radii from 2 pixels to 0.45 of the shorter side of
// the field.
type RingOptions struct {
	MinRadiusRad, MaxRadiusRad float64
}

// Ring is a measured ring. L and M are the centre's coordinates (radians, to the East and to the North). The brightness
// position angle runs from North to East, in [0, 2π).
type Ring struct {
	L, M              float64
	DiameterRad       float64
	DiameterSpreadRad float64 // standard deviation of the diameter over azimuth
	WidthRad          float64 // mean FWHM
	PositionAngleRad  float64 // of the brighter side
	Asymmetry         float64 // 0 even, 1 all light at one azimuth
	CentralBrightness float64 // mean inside a quarter of the radius, over the mean on the ridge
	// Quality is the fraction of directions that have a maximum between the smallest and largest radius which is brighter
	// than 5 % of the ridge's brightest point.
	Quality float64
}

// An image is no ring when fewer directions than minQuality have a bright maximum, their radii scatter by more than maxSpread of
// the mean, or the centre is brighter than maxCentre of the ridge.
const (
	minQuality = 0.7
	maxSpread  = 0.3
	maxCentre  = 0.95
)

// MeasureRing measures a ring as EHT Collaboration 2019, Paper IV (ApJL 875, L4, section 9): the centre is where
// the radii of the brightest points along 90 directions scatter least relative to their mean; the diameter is twice their
// mean; the width is the mean FWHM along the directions, above the mean brightness at the largest radius; the position
// angle and asymmetry are argument and size of the first azimuthal moment, averaged over the width of the ring. When the
// image is not like a ring, it returns the measurement with an error that says why.
func MeasureRing(g radio.Grid, img []float64, o RingOptions) (Ring, error) {
	p, err := newPolar(g, img, o)
	if err != nil {
		return Ring{}, err
	}
	x, y := p.centre()
	t := p.trace(x, y, fineAngles)
	ring := Ring{L: -x * g.CellRad, M: y * g.CellRad, Quality: t.bright()}
	if t.quality == 0 {
		return ring, fmt.Errorf("metrics: no ring: no direction has a maximum of brightness between the smallest and largest radius")
	}
	width := p.width(x, y, t)
	ring.DiameterRad, ring.DiameterSpreadRad = 2*t.mean*g.CellRad, 2*t.spread*g.CellRad
	ring.WidthRad = width * g.CellRad
	ring.PositionAngleRad, ring.Asymmetry = p.moment(x, y, t.mean, width)
	ring.CentralBrightness = p.central(x, y, t.mean)
	return ring, ring.check(t)
}

func (r Ring) check(t trace) error {
	switch {
	case r.Quality < minQuality:
		return fmt.Errorf("metrics: no ring: only %.0f%% of the directions have a bright maximum", 100*r.Quality)
	case t.spread > maxSpread*t.mean:
		return fmt.Errorf("metrics: no ring: the radii scatter by %.0f%%", 100*t.spread/t.mean)
	case r.CentralBrightness > maxCentre:
		return fmt.Errorf("metrics: no ring: the centre has %.2f of the ridge's brightness", r.CentralBrightness)
	}
	return nil
}

// moment returns the argument and the size of the first azimuthal moment relative to the zeroth, averaged over radii.
func (p *polar) moment(x, y, radius, width float64) (pa, asymmetry float64) {
	const radii = 9
	var direction complex128
	for k := range radii {
		r := max(0, radius+width*(float64(k)/(radii-1)-0.5))
		var first complex128
		zeroth := 0.0
		for a := range fineAngles {
			s, c := math.Sincos(angle(a, fineAngles))
			b := p.at(x-r*s, y+r*c)
			zeroth += b
			first += complex(b*c, b*s)
		}
		size := math.Hypot(real(first), imag(first))
		if size > 0 {
			direction += first / complex(size, 0)
		}
		if zeroth > 0 {
			asymmetry += size / zeroth / radii
		}
	}
	pa = math.Atan2(imag(direction), real(direction))
	if pa < 0 {
		pa += 2 * math.Pi
	}
	return pa, asymmetry
}

// central returns the mean brightness within a quarter of the radius over the mean on the ridge.
func (p *polar) central(x, y, radius float64) float64 {
	ridge, inner, area := 0.0, 0.0, 0.0
	const steps = 8
	for a := range fineAngles {
		s, c := math.Sincos(angle(a, fineAngles))
		ridge += p.at(x-radius*s, y+radius*c) / fineAngles
		for k := range steps {
			r := radius / 4 * (float64(k) + 0.5) / steps
			inner += r * p.at(x-r*s, y+r*c)
			area += r
		}
	}
	return inner / area / ridge
}
