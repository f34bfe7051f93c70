package figure_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"fringe/figure"
	"fringe/radio"
)

// Flat images have one colour each: black for nothing, the last colour for the peak, and no error is the grey in the middle of blue and red.
func TestComparisonShowsInputOutputTruthAndError(t *testing.T) {
	g := radio.Grid{NX: 6, NY: 6, CellRad: 1}
	flat := func(v float64) []float64 {
		img := make([]float64, g.Len())
		for i := range img {
			img[i] = v
		}
		return img
	}
	var file bytes.Buffer
	err := figure.WriteComparisons(&file, g, []figure.Comparison{
		{InputTitle: "one", Input: flat(0), Output: flat(2), Truth: flat(2)},
		{InputTitle: "two", Input: flat(7), Output: flat(1), Truth: flat(2), InputPeak: 7},
	})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	// Images of 192 pixels are 8 apart, and 32 below the row above.
	at := func(column, row int) color.RGBA {
		return color.RGBAModel.Convert(picture.At(8+column*200+96, 32+row*224+96)).(color.RGBA)
	}
	if black := (color.RGBA{A: 255}); at(0, 0) != black {
		t.Errorf("an empty input is %v", at(0, 0))
	}
	if at(1, 0) != at(2, 0) || at(0, 1) != at(2, 0) || at(1, 1) == at(2, 1) {
		t.Errorf("the peak has the colours %v, %v and %v, half of it %v", at(1, 0), at(2, 0), at(0, 1), at(1, 1))
	}
	none, below := at(3, 0), at(3, 1)
	if spread := max(none.R, none.G, none.B) - min(none.R, none.G, none.B); spread > 3 {
		t.Errorf("no error is %v, want a grey", none)
	}
	if below.B < 2*below.R {
		t.Errorf("an error below zero is %v, want blue", below)
	}
	if want := image.Pt(4*200+8, 2*224+8); picture.Bounds().Size() != want {
		t.Errorf("the picture has %v pixels, want %v", picture.Bounds().Size(), want)
	}
}

func TestComparisonRefusesWhatIsNoPicture(t *testing.T) {
	g := radio.Grid{NX: 2, NY: 2, CellRad: 1}
	good, short := make([]float64, 4), make([]float64, 3)
	var file bytes.Buffer
	if err := figure.WriteComparisons(&file, g, nil); err == nil {
		t.Error("no rows are drawn")
	}
	if err := figure.WriteComparisons(&file, g, []figure.Comparison{{Input: good, Output: short, Truth: good}}); err == nil {
		t.Error("an image of 3 pixels is drawn on a grid of 4")
	}
	bad := []float64{0, math.Inf(1), 0, 0}
	err := figure.WriteComparisons(&file, g, []figure.Comparison{{Input: good, Output: bad, Truth: good}})
	if !errors.Is(err, figure.ErrNotFinite) {
		t.Errorf("an infinite pixel: error %v", err)
	}
	if file.Len() > 0 {
		t.Error("something was written")
	}
}
