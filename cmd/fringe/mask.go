package main

import (
	"fmt"
	"strings"

	"fringe/infer"
	"fringe/radio"
)

// checkMask refuses a --mask that says nothing, before anything is read.
func checkMask(text string) error {
	if isFITS(text) {
		return nil
	}
	_, err := maskPixels(text, radio.Grid{NX: 8, NY: 8, CellRad: 1}, skyReader{})
	return err
}

// maskPixels makes the mask of --mask on a grid: nil for none, a disc around the phase centre, or the pixels of an image that
// are above zero.
func maskPixels(text string, g radio.Grid, r skyReader) ([]bool, error) {
	if text == "none" || text == "" {
		return nil, nil
	}
	if size, isDisc := strings.CutPrefix(text, "disc:"); isDisc {
		q := angle("")
		if err := q.Set(size); err != nil {
			return nil, fmt.Errorf("--mask: %w", err)
		}
		return infer.MaskDisc(g, q.value)
	}
	if !isFITS(text) {
		return nil, withHint(fmt.Errorf("--mask %q is unknown", text), "give disc:SIZE, such as disc:80uas, a FITS image that is positive where the source may be, or none")
	}
	img, from, _, err := r.read("mask", text, "that is positive where the source may be")
	if err != nil {
		return nil, err
	}
	if img, err = infer.Regrid(from, img, g); err != nil {
		return nil, withHint(fmt.Errorf("--mask %s: %w", text, err), "set CDELT1 and CDELT2 in its header")
	}
	mask, open := make([]bool, len(img)), 0
	for i, v := range img {
		if mask[i] = v > 0; mask[i] {
			open++
		}
	}
	if open == len(mask) && r.note != nil {
		r.note("--mask %s is positive in the whole field, and keeps nothing black", text)
	}
	if open == 0 {
		return nil, withHint(fmt.Errorf("--mask %s leaves no pixel of the field", text), "its positive pixels must lie within --fov")
	}
	return mask, nil
}

// isFITS reports whether a flag's value names a FITS image.
func isFITS(text string) bool {
	return strings.HasSuffix(text, ".fits") || strings.HasSuffix(text, ".fit")
}
