package main

import (
	"fmt"
	"strings"

	"fringe/infer"
	"fringe/radio"
)

// startImage makes the first image from the value of --start: flat, gauss or disc, the latter with a size after a colon or
// of two beams (beamRad: the resolution). A start much larger than the beam has no flux on long baselines, where closure
// quantities then have no slope to follow.
func startImage(text string, g radio.Grid, fluxJy, beamRad float64) ([]float64, error) {
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
	return nil, fmt.Errorf("--start %q: unknown shape %q: known are flat, gauss, disc", text, shape)
}
