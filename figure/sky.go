package figure

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"

	"fringe/radio"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/vg"
)

// SkyStyle says how a sky image is drawn. The zero value is legal.
type SkyStyle struct {
	Title  string  // above the image; empty for none
	FreqHz float64 // colour bar in brightness temperature at this frequency; 0: in mJy/pixel
	// Unit is that of the pixels, written at the colour bar, where it is not Jy/pixel; then FreqHz is not used.
	Unit string
	// Signed starts the colours at the image's minimum, where that is negative, instead of at zero.
	Signed bool
	// PeakJyPixel is the brightness of the last colour, so that several images can share a scale; 0: the image's maximum.
	PeakJyPixel float64
	// Softening, where positive, is the brightness (Jy/pixel, or Unit) up to which colours are linear: beyond they follow its logarithm, by
	// asinh(I/Softening), so that faint emission beside a bright peak is seen. The label of the colour bar says so.
	Softening float64
	Beam      radio.Beam // drawn in the lower left corner; the zero value is not drawn
	Nearest   bool       // show the pixels as squares instead of a smooth surface
}

// mapPixels is the length of the longer side of the drawn map; the shorter one is in proportion.
const mapPixels = 640

// WriteSky draws img (Jy/pixel, FITS order) as a PNG with a scale bar, the directions of North and East and a colour bar
// from zero (or the minimum, see Signed) to the peak. Where the image is larger than the picture, each of the picture's pixels has
// the strongest value of those under it. Values below get the first colour, values above PeakJyPixel the last. It
// refuses images whose size is not the grid's and values that are not finite.
func WriteSky(w io.Writer, img []float64, g radio.Grid, style SkyStyle) error {
	if err := g.Validate(); err != nil {
		return fmt.Errorf("figure: draw sky: %w", err)
	}
	if len(img) != g.Len() {
		return fmt.Errorf("figure: draw sky: %d pixels do not fill a grid of %d x %d", len(img), g.NX, g.NY)
	}
	low, peak := 0.0, 0.0
	for i, value := range img {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("figure: draw sky: pixel (%d, %d) is %g, must be finite", i%g.NX, i/g.NX, value)
		}
		peak = math.Max(peak, value)
		if style.Signed {
			low = math.Min(low, value)
		}
	}
	if style.PeakJyPixel > 0 {
		peak = style.PeakJyPixel
	}
	if peak == low {
		peak = 1e-3 // an empty sky still has a colour bar: 0 to 1 mJy/pixel
	}
	s := newSheet(g, style.Title)
	colours := moreland.BlackBody()
	colours.SetMax(1)
	scale := stretch{low, peak, style.Softening}
	s.drawMap(paint(img, g, scale, s.mapRect.Size(), style.Nearest, colours))
	s.drawScaleBar(g)
	s.drawCompass()
	if !style.Beam.IsZero() {
		s.drawBeam(style.Beam, g)
	}
	unit, perJy := style.Unit, 1.0
	if unit == "" {
		unit, perJy = brightnessUnit(peak, g, style.FreqHz)
	}
	if style.Softening > 0 {
		unit += ", asinh scale"
	}
	s.drawColourBar(scale.times(perJy), unit, colours)
	return s.encode(w)
}

// paint returns img resampled to size: East at the left (as stored), North (the last row) at the top.
func paint(img []float64, g radio.Grid, scale stretch, size image.Point, nearest bool, colours palette.ColorMap) *image.RGBA {
	big := resample(img, g.NX, g.NY, size.X, size.Y, resampling{nearest: nearest, signed: scale.low < 0})
	out := image.NewRGBA(image.Rect(0, 0, size.X, size.Y))
	table := colourTable(colours)
	for y := range size.Y {
		row := big[(size.Y-1-y)*size.X:]
		for x := range size.X {
			out.SetRGBA(x, y, table[int(scale.position(row[x])*float64(len(table)-1)+0.5)])
		}
	}
	return out
}

// colourTable samples a colour map finely enough that steps are below one level of an 8-bit channel.
func colourTable(m palette.ColorMap) []color.RGBA {
	table := make([]color.RGBA, 1024)
	for i := range table {
		c, err := m.At(float64(i) / float64(len(table)-1))
		if err != nil {
			c = color.Black
		}
		table[i] = color.RGBAModel.Convert(c).(color.RGBA)
	}
	return table
}

func (s *sheet) drawMap(picture *image.RGBA) {
	draw.Draw(s.image, s.mapRect, picture, image.Point{}, draw.Src)
}

// points converts canvas pixels, counted from the upper left corner, to the drawing library's coordinates.
func (s *sheet) points(x, y float64) vg.Point {
	return vg.Point{X: vg.Length(x) / pixelsPerPoint, Y: vg.Length(float64(s.image.Bounds().Dy())-y) / pixelsPerPoint}
}
