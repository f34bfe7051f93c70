package main

import (
	"fmt"
	"math"
	"strings"

	"fringe/measure"
	"fringe/radio"
)

// What an image leaves of its visibilities has a source outside the field when, of a dirty image of twice the side, the brightest pixel lies outside and
// is outsideSigma times the noise. The field to try reaches beyond it by a tenth.
const (
	outsideSigma  = 5
	outsideMargin = 1.1
)

// outsideWarning names a field to try where the image does not explain visibilities and misses a source outside its field; "" otherwise.
func (out *outcome) outsideWarning() string {
	poor := false
	for kind, value := range out.report.ReducedChi2 {
		poor = poor || strings.HasPrefix(kind, "vis") && value > poorFit
	}
	if !poor || out.job.channels() > 1 || out.job.prior.network != nil {
		return ""
	}
	g := out.job.grid
	left, err := out.left()
	if err != nil {
		return ""
	}
	wide := radio.Grid{NX: 2 * g.NX, NY: 2 * g.NY, CellRad: g.CellRad}
	p, err := measure.NewProducts(left, wide, nil, radio.Weighting{})
	if err != nil {
		return ""
	}
	brightest := brightestPixel(p.Dirty)
	east, north := wide.L(brightest%wide.NX), wide.M(brightest/wide.NX)
	away := math.Max(math.Abs(east), math.Abs(north))
	if away <= float64(g.NX/2)*g.CellRad || math.Abs(p.Dirty[brightest]) < outsideSigma*p.NoiseJy {
		return ""
	}
	return fmt.Sprintf("what the image leaves of the data is brightest outside the field, %.3g Jy/beam %s from the centre: try %s",
		p.Dirty[brightest], angleText(math.Hypot(east, north)), fieldFlags(2*outsideMargin*away, g.CellRad))
}

// brightestPixel returns the index of the pixel that is furthest from 0.
func brightestPixel(image []float64) int {
	at := 0
	for i, v := range image {
		if math.Abs(v) > math.Abs(image[at]) {
			at = i
		}
	}
	return at
}

// fieldFlags returns the flags of a field (radians) with pixels of the given size, or as small as the largest number of pixels allows.
func fieldFlags(field, cellRad float64) string {
	npix := 2 * int(math.Ceil(field/cellRad/2))
	return fmt.Sprintf("--fov %s --npix %d", roundAngle(field), min(npix, maxPixels))
}

// left returns what the image leaves of all fitted visibilities, with thermal errors.
func (out *outcome) left() (*radio.Visibilities, error) {
	var left []*radio.Visibilities
	for i, s := range out.job.sets {
		if s.weight == 0 {
			continue
		}
		v := s.obs.vis.Clone()
		for k, model := range out.models[i] {
			v.Vis[k] -= model
		}
		left = append(left, v)
	}
	return radio.Concat(left...)
}
