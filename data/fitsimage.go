package data

import (
	"fmt"
	"io"
	"math"
	"time"

	"fringe/radio"
)

// ImageHeader is what a FITS image says beside its pixels and grid. The zero value is legal and says nothing.
type ImageHeader struct {
	Source radio.Source // OBJECT and the position of the phase centre (CRVAL)
	Unit   string       // BUNIT; "" writes JY/PIXEL
	FreqHz float64      // FREQ; 0 = unknown
	MJD    float64      // DATE-OBS as a modified Julian date (UTC); 0 = unknown

	Beam radio.Beam // restoring beam: BMAJ, BMIN, BPA; the zero value means that the image has none

	History []string // one HISTORY text each, wrapped to 72 characters
}

// WriteImage writes img, g.Len() pixels in the order of package radio, as a two-dimensional FITS image: RA---SIN and
// DEC--SIN in degrees, CRPIX = ⌊n/2⌋+1 on the phase centre, CDELT1 < 0. Pixels are 64-bit floats (BITPIX −64): images
// are computed in float64 and so come back bit for bit, and their files are small. OBSRA and OBSDEC repeat the position
// for programs that look there. It refuses pixels that are not finite, and replaces path only by a complete file.
func WriteImage(path string, img []float64, g radio.Grid, h ImageHeader) error {
	f, err := imageHDU(img, g, h)
	if err == nil {
		err = writeAtomically(path, func(w io.Writer) error { return f.writeTo(w) })
	}
	if err != nil {
		return fmt.Errorf("data: write image %q: %w", path, err)
	}
	return nil
}

func imageHDU(img []float64, g radio.Grid, h ImageHeader) (*fitsWriter, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if len(img) != g.Len() {
		return nil, fmt.Errorf("the image has %d pixels, its grid %d x %d = %d", len(img), g.NX, g.NY, g.Len())
	}
	if err := checkPixels(img, g.NX); err != nil {
		return nil, err
	}
	return skyHDU(img, g, h, nil)
}

// skyHDU makes the HDU of an image, or of a cube when there is a frequency axis.
func skyHDU(img []float64, g radio.Grid, h ImageHeader, frequency *frequencyAxis) (*fitsWriter, error) {
	for _, x := range []float64{h.Source.RARad, h.Source.DecRad, h.FreqHz, h.MJD, h.Beam.MajRad, h.Beam.MinRad, h.Beam.PARad} {
		if !finite(x) {
			return nil, fmt.Errorf("the image header holds a number that is not finite: %+v", h)
		}
	}
	f := &fitsWriter{}
	f.logical("SIMPLE", true, "FITS 4.0")
	f.integer("BITPIX", -64, "")
	if frequency == nil {
		f.integer("NAXIS", 2, "")
	} else {
		f.integer("NAXIS", 3, "")
	}
	f.integer("NAXIS1", g.NX, "columns, East to West")
	f.integer("NAXIS2", g.NY, "rows, South to North")
	if frequency != nil {
		f.integer("NAXIS3", frequency.n, "channels")
	}
	f.worldCoordinates(g, h.Source)
	if frequency != nil {
		frequency.write(f)
	}
	f.imageCards(h)
	for _, text := range h.History {
		f.history(text)
	}
	f.float64(img...)
	return f, nil
}

// checkPixels returns an error that names the first pixel that is not finite.
func checkPixels(img []float64, nx int) error {
	for i, x := range img {
		if !finite(x) {
			return fmt.Errorf("pixel (%d, %d) is %g, must be finite", i%nx, i/nx, x)
		}
	}
	return nil
}

func (f *fitsWriter) worldCoordinates(g radio.Grid, s radio.Source) {
	cell := degrees(g.CellRad)
	f.text("CTYPE1", "RA---SIN", "")
	f.real("CRVAL1", degrees(s.RARad), "phase centre")
	f.real("CRPIX1", float64(g.NX/2+1), "")
	f.real("CDELT1", -cell, "")
	f.text("CUNIT1", "deg", "")
	f.text("CTYPE2", "DEC--SIN", "")
	f.real("CRVAL2", degrees(s.DecRad), "phase centre")
	f.real("CRPIX2", float64(g.NY/2+1), "")
	f.real("CDELT2", cell, "")
	f.text("CUNIT2", "deg", "")
	f.text("RADESYS", "FK5", "")
	f.real("EQUINOX", 2000, "")
	f.real("OBSRA", degrees(s.RARad), "deg")
	f.real("OBSDEC", degrees(s.DecRad), "deg")
}

func (f *fitsWriter) imageCards(h ImageHeader) {
	unit := h.Unit
	if unit == "" {
		unit = jyPerPixel
	}
	f.text("BUNIT", unit, "")
	if h.Source.Name != "" {
		f.text("OBJECT", h.Source.Name, "")
	}
	if h.FreqHz > 0 {
		f.real("FREQ", h.FreqHz, "Hz")
	}
	if h.MJD > 0 {
		f.text("DATE-OBS", isoDate(h.MJD), "UTC")
		f.real("MJD-OBS", h.MJD, "")
	}
	if !h.Beam.IsZero() {
		f.real("BMAJ", degrees(h.Beam.MajRad), "deg, FWHM")
		f.real("BMIN", degrees(h.Beam.MinRad), "deg, FWHM")
		f.real("BPA", degrees(h.Beam.PARad), "deg, East of North")
	}
}

const (
	jyPerPixel = "JY/PIXEL"
	// unixMJD is the modified Julian date of 1970-01-01.
	unixMJD = 40587
)

// isoDate returns the FITS form of a date, to the millisecond.
func isoDate(mjd float64) string {
	ms := math.Round((mjd - unixMJD) * 86400e3)
	return time.UnixMilli(int64(ms)).UTC().Format("2006-01-02T15:04:05.000")
}

// parseDate reads "2017-04-11" or "2017-04-11T01:02:03.4"; 0 means that it is neither.
func parseDate(s string) float64 {
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return unixMJD + float64(t.UnixMilli())/86400e3
		}
	}
	return 0
}

func degrees(rad float64) float64 { return rad * 180 / math.Pi }

func radians(deg float64) float64 { return deg * math.Pi / 180 }
