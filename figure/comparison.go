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

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg/draw"
)

// Comparison is what a network was given, what it made of it and what was right: images in FITS order, all of one grid and,
// but for the input, one unit.
type Comparison struct {
	Name                  string // at the left
	Input, Output, Truth  []float64
	InputNote, OutputNote string  // below the images, such as how near they are to the truth
	InputPeak             float64 // brightness of the last colour of the input, where its unit is another one; 0: that of the truth
}

// Sizes of a figure of comparisons in pixels.
const (
	comparisonSide = 220 // the longer side of an image
	comparisonGap  = 14
	comparisonName = 44 // room for the names
)

// WriteComparisons draws a row of images for each comparison: input, output, truth and error, which is output less truth. The first three
// have the colours of the truth, from zero to its peak; those of the error are blue below and red above zero, and reach as far as
// the largest error.
func WriteComparisons(w io.Writer, g radio.Grid, rows []Comparison) error {
	if len(rows) == 0 {
		return errors.New("figure: draw comparisons: there are none")
	}
	for _, c := range rows {
		if err := c.check(g); err != nil {
			return fmt.Errorf("figure: draw comparison %q: %w", c.Name, err)
		}
	}
	scale := comparisonSide / float64(max(g.NX, g.NY))
	size := image.Pt(max(int(float64(g.NX)*scale), 1), max(int(float64(g.NY)*scale), 1))
	across, down := size.X+comparisonGap, size.Y+comparisonName
	canvas := newCanvas(comparisonName+4*across, comparisonName+len(rows)*down)
	s := &sheet{image: canvas.Image(), canvas: draw.New(canvas)}
	for i, column := range []string{"input", "output", "truth", "error"} {
		s.text(column, float64(comparisonName+i*across+size.X/2), comparisonName/2, 11, color.Black, text.XCenter, 0)
	}
	for i, c := range rows {
		s.drawComparison(c, g, image.Pt(comparisonName, comparisonName+i*down), size)
	}
	return s.encode(w)
}

// check makes sure that all images fill the grid with finite numbers and that something is there to compare with.
func (c Comparison) check(g radio.Grid) error {
	for _, img := range [][]float64{c.Input, c.Output, c.Truth} {
		if len(img) != g.Len() {
			return fmt.Errorf("%d pixels do not fill a grid of %d x %d", len(img), g.NX, g.NY)
		}
		for _, v := range img {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%w: a pixel is %g", ErrNotFinite, v)
			}
		}
	}
	return nil
}

// drawComparison draws one row, whose first image has its upper left corner at.
func (s *sheet) drawComparison(c Comparison, g radio.Grid, at, size image.Point) {
	heat, signed := moreland.BlackBody(), moreland.SmoothBlueRed()
	heat.SetMax(1)
	signed.SetMin(0)
	signed.SetMax(1)
	peak := positive(largest(c.Truth))
	inputPeak := c.InputPeak
	if inputPeak == 0 {
		inputPeak = peak
	}
	wrong := make([]float64, len(c.Truth))
	reach := 0.0
	for i, v := range c.Output {
		wrong[i] = v - c.Truth[i]
		reach = math.Max(reach, math.Abs(wrong[i]))
	}
	reach = positive(reach)
	for _, panel := range []struct {
		img       []float64
		low, high float64
		colours   palette.ColorMap
		note      string
	}{
		{c.Input, 0, inputPeak, heat, c.InputNote},
		{c.Output, 0, peak, heat, c.OutputNote},
		{c.Truth, 0, peak, heat, fmt.Sprintf("peak %.3g", peak)},
		{wrong, -reach, reach, signed, fmt.Sprintf("±%.2g %% of the peak", 100*reach/peak)},
	} {
		picture := paint(panel.img, g, stretch{low: panel.low, top: panel.high}, size, false, panel.colours)
		stddraw.Draw(s.image, image.Rectangle{Min: at, Max: at.Add(size)}, picture, image.Point{}, stddraw.Src)
		s.text(panel.note, float64(at.X+size.X/2), float64(at.Y+size.Y+18), 9, color.Black, text.XCenter, 0)
		at.X += size.X + comparisonGap
	}
	s.text(c.Name, comparisonName/2, float64(at.Y+size.Y/2), 10, color.Black, text.XCenter, math.Pi/2)
}

// positive returns a number by which one can divide: 1 where nothing is there.
func positive(x float64) float64 {
	if x > 0 {
		return x
	}
	return 1
}

func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = math.Max(most, v)
	}
	return most
}
