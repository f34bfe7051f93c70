package data

import (
	"fmt"
	"math"
	"slices"

	"fringe/radio"
)

// contrast raises the dynamic range of a sky. Brightness b becomes (aˣ − 1)/(a − 1) with x = b/peak: 1 at the peak, monotone, and nearly
// linear, x·ln a/(a − 1), where it is faint. Terris et al. (2023, MNRAS 518, 604, equation 20) and R2D2 (Aghabiglou et al. 2024, ApJS 273,
// 3) divide by a; what is divided by has no effect, because a sky has total flux 1. It works on brightness, not on pixels: every grid shows the
// same sky. The zero value does nothing.
type contrast struct {
	steep  float64   // ln a
	peak   float64   // largest brightness, at the samples of the grid that the sky is drawn for
	weight []float64 // of each part, by which its brightness has its share of the flux
}

// of returns the brightness that b becomes.
func (c contrast) of(b float64) float64 { return math.Expm1(c.steep*b/c.peak) / math.Expm1(c.steep) }

// Faintest and faint are the levels, relative to the peak, that count as emission, and the highest that can be asked to lie at 1/range.
const (
	faintest = 1e-3
	faint    = 0.1
)

// steepness returns the ln a with which level becomes 1/dynamic, and 0 where level is that faint already.
func steepness(level, dynamic float64) float64 {
	lo, hi := 0.0, 64.0
	for range 60 {
		mid := (lo + hi) / 2
		if mid == 0 || math.Expm1(mid*level)/math.Expm1(mid) > 1/dynamic {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// narrowing is by how much a steepness narrows what stands at the peak: its curvature grows by ln a/(1 − 1/a).
func narrowing(steep float64) float64 {
	if steep < 1e-6 {
		return 1
	}
	return math.Sqrt(steep / -math.Expm1(-steep))
}

// validDynamicRange says what a dynamic range may be.
func validDynamicRange(r Range) error {
	if !r.IsZero() && !(r[0] >= 1/faint && r[0] <= r[1] && r[1] <= 5e5) {
		value, want := fmt.Sprintf("%g", r), "ascending within 10 to 5e5"
		if r[0] == r[1] {
			value, want = fmt.Sprintf("%g", r[0]), "within 10 to 5e5"
		}
		return &FieldError{Of: "sky", Field: "dynamic_range", Value: value, Want: want, Note: "absent leaves the skies as drawn"}
	}
	return nil
}

// raise gives a sky drawn for g the dynamic range: the ratio of its peak to the median brightness of its emission, which is where
// it is above 1e-3 of the peak. A median above a tenth of the peak, as in discs, counts as a tenth. A sky that spans more stays as it is.
func (s *Sky) raise(dynamic float64, g radio.Grid) {
	img := make([]float64, g.Len())
	r := s.raster(g)
	weight := make([]float64, len(s.parts))
	for k, p := range s.parts {
		weight[k] = p.flux / (r.add(img, p) * r.dx * r.dx)
	}
	c := contrast{weight: weight}
	r.rows(s.parts, weight, func(_ int, row []float64) { c.peak = max(c.peak, slices.Max(row)) })
	samples := float64(r.over * r.over)
	perPixel := samples * r.dx * r.dx
	emission := slices.DeleteFunc(img, func(b float64) bool { return b < faintest*c.peak*perPixel })
	slices.Sort(emission)
	if len(emission) == 0 {
		return
	}
	level := emission[len(emission)/2] / (c.peak * perPixel)
	if c.steep = steepness(min(level, faint), dynamic); c.steep > 1e-9 {
		s.contrast = c
	}
}

// addAll adds the brightness of all parts, with the contrast raised, to img.
func (r *raster) addAll(img []float64, parts []part, c contrast) {
	nx := r.g.NX
	r.rows(parts, c.weight, func(j int, row []float64) {
		out := img[j/r.over*nx:][:nx]
		for i, b := range row {
			if b > 0 {
				out[i/r.over] += c.of(b)
			}
		}
	})
	r.taper(img)
}

// rows calls use with each row of samples of the sum of the parts.
func (r *raster) rows(parts []part, weight []float64, use func(j int, row []float64)) {
	row := make([]float64, len(r.sub))
	for j := range r.g.NY * r.over {
		clear(row)
		for k, p := range parts {
			clear(r.sub)
			r.sample(p, j)
			for i, b := range r.sub {
				row[i] += weight[k] * b
			}
		}
		use(j, row)
	}
}
