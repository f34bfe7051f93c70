package data

import "fringe/radio"

// GaussianSky returns one elliptical Gaussian: centre (l, m), FWHMs and position angle, all in radians.
func GaussianSky(g radio.Grid, l, m, major, minor, pa float64) Sky {
	side := min(g.NX, g.NY)
	f := float64(side) * g.CellRad
	return Sky{Family: "gaussian", fieldRad: f, pixel: 1 / float64(side),
		parts: []part{{1, gaussians{newGauss(1, l/f, m/f, major/f, minor/f, pa)}}}}
}

// ParseArray is parseArray, for fuzzing without files.
var ParseArray = parseArray

// DecodeNPY returns the shape and the number of values of an array.
func DecodeNPY(raw []byte) (shape []int, n int, err error) {
	a, err := decodeNPY(raw)
	if err != nil {
		return nil, 0, err
	}
	return a.shape, len(a.values), nil
}

// Unraised returns the sky as it was drawn, before its dynamic range was raised, and whether that did anything.
func Unraised(s Sky) (drawn Sky, raised bool) {
	raised = s.contrast.steep > 0
	s.contrast = contrast{}
	return s, raised
}

// Steepness is the ln a with which a level falls to 1/dynamic.
func Steepness(level, dynamic float64) float64 { return steepness(level, dynamic) }

// PictureValues returns the pixels that are kept of an image.
func PictureValues(img []float64, nx, ny int) (values []float64, err error) {
	p, err := newPicture("", img, nx, ny)
	for _, b := range p.values {
		values = append(values, float64(b))
	}
	return values, err
}

// Fluxes returns those of the parts that a sky is drawn from.
func Fluxes(s Sky) (fluxes []float64) {
	for _, p := range s.parts {
		fluxes = append(fluxes, p.flux)
	}
	return fluxes
}

// SplitImages is splitImages.
var SplitImages = splitImages
