package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// checkPrimaryBeam refuses a --primary-beam that says nothing, before anything is read.
func checkPrimaryBeam(text string) error {
	if text == "" || text == "none" || isFITS(text) {
		return nil
	}
	_, err := primaryBeam(text, radio.Grid{NX: 8, NY: 8, CellRad: 1e-9}, 1e9, skyReader{})
	return err
}

// primaryBeam makes the response of the dishes on a grid, at a frequency; nil for none.
func primaryBeam(text string, g radio.Grid, freqHz float64, r skyReader) ([]float64, error) {
	kind, size, _ := strings.Cut(text, ":")
	switch {
	case text == "" || text == "none":
		return nil, nil
	case isFITS(text):
		return beamImage(text, g, r)
	case kind == "gauss":
		q := angle("")
		if err := q.Set(size); err != nil {
			return nil, fmt.Errorf("--primary-beam: %w", err)
		}
		return measure.GaussianBeam(g, q.value, 0, 0)
	case kind == "airy":
		q := diameter()
		if err := q.Set(size); err != nil {
			return nil, fmt.Errorf("--primary-beam: %w", err)
		}
		return measure.AiryBeam(g, q.value, radio.SpeedOfLight/freqHz, 0, 0)
	}
	return nil, withHint(fmt.Errorf("--primary-beam %q is unknown", text), "give gauss:FWHM (gauss:20arcsec), airy:DIAMETER (airy:10.7m), a FITS image of the response, or none")
}

// beamField returns the size (radians) of the field that dishes with a --primary-beam see: between the first nulls of an Airy pattern,
// 2·1.22 λ/D, and 2.5 FWHM of a Gaussian, which is down to 1 % there. It is infinite for a beam of which that is not known.
func beamField(text string, freqHz float64) float64 {
	kind, size, _ := strings.Cut(text, ":")
	q := angle("")
	if kind == "airy" {
		q = diameter()
	}
	switch err := q.Set(size); {
	case err != nil || isFITS(text):
	case kind == "gauss":
		return 2.5 * q.value
	case kind == "airy":
		return 2 * 1.22 * radio.SpeedOfLight / freqHz / q.value
	}
	return math.Inf(1)
}

// diameter is a size of dishes in metres, without a value yet.
func diameter() quantity {
	return quantity{kind: "diameter", units: func() []unit { return []unit{{"m", 1}} }}
}

// beamTolerance is how far, in parts of the response at half power, a primary beam may be off at the ends of the band without a warning.
const beamTolerance = 0.05

// beamWarning tells when one primary beam is used for a wide band; "" when not. A beam narrows as 1/f: the response 2^{−(f/f₀)²} at the half power
// of f₀ changes by 2 ln 2·(f − f₀)/f₀ of itself.
func (f *fit) beamWarning() string {
	if f.spec.beam == nil {
		return ""
	}
	mean, low, high := meanFreqHz(f.vis), slices.Min(f.vis.FreqHz), slices.Max(f.vis.FreqHz)
	off := 2 * math.Ln2 * max(high-mean, mean-low) / mean
	if off <= beamTolerance {
		return ""
	}
	return fmt.Sprintf("one primary beam serves all frequencies from %.4g to %.4g GHz, and at half power it is off by some %.2g %% at the ends of the band: divide it with --cube or --channels",
		low/1e9, high/1e9, 100*off)
}

// beamImage reads the response, 1 on axis, from an image. Beyond the image it is 0.
func beamImage(path string, g radio.Grid, r skyReader) ([]float64, error) {
	img, from, _, err := r.read("primary-beam", path, "of the response, 1 on axis")
	if err != nil {
		return nil, err
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
