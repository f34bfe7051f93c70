package main

import (
	"io"
	"math"
	"strings"

	"fringe/data"
	"fringe/figure"
	"fringe/radio"
)

// imageContents is what fringe inspect --json says of an image. What the file does not tell is null.
type imageContents struct {
	File     string     `json:"file"`
	Kind     string     `json:"kind"` // "image"
	NPix     [2]int     `json:"npix"` // columns, rows
	CellRad  *float64   `json:"cell_rad"`
	Unit     string     `json:"unit"`
	Beam     *beamShape `json:"beam"`
	Peak     float64    `json:"peak"` // in the unit
	EastRad  *float64   `json:"peak_east_rad"`
	NorthRad *float64   `json:"peak_north_rad"`
	Min      float64    `json:"min"`
	RMS      float64    `json:"rms"`
	FluxJy   *float64   `json:"flux_jy"`
	Source   string     `json:"source"`
	RADeg    *float64   `json:"ra_deg"` // of the centre
	DecDeg   *float64   `json:"dec_deg"`
	FreqHz   *float64   `json:"freq_hz"`
	MJD      *float64   `json:"mjd"`
	Version  string     `json:"version"`
}

// beamShape is a Gaussian beam: full widths at half maximum, and the position angle of the major axis.
type beamShape struct {
	MajorRad float64 `json:"major_rad"`
	MinorRad float64 `json:"minor_rad"`
	PADeg    float64 `json:"pa_deg"` // East of North
}

func shapeOf(b radio.Beam) *beamShape { return &beamShape{b.MajRad, b.MinRad, degrees(b.PARad)} }

func degrees(rad float64) float64 { return rad * 180 / math.Pi }

// known returns a pointer to x, or nil where x is not known, which JSON shows as null.
func known[T any](ok bool, x T) *T {
	if !ok {
		return nil
	}
	return &x
}

// inspectImage describes an image; pixels are those of data.ReadImage.
func inspectImage(path string, img []float64, g radio.Grid, h data.ImageHeader) *subject {
	scaled, placed, hasBeam := g.CellRad > 0, h.Source.RARad != 0 || h.Source.DecRad != 0, h.Beam.Validate() == nil
	r := imageContents{
		File: path, Kind: "image", NPix: [2]int{g.NX, g.NY}, CellRad: known(scaled, g.CellRad), Unit: h.Unit, Min: img[0], Source: h.Source.Name,
		RADeg: known(placed, degrees(h.Source.RARad)), DecDeg: known(placed, degrees(h.Source.DecRad)),
		FreqHz: known(h.FreqHz > 0, h.FreqHz), MJD: known(h.MJD > 0, h.MJD), Version: version,
	}
	if hasBeam {
		r.Beam = shapeOf(h.Beam)
	}
	sum := 0.0
	for _, value := range img {
		sum += value
		r.Min = math.Min(r.Min, value)
	}
	stats := statistics(img, g)
	r.Peak, r.RMS = stats.PeakJyBeam, stats.RMSJyBeam
	r.EastRad, r.NorthRad = known(scaled, stats.EastUas*radio.Microarcsecond), known(scaled, stats.NorthUas*radio.Microarcsecond)
	switch strings.ToUpper(h.Unit) {
	case "JY/PIXEL":
		r.FluxJy = &sum
	case "JY/BEAM":
		r.FluxJy = known(hasBeam && scaled, sum/h.Beam.Pixels(g))
	}
	s := &subject{path: path, report: r}
	s.tellImage(r, g, h)
	style := figure.SkyStyle{Title: h.Source.Name, Unit: h.Unit, Signed: true, FreqHz: h.FreqHz}
	if strings.EqualFold(h.Unit, "JY/PIXEL") {
		style.Unit = ""
	} else if h.Unit == "" {
		style.Unit = "brightness"
	}
	if hasBeam && scaled {
		style.Beam = h.Beam
	}
	if scaled {
		s.add("image.png", "The image. North is up and East to the left.", func(w io.Writer) error { return figure.WriteSky(w, img, g, style) })
	} else {
		s.note("the file does not tell the size of its pixels, so it is not drawn")
	}
	return s
}

// tellImage says what the report holds.
func (s *subject) tellImage(r imageContents, g radio.Grid, h data.ImageHeader) {
	s.tell("kind", "an image; fringe image wants visibilities")
	s.tellSource(h.Source)
	if r.CellRad != nil {
		s.tell("size", "%d x %d pixels of %s: %s x %s", g.NX, g.NY, angleText(g.CellRad), angleText(float64(g.NX)*g.CellRad), angleText(float64(g.NY)*g.CellRad))
	} else {
		s.tell("size", "%d x %d pixels", g.NX, g.NY)
	}
	if h.FreqHz > 0 {
		s.tell("frequency", "%.6g GHz", h.FreqHz/1e9)
	}
	if h.MJD > 0 {
		s.tell("observed", "%s UTC", calendar(h.MJD))
	}
	if r.Beam != nil {
		s.tell("beam", "%v East of North", h.Beam)
	}
	unit := r.Unit
	if unit == "" {
		unit = "(no unit)"
	}
	if r.EastRad != nil {
		size, name := radio.AngleUnit(math.Max(g.CellRad, math.Hypot(*r.EastRad, *r.NorthRad)))
		s.tell("peak", "%.4g %s at %.4g %s East, %.4g %s North", r.Peak, unit, *r.EastRad/size, name, *r.NorthRad/size, name)
	} else {
		s.tell("peak", "%.4g %s", r.Peak, unit)
	}
	s.tell("minimum, rms", "%.4g, %.4g %s", r.Min, r.RMS, unit)
	if r.FluxJy != nil {
		s.tell("flux", "%.4g Jy", *r.FluxJy)
	}
}
