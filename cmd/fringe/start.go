package main

import (
	"fmt"
	"math"
	"strings"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// checkStart refuses a --start that is none before anything is read.
func checkStart(text string) error {
	if text == "auto" || text == "dirty" || isFITS(text) {
		return nil
	}
	_, err := startShape(text, radio.Grid{NX: 8, NY: 8, CellRad: 1}, 1, 1)
	return err
}

// startImage makes the first image, of one channel.
func (j *job) startImage() ([]float64, error) {
	text := j.options.start
	switch {
	case text == "auto":
		return infer.StartGaussian(j.grid, j.fluxJy, math.Max(2*j.resolution, float64(j.grid.NX)*j.grid.CellRad/startFraction))
	case text == "dirty":
		return j.startDirty()
	case isFITS(text):
		img, from, header, err := j.skyReader().read("start", text, "in Jy/pixel, such as image.fits of fringe image")
		if err != nil {
			return nil, err
		}
		if err := checkUnit("--start "+text, header.Unit); err != nil {
			return nil, err
		}
		start, err := infer.StartImage(j.grid, img, from, j.fluxJy)
		return start, withHint(err, "--start %s must have flux inside the field", text)
	}
	return startShape(text, j.grid, j.fluxJy, j.resolution)
}

// startFraction is the side of the field over the size of the first image, where that is not two resolutions: a smaller start, which entropy
// prefers, would leave the far parts of a jet out, and a larger one, or a flat image, leaves flux at the edge on scales that no baseline sees.
const startFraction = 4

// startDirty is the positive part of the dirty image with natural weights.
func (j *job) startDirty() ([]float64, error) {
	v, err := j.visibilities()
	if err != nil {
		return nil, err
	}
	gram, err := measure.NewGram(j.grid, v)
	if err != nil {
		return nil, err
	}
	return infer.StartDirty(gram.Dirty, j.fluxJy)
}

// startShape makes an image of a shape: flat, gauss or disc, the latter with a size after a colon or
// of two beams (beamRad: the resolution). A start much larger than the beam has no flux on long baselines, where closure
// quantities then have no slope to follow.
func startShape(text string, g radio.Grid, fluxJy, beamRad float64) ([]float64, error) {
	shape, size, given := strings.Cut(text, ":")
	q := angle("")
	q.value = 2 * beamRad
	if given {
		if err := q.Set(size); err != nil {
			return nil, fmt.Errorf("--start: %w", err)
		}
	}
	switch shape {
	case "flat":
		if given {
			return nil, fmt.Errorf("--start %q: a flat image has no size", text)
		}
		return infer.StartFlat(g, fluxJy)
	case "gauss":
		return infer.StartGaussian(g, fluxJy, q.value)
	case "disc":
		return infer.StartDisc(g, fluxJy, q.value)
	}
	return nil, fmt.Errorf("--start %q: unknown shape %q: known are flat, gauss, disc, dirty and FITS images", text, shape)
}
