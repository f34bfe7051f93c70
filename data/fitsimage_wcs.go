package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"fringe/radio"
)

// wcs is the linear part of the world coordinates of an image: pixel → plane tangent to the sky (FITS 4.0, section 8).
type wcs struct {
	stepRad [2]float64 // along columns and rows, 0 = unknown
	crpix   [2]float64
	known   [2]bool    // whether CRPIX is there
	crval   [2]float64 // right ascension and declination of CRPIX, radians
	equator bool       // the axes are right ascension and declination
}

// readWCS reads the two image axes: CDELT and PC, or CD. It refuses axes that are not those of the sky in the usual order,
// rotated ones and pixels that are not square.
func readWCS(h *header) (w wcs, err error) {
	matrix, err := pixelMatrix(h)
	if err != nil {
		return w, err
	}
	// Single-precision headers agree to some 1e-7.
	dx, dy := matrix[0][0], matrix[1][1]
	if off := math.Max(math.Abs(matrix[0][1]), math.Abs(matrix[1][0])); off > 1e-5*math.Max(math.Abs(dx), math.Abs(dy)) {
		return w, fmt.Errorf("the image is rotated by %.3g degrees: regrid it to columns along right ascension", math.Atan2(matrix[1][0], dy)*180/math.Pi)
	}
	if math.Abs(math.Abs(dx)-math.Abs(dy)) > 1e-5*math.Abs(dx) {
		return w, fmt.Errorf("pixels are not square: CDELT1 = %g, CDELT2 = %g", dx, dy)
	}
	for i, step := range []float64{dx, dy} {
		n := string(rune('1' + i))
		unit, err := axisUnit(h.str("CUNIT" + n))
		if err != nil {
			return w, fmt.Errorf("header keyword CUNIT%s %w", n, err)
		}
		w.stepRad[i] = step * unit
		value, err := h.number("CRVAL"+n, 0)
		if err != nil {
			return w, err
		}
		w.crval[i] = value * unit
		if w.crpix[i], err = h.number("CRPIX"+n, 0); err != nil {
			return w, err
		}
		_, w.known[i] = h.cards["CRPIX"+n]
	}
	return w, w.checkAxes(axisName(h, 1), axisName(h, 2))
}

// checkAxes takes the names of the two axes without their projection; without names they are taken for RA and DEC.
func (w *wcs) checkAxes(x, y string) error {
	north := []string{"DEC", "GLAT", "ELAT"}
	if slices.Contains(north, x) || (x != "" && strings.HasPrefix(y, "RA")) {
		return fmt.Errorf("axis 1 is %s and axis 2 is %s: transpose the image, so that columns run along right ascension", x, y)
	}
	w.equator = (x == "" || x == "RA") && (y == "" || y == "DEC")
	return nil
}

// pixelMatrix returns CD, or CDELT times PC, in the units of the axes.
func pixelMatrix(h *header) (m [2][2]float64, err error) {
	var errs []error
	number := func(key string, missing float64) float64 {
		x, err := h.number(key, missing)
		errs = append(errs, err)
		return x
	}
	_, cd := h.cards["CD1_1"]
	for i := range m {
		row := string(rune('1' + i))
		cdelt := number("CDELT"+row, 0)
		for j := range m[i] {
			place, identity := row+"_"+string(rune('1'+j)), 0.0
			if i == j {
				identity = 1
			}
			if cd {
				m[i][j] = number("CD"+place, 0)
			} else {
				m[i][j] = cdelt * number("PC"+place, identity)
			}
		}
	}
	if rotation := number("CROTA2", 0); math.Mod(rotation, 360) != 0 && !cd {
		errs = append(errs, fmt.Errorf("the image is rotated by CROTA2 = %g degrees: regrid it", rotation))
	}
	return m, errors.Join(errs...)
}

// axisUnit returns the radians of a CUNIT; degrees when it is empty.
func axisUnit(name string) (float64, error) {
	switch strings.ToLower(name) {
	case "", "deg", "degree", "degrees":
		return math.Pi / 180, nil
	case "arcmin":
		return 60 * radio.Arcsecond, nil
	case "arcsec":
		return radio.Arcsecond, nil
	case "mas":
		return radio.Milliarcsecond, nil
	case "rad":
		return 1, nil
	}
	return 0, fmt.Errorf("is %q, must be deg, arcmin, arcsec, mas or rad", name)
}

func (w *wcs) cellRad() float64 { return math.Abs(w.stepRad[1]) }

// orient reverses columns that run from West to East and rows that run from North to South.
func (w *wcs) orient(img []float64, g radio.Grid) {
	if w.stepRad[0] > 0 {
		for y := range g.NY {
			slices.Reverse(img[y*g.NX : (y+1)*g.NX])
		}
		w.stepRad[0], w.crpix[0] = -w.stepRad[0], float64(g.NX+1)-w.crpix[0]
	}
	if w.stepRad[1] < 0 {
		for y := range g.NY / 2 {
			a, b := img[y*g.NX:(y+1)*g.NX], img[(g.NY-1-y)*g.NX:(g.NY-y)*g.NX]
			for x := range a {
				a[x], b[x] = b[x], a[x]
			}
		}
		w.stepRad[1], w.crpix[1] = -w.stepRad[1], float64(g.NY+1)-w.crpix[1]
	}
}

// centre returns the right ascension and declination of the grid's phase centre, for an image in the order of package radio:
// the SIN projection (Calabretta & Greisen 2002, A&A 395, 1077, section 5.1.5) inverted; other projections differ in the
// third order of the offset. A missing CRPIX means the centre. Images that are not in RA and DEC have none: 0, 0.
func (w *wcs) centre(g radio.Grid) (ra, dec float64) {
	if !w.equator {
		return 0, 0
	}
	var offset [2]float64
	for i, pixel := range []int{g.NX/2 + 1, g.NY/2 + 1} {
		if w.known[i] {
			offset[i] = (float64(pixel) - w.crpix[i]) * w.stepRad[i]
		}
	}
	l, m := offset[0], offset[1]
	if (l == 0 && m == 0) || !(l*l+m*m < 1) {
		return w.crval[0], w.crval[1]
	}
	n := math.Sqrt(1 - l*l - m*m)
	s, c := math.Sincos(w.crval[1])
	return w.crval[0] + math.Atan2(l, n*c-m*s), math.Asin(math.Max(-1, math.Min(1, m*c+n*s)))
}
