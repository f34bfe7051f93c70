package figure

import (
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"io"
	"math"

	"fringe/radio"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The figures are drawn at 144 dots per inch, twice the 72 points of an inch.
const (
	dpi            = 144
	pixelsPerPoint = 2
)

// Space around the map in pixels.
const (
	margin    = 20
	titleRoom = 56
	barGap    = 24
	barWidth  = 28
	barRoom   = 140 // colour bar, its numbers and its label
)

// sheet is one sky figure being drawn.
type sheet struct {
	image   stddraw.Image
	canvas  draw.Canvas
	mapRect image.Rectangle // in pixels from the upper left corner
}

func newSheet(g radio.Grid, title string) *sheet {
	scale := mapPixels / float64(max(g.NX, g.NY))
	w, h := max(int(float64(g.NX)*scale), 1), max(int(float64(g.NY)*scale), 1)
	top := margin
	if title != "" {
		top = titleRoom
	}
	canvas := newCanvas(margin+w+barGap+barRoom, top+h+margin)
	s := &sheet{image: canvas.Image(), canvas: draw.New(canvas), mapRect: image.Rect(margin, top, margin+w, top+h)}
	if title != "" {
		s.title(title)
	}
	return s
}

// title writes a line above the map's middle; a long one over the whole figure, in smaller letters if need be, and without its end where
// these could not be read.
func (s *sheet) title(line string) {
	const normal, smallest = 13.0, 8.0
	room := float64(s.image.Bounds().Dx() - 2*margin)
	size := math.Max(math.Min(normal, normal*room/s.width(line, normal)), smallest)
	for cut := []rune(line); s.width(line, size) > room && len(cut) > 0; {
		cut = cut[:len(cut)-1]
		line = string(cut) + "…"
	}
	width := s.width(line, size)
	middle := math.Max(float64(s.mapRect.Min.X+s.mapRect.Max.X)/2, margin+width/2)
	s.text(line, middle, titleRoom/2, size, color.Black, text.XCenter, 0)
}

// newCanvas returns a white canvas of w x h pixels.
func newCanvas(w, h int) *vgimg.Canvas {
	return vgimg.NewWith(vgimg.UseWH(vg.Length(w)/pixelsPerPoint, vg.Length(h)/pixelsPerPoint), vgimg.UseDPI(dpi))
}

func (s *sheet) encode(w io.Writer) error {
	return encode(w, s.image)
}

// text writes a line centred vertically on pixel position (x, y); rotation counts anticlockwise in radians.
func (s *sheet) text(line string, x, y, size float64, c color.Color, align text.XAlignment, rotation float64) {
	style := textStyle(size)
	style.Color, style.Rotation, style.XAlign = c, rotation, align
	s.canvas.FillText(style, s.points(x, y), line)
}

// width returns the width of a line in pixels.
func (s *sheet) width(line string, size float64) float64 {
	return float64(textStyle(size).Width(line)) * pixelsPerPoint
}

func textStyle(size float64) text.Style {
	return text.Style{Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(size)}, YAlign: text.YCenter, Handler: plot.DefaultTextHandler}
}

func (s *sheet) line(c color.Color, width float64, pixels ...float64) {
	points := make([]vg.Point, len(pixels)/2)
	for i := range points {
		points[i] = s.points(pixels[2*i], pixels[2*i+1])
	}
	s.canvas.StrokeLines(draw.LineStyle{Color: c, Width: vg.Length(width)}, points)
}

// drawScaleBar puts a bar of a round length in the lower right corner.
func (s *sheet) drawScaleBar(g radio.Grid) {
	rad, label := roundAngle(float64(g.NX) * g.CellRad * 0.3)
	length := rad / g.CellRad * float64(s.mapRect.Dx()) / float64(g.NX)
	right, y := float64(s.mapRect.Max.X-24), float64(s.mapRect.Max.Y-28)
	s.line(color.White, 2, right-length, y, right, y)
	s.text(label, right-length/2, y-20, 11, color.White, text.XCenter, 0)
}

// drawCompass marks North (up) and East (left) in the upper right corner.
func (s *sheet) drawCompass() {
	const arm = 44
	x, y := float64(s.mapRect.Max.X-26), float64(s.mapRect.Min.Y+26+arm)
	s.line(color.White, 1.2, x, y-arm, x, y, x-arm, y)
	s.text("N", x, y-arm-13, 10, color.White, text.XCenter, 0)
	s.text("E", x-arm-6, y, 10, color.White, text.XRight, 0)
}

// drawBeam outlines the half-power ellipse of the beam in the lower left corner.
func (s *sheet) drawBeam(b radio.Beam, g radio.Grid) {
	scale := float64(s.mapRect.Dx()) / (float64(g.NX) * g.CellRad)
	x0 := float64(s.mapRect.Min.X) + 20 + b.MajRad*scale/2
	y0 := float64(s.mapRect.Max.Y) - 20 - b.MajRad*scale/2
	var outline []float64
	sinPA, cosPA := math.Sincos(b.PARad)
	for i := range 65 {
		sinT, cosT := math.Sincos(2 * math.Pi * float64(i) / 64)
		along, across := b.MajRad/2*cosT*scale, b.MinRad/2*sinT*scale
		east, north := along*sinPA+across*cosPA, along*cosPA-across*sinPA
		outline = append(outline, x0-east, y0-north)
	}
	s.line(color.White, 1.2, outline...)
}

// drawColourBar draws the scale at the right of the map in the given unit.
func (s *sheet) drawColourBar(scale stretch, unit string, colours palette.ColorMap) {
	left := s.mapRect.Max.X + barGap
	table := colourTable(colours)
	height := s.mapRect.Dy()
	for y := range height {
		c := table[(height-1-y)*(len(table)-1)/max(height-1, 1)]
		for x := range barWidth {
			s.image.Set(left+x, s.mapRect.Min.Y+y, c)
		}
	}
	for _, value := range scale.ticks() {
		y := float64(s.mapRect.Max.Y) - scale.position(value)*float64(height)
		right := float64(left + barWidth)
		s.line(color.Black, 0.7, right, y, right+8, y)
		s.text(fmt.Sprintf("%.4g", value), right+14, y, 10, color.Black, text.XLeft, 0)
	}
	s.text(unit, float64(left+barRoom-22), float64(s.mapRect.Min.Y+height/2), 11, color.Black, text.XCenter, math.Pi/2)
}
