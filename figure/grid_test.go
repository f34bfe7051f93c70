package figure

import (
	"bytes"
	"errors"
	"image/png"
	"math"
	"testing"

	"fringe/radio"
)

func TestGridPutsPanelsAndNorthUp(t *testing.T) {
	g := radio.Grid{NX: 2, NY: 2, CellRad: 1}
	north := Panel{Title: "north", Image: []float64{0, 0, 1, 1}, Peak: 1} // the last row is North
	var b bytes.Buffer
	if err := WriteGrid(&b, [][]Panel{{north}, {north, north}}, g); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != 2*(panelPixels+panelGap)+panelGap || size.Y != 2*(panelPixels+panelTitle)+panelGap {
		t.Errorf("size %v", size)
	}
	x, y := panelGap+panelPixels/2, panelTitle+panelPixels+panelTitle
	top, _, _, _ := picture.At(x, y+panelPixels/4).RGBA()
	bottom, _, _, _ := picture.At(x, y+3*panelPixels/4).RGBA()
	empty, _, _, _ := picture.At(x+panelPixels+panelGap, panelTitle+panelPixels/2).RGBA()
	if top < 0xf000 || bottom > 0x1000 || empty != 0xffff {
		t.Errorf("red is %x at the top, %x at the bottom and %x where there is no panel; want bright, dark and white", top, bottom, empty)
	}
}

func TestGridRefuses(t *testing.T) {
	g := radio.Grid{NX: 2, NY: 1, CellRad: 1}
	for name, rows := range map[string][][]Panel{
		"nothing": nil, "size": {{{Image: []float64{1}, Peak: 1}}}, "colours": {{{Image: []float64{1, 1}}}},
		"NaN": {{{Image: []float64{1, math.NaN()}, Peak: 1}}},
	} {
		err := WriteGrid(&bytes.Buffer{}, rows, g)
		if err == nil || name == "NaN" && !errors.Is(err, ErrNotFinite) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
