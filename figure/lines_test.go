package figure

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"testing"

	"gonum.org/v1/plot/plotter"
)

// With decay ½ the weights are 1, ½ + 1, ¼ + ½ + 1: the values 4, 1 and 0 smooth to 4, (2 + 1)/1.5 and (1 + ½ + 0)/1.75.
func TestSmoothedIsTheWeightedMeanSoFar(t *testing.T) {
	got := smoothed(plotter.XYs{{X: 1, Y: 4}, {X: 2, Y: 1}, {X: 3, Y: 0}}, 0.5)
	want := plotter.XYs{{X: 1, Y: 4}, {X: 2, Y: 2}, {X: 3, Y: 1.5 / 1.75}}
	for k := range want {
		if got[k].X != want[k].X || math.Abs(got[k].Y-want[k].Y) > 1e-15 { // rounding
			t.Errorf("point %d is %v, want %v", k, got[k], want[k])
		}
	}
}

// A constant line is level: all pixels of its colour lie in a strip as thin as the line and its legend.
func TestLinesDrawsWhatIsFinite(t *testing.T) {
	var file bytes.Buffer
	lines := []Line{
		{Name: "nothing", X: []float64{0}, Y: []float64{math.NaN()}},
		{Name: "level", X: []float64{0, 50, 75, 100}, Y: []float64{2, math.Inf(1), 2, 2}},
	}
	if err := WriteLines(&file, lines, LineStyle{XLabel: "step", YLabel: "metric"}); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	wide := map[int]int{} // rows with many pixels of the second line's colour
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			if color.RGBAModel.Convert(picture.At(x, y)) == dataColour {
				wide[y]++
			}
		}
	}
	long := 0
	for _, pixels := range wide {
		if pixels > 500 {
			long++
		}
	}
	if long < 1 || long > 4 {
		t.Errorf("%d rows hold the level line, want its width of about 2.4", long)
	}
	dot := func(lines ...Line) (bounds image.Rectangle) {
		t.Helper()
		var file bytes.Buffer
		if err := WriteLines(&file, append([]Line{{Name: "other"}}, lines...), LineStyle{}); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		// The legend is in the upper third.
		for y := picture.Bounds().Dy() / 3; y < picture.Bounds().Dy(); y++ {
			for x := range picture.Bounds().Dx() {
				if color.RGBAModel.Convert(picture.At(x, y)) == dataColour {
					bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		return bounds
	}
	if seen := dot(Line{Name: "alone", X: []float64{5}, Y: []float64{1}}); seen.Dx() < 3 || seen.Dy() < 3 {
		t.Errorf("a point alone covers %v", seen)
	}
	for _, tt := range []struct {
		lines []Line
		style LineStyle
	}{{lines[:1], LineStyle{}}, {[]Line{{X: []float64{1}, Y: []float64{-1}}}, LineStyle{Log: true}}} {
		if err := WriteLines(&file, tt.lines, tt.style); !errors.Is(err, ErrNotFinite) {
			t.Errorf("%+v: error %v", tt, err)
		}
	}
	if err := WriteLines(&file, lines, LineStyle{Smooth: 1}); err == nil {
		t.Error("a smoothing of 1 is taken")
	}
}
