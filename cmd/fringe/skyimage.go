package main

import (
	"fmt"
	"math"
	"strings"

	"fringe/data"
	"fringe/radio"
)

// skyReader reads images that belong to data of a source. The zero value reads those of any source.
type skyReader struct {
	source radio.Source
	note   func(format string, args ...any) // told of what is odd; nil for nobody
}

// read reads the image of a flag and refuses one of another part of the sky; wants says what the flag wants.
func (r skyReader) read(flag, path, wants string) ([]float64, radio.Grid, data.ImageHeader, error) {
	img, g, header, err := data.ReadImage(path)
	if err != nil {
		return nil, g, header, withHint(err, "--%s wants a FITS image %s", flag, wants)
	}
	note, err := checkPosition(fmt.Sprintf("--%s %s", flag, path), g, r.source, header.Source)
	if note != "" && r.note != nil {
		r.note("%s", note)
	}
	return img, g, header, err
}

// checkUnit refuses images that are not in Jy/pixel; what names the image. One without a unit is believed.
func checkUnit(what, unit string) error {
	if u := strings.ToUpper(strings.TrimSpace(unit)); u != "" && u != "JY/PIXEL" {
		return withHint(fmt.Errorf("%s is in %s", what, unit), "give an image in JY/PIXEL: a restored image in JY/BEAM has been blurred and is no model of the sky")
	}
	return nil
}

// checkPosition refuses an image of another part of the sky; what names the image. It returns what to tell of a small offset: the image is
// then taken to be centred on the phase centre of the data. An image without a position is believed.
func checkPosition(what string, g radio.Grid, source, image radio.Source) (note string, err error) {
	if image.RARad == 0 && image.DecRad == 0 || source.RARad == 0 && source.DecRad == 0 || !(g.CellRad > 0) {
		return "", nil
	}
	away := separation(source, image)
	field := float64(max(g.NX, g.NY)) * g.CellRad
	switch {
	case away > field/2:
		return "", withHint(fmt.Errorf("%s is of another part of the sky: its centre is %.3g arcsec from that of the data, its field %.3g arcsec wide",
			what, away/radio.Arcsecond, field/radio.Arcsecond), "give an image of %s", source.Name)
	case away > g.CellRad:
		return fmt.Sprintf("%s: its centre is %.3g pixels from that of the data, and is taken to be there", what, away/g.CellRad), nil
	}
	return "", nil
}

// separation returns the angle between two positions in radians (the haversine, which is exact for small angles).
func separation(a, b radio.Source) float64 {
	haversine := func(x float64) float64 { return math.Sin(x/2) * math.Sin(x/2) }
	h := haversine(a.DecRad-b.DecRad) + math.Cos(a.DecRad)*math.Cos(b.DecRad)*haversine(a.RARad-b.RARad)
	return 2 * math.Asin(math.Sqrt(math.Min(h, 1)))
}
