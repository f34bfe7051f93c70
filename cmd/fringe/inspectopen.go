package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"time"

	"fringe/data"
	"fringe/radio"
)

// inspect reads a file, visibilities or an image.
func (o inspectOptions) inspect(path string) (*subject, error) {
	if !holdsImage(path) {
		v, err := o.read.visibilities(path)
		if err != nil {
			return nil, err
		}
		return inspectVisibilities(path, v)
	}
	if o.read.given() {
		return nil, withHint(fmt.Errorf("%s: it is an image, and flags such as --source, --channels or --freq are for visibilities", path), "leave them out")
	}
	img, g, h, err := data.ReadImage(path)
	if err != nil {
		return nil, imageHint(err, "it is an image; fringe image wants visibilities, which docs/formats.md is about")
	}
	return inspectImage(path, img, g, h), nil
}

// given reports whether any flag says what to read.
func (r readFlags) given() bool {
	o := r.options
	return o.Source != "" || o.Stokes != "" || o.UVUnit != "" || o.Conjugate || r.channels != "" || r.freq.text != ""
}

// holdsImage reports whether a file begins like a PNG, or like a FITS file whose primary array is an image: random groups have NAXIS1 = 0.
func holdsImage(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 2880) // a FITS block
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		return false
	}
	head = head[:n]
	image := regexp.MustCompile(`NAXIS1  = +[1-9]`)
	return bytes.HasPrefix(head, []byte("\x89PNG")) || bytes.HasPrefix(head, []byte("SIMPLE  =")) && image.Match(head)
}

// tellSource says name and position, as far as they are known.
func (s *subject) tellSource(source radio.Source) {
	place := "position unknown"
	if source.RARad != 0 || source.DecRad != 0 {
		place = position(source)
	}
	if source.Name != "" {
		place = source.Name + ", " + place
	}
	s.tell("source", "%s", place)
}

// position returns right ascension and declination in sexagesimal form, to 0.01 s and 0.1 arcsec.
func position(s radio.Source) string {
	const day, turn = 24 * 3600 * 100, 360 * 3600 * 10
	ra := ((int(math.Round(s.RARad/(2*math.Pi)*day)) % day) + day) % day
	dec, sign := int(math.Round(math.Abs(s.DecRad)/(2*math.Pi)*turn)), '+'
	if s.DecRad < 0 {
		sign = '-'
	}
	return fmt.Sprintf("%02dh%02dm%02d.%02ds %c%02dd%02dm%02d.%ds", ra/360000, ra/6000%60, ra/100%60, ra%100, sign, dec/36000, dec/600%60, dec/10%60, dec%10)
}

// calendar returns a modified Julian date as date and time to the second.
func calendar(mjd float64) string { return instant(mjd).Format("2006-01-02 15:04:05") }

func instant(mjd float64) time.Time {
	const unixMJD = 40587 // 1970-01-01
	return time.Unix(int64(math.Round((mjd-unixMJD)*86400)), 0).UTC()
}
