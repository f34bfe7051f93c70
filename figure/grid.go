package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	stddraw "image/draw"
	"io"
	"math"

	"fringe/radio"

	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg/draw"
)

// Panel is a small image of a grid of images.
type Panel struct {
	Title string
	Image []float64 // FITS order
	// Low and Peak are the values of the first and the last colour.
	Low, Peak float64
	Signed    bool // colours from blue over grey in the middle to red, for differences
}

// Size of a panel and of the space above it in pixels.
const (
	panelPixels = 192
	panelTitle  = 32
	panelGap    = 8
)

// WriteGrid draws rows of images of the size of g as one PNG, North up and East to the left, pixels as squares. Rows may differ in length.
func WriteGrid(w io.Writer, rows [][]Panel, g radio.Grid) error {
	if err := g.Validate(); err != nil {
		return fmt.Errorf("figure: draw grid: %w", err)
	}
	columns := 0
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	if columns == 0 {
		return errors.New("figure: draw grid: there is no panel")
	}
	canvas := newCanvas(columns*(panelPixels+panelGap)+panelGap, len(rows)*(panelPixels+panelTitle)+panelGap)
	s := &sheet{image: canvas.Image(), canvas: draw.New(canvas)}
	for r, row := range rows {
		for c, p := range row {
			if err := p.drawOn(s, g, panelGap+c*(panelPixels+panelGap), panelTitle+r*(panelPixels+panelTitle)); err != nil {
				return err
			}
		}
	}
	return s.encode(w)
}

// drawOn draws the panel with its upper left corner at pixel (x, y), and its title above.
func (p Panel) drawOn(s *sheet, g radio.Grid, x, y int) error {
	if len(p.Image) != g.Len() || !(p.Peak > p.Low) {
		return fmt.Errorf("figure: draw grid: panel %q has %d pixels for %d x %d, with colours from %g to %g", p.Title, len(p.Image), g.NX, g.NY, p.Low, p.Peak)
	}
	for i, v := range p.Image {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("figure: draw grid: panel %q, pixel %d is %g: %w", p.Title, i, v, ErrNotFinite)
		}
	}
	colours := moreland.BlackBody()
	if p.Signed {
		colours = moreland.SmoothBlueRed()
	}
	colours.SetMin(0)
	colours.SetMax(1)
	rect := image.Rect(x, y, x+panelPixels, y+panelPixels)
	stddraw.Draw(s.image, rect, paint(p.Image, g, stretch{low: p.Low, top: p.Peak}, rect.Size(), true, colours), image.Point{}, stddraw.Src)
	s.text(p.Title, float64(x+panelPixels/2), float64(y-panelTitle/2), 8, color.Black, text.XCenter, 0)
	return nil
}
