package figure_test

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"testing"

	"fringe/figure"
)

// brightness is the sum of the colour channels, which ascends along the colour map.
func brightness(c color.Color) uint32 {
	r, g, b, _ := c.RGBA()
	return r + g + b
}

// Two blocks of tiles of 2 × 2 pixels: rows of two, one pixel between tiles and eight between blocks. A tile's brightest pixel has
// the last colour, wherever its scale; row 1 is above row 0, column 0 at the left.
func TestMosaicShowsTilesInOrder(t *testing.T) {
	var file bytes.Buffer
	tiles := [][]float64{{1, 0, 0, 0}, {0, 0, 0, 5}, {0, 3, 0, 0}}
	if err := figure.WriteMosaic(&file, figure.Block{Tiles: tiles, Side: 2}, figure.Block{Tiles: tiles[:1], Side: 2, Stretch: 10}); err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != 5+8+2 || size.Y != 5 {
		t.Fatalf("the picture is %v", size)
	}
	white, black := uint32(0), uint32(1<<20)
	for y := range 5 {
		for x := range 15 {
			white, black = max(white, brightness(picture.At(x, y))), min(black, brightness(picture.At(x, y)))
		}
	}
	peaks := map[[2]int]bool{{0, 1}: true, {4, 0}: true, {1, 4}: true, {13, 1}: true}
	for y := range 5 {
		for x := range 15 {
			if got := brightness(picture.At(x, y)) == white; got != peaks[[2]int{x, y}] {
				t.Errorf("pixel (%d, %d) is bright: %v", x, y, got)
			}
		}
	}
	if brightness(picture.At(0, 0)) != black || brightness(picture.At(2, 0)) == black {
		t.Error("the gap is as dark as a dark pixel")
	}
	for what, blocks := range map[string][]figure.Block{
		"no tiles": nil, "three pixels": {{Tiles: [][]float64{{1, 2, 3}}, Side: 2}}, "a pixel of NaN": {{Tiles: [][]float64{{math.NaN()}}, Side: 1}},
	} {
		if err := figure.WriteMosaic(&file, blocks...); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if err := figure.WriteMosaic(&file, figure.Block{Tiles: [][]float64{{0}}, Side: 1}); err != nil {
		t.Errorf("a dark tile: %v", err)
	}
}

// A stretch shows what is faint brighter than a linear scale does, and below zero everything is as dark.
func TestMosaicStretchesFaintPixels(t *testing.T) {
	shown := func(stretch float64) uint32 {
		var file bytes.Buffer
		if err := figure.WriteMosaic(&file, figure.Block{Tiles: [][]float64{{1, 0.05, 0, 0}}, Side: 2, Stretch: stretch}); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		return brightness(picture.At(1, 1))
	}
	if linear, stretched := shown(0), shown(20); !(stretched > linear) {
		t.Errorf("%d linearly, %d stretched", linear, stretched)
	}
}
