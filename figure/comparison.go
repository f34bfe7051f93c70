package figure

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"fringe/radio"
)

// Comparison is what a network was given, what it made of it and what was right: images in FITS order, all of one grid and,
// but for the input, one unit.
type Comparison struct {
	InputTitle, OutputTitle string
	Input, Output, Truth    []float64
	InputPeak               float64 // brightness of the last colour of the input, where its unit is another one; 0: that of the truth
}

// WriteComparisons draws a row of images for each comparison, as [WriteGrid] does: input, output, truth and error, which is output less truth.
// The first three have the colours of the truth, from zero to its peak; those of the error are blue below and red above zero, and reach as far as the
// largest error, which the title tells.
func WriteComparisons(w io.Writer, g radio.Grid, all []Comparison) error {
	rows := make([][]Panel, len(all))
	for i, c := range all {
		if len(c.Output) != len(c.Truth) || len(c.Truth) == 0 {
			return fmt.Errorf("figure: draw comparison %q: %d pixels and %d of the truth", c.OutputTitle, len(c.Output), len(c.Truth))
		}
		rows[i] = c.panels()
	}
	if len(rows) == 0 {
		return errors.New("figure: draw comparisons: there are none")
	}
	return WriteGrid(w, rows, g)
}

func (c Comparison) panels() []Panel {
	peak := positive(slices.Max(c.Truth))
	inputPeak, reach, wrong := c.InputPeak, 0.0, make([]float64, len(c.Truth))
	if inputPeak == 0 {
		inputPeak = peak
	}
	for i, v := range c.Output {
		wrong[i] = v - c.Truth[i]
		reach = math.Max(reach, math.Abs(wrong[i]))
	}
	title := fmt.Sprintf("error ±%.2g %%", 100*reach/peak)
	reach = positive(reach)
	return []Panel{
		{Title: c.InputTitle, Image: c.Input, Peak: inputPeak},
		{Title: c.OutputTitle, Image: c.Output, Peak: peak},
		{Title: "truth", Image: c.Truth, Peak: peak},
		{Title: title, Image: wrong, Low: -reach, Peak: reach, Signed: true},
	}
}

// positive returns a number by which one can divide: 1 where nothing is there, or no number.
func positive(x float64) float64 {
	if x > 0 {
		return x
	}
	return 1
}
