package main

import (
	"fmt"
	"strings"

	"fringe/data"
	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// checkPrimaryBeam refuses a --primary-beam that says nothing, before anything is read.
func checkPrimaryBeam(text string) error {
	if text == "" || text == "none" || isFITS(text) {
		return nil
	}
	_, err := primaryBeam(text, radio.Grid{NX: 8, NY: 8, CellRad: 1e-9}, 1e9)
	return err
}

// primaryBeam makes the response of the dishes on a grid, at a frequency; nil for none.
func primaryBeam(text string, g radio.Grid, freqHz float64) ([]float64, error) {
	kind, size, _ := strings.Cut(text, ":")
	switch {
	case text == "" || text == "none":
		return nil, nil
	case isFITS(text):
		return beamImage(text, g)
	case kind == "gauss":
		q := angle("")
		if err := q.Set(size); err != nil {
			return nil, fmt.Errorf("--primary-beam: %w", err)
		}
		return measure.GaussianBeam(g, q.value, 0, 0)
	case kind == "airy":
		q := quantity{kind: "diameter", units: func() []unit { return []unit{{"m", 1}} }}
		if err := q.Set(size); err != nil {
			return nil, fmt.Errorf("--primary-beam: %w", err)
		}
		return measure.AiryBeam(g, q.value, radio.SpeedOfLight/freqHz, 0, 0)
	}
	return nil, withHint(fmt.Errorf("--primary-beam %q is unknown", text), "give gauss:FWHM (gauss:20arcsec), airy:DIAMETER (airy:10.7m), a FITS image of the response, or none")
}

// beamImage reads the response, 1 on axis, from an image. Beyond the image it is 0.
func beamImage(path string, g radio.Grid) ([]float64, error) {
	img, from, _, err := data.ReadImage(path)
	if err != nil {
		return nil, withHint(err, "--primary-beam wants a FITS image of the response, 1 on axis")
	}
	beam, err := infer.Regrid(from, img, g)
	if err != nil {
		return nil, withHint(fmt.Errorf("--primary-beam %s: %w", path, err), "set CDELT1 and CDELT2 in its header")
	}
	// Regrid shares out flux; a response is a value, the same whatever the pixels.
	scale := (from.CellRad / g.CellRad) * (from.CellRad / g.CellRad)
	for i := range beam {
		beam[i] *= scale
	}
	return beam, nil
}
