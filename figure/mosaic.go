package figure

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/palette/moreland"
)

// Block is a square of small images of their own scales, for [WriteMosaic].
type Block struct {
	Tiles [][]float64 // Side × Side pixels each, row 0 South, column 0 East
	Side  int
	// Stretch shows faint pixels: a fraction b of the peak is as bright as asinh(b·Stretch)/asinh(Stretch); 0 is linear. What is below
	// -1/10 of the peak is as dark as that.
	Stretch float64
}

// mosaicLevels is the number of colours, besides that of the gaps: no more than is seen in small images, which makes small files.
const mosaicLevels = 40

const tileGap, blockGap = 1, 8 // pixels

// WriteMosaic writes blocks side by side as a PNG, each in rows of √n of its n tiles. Pixels that are not finite are an error.
func WriteMosaic(w io.Writer, blocks ...Block) error {
	width, height := -blockGap, 0
	for _, b := range blocks {
		width += blockGap + b.columns()*(b.Side+tileGap) - tileGap
		height = max(height, (len(b.Tiles)+b.columns()-1)/max(1, b.columns())*(b.Side+tileGap)-tileGap)
	}
	if width <= 0 || height <= 0 {
		return errors.New("figure: a mosaic needs tiles")
	}
	for _, b := range blocks {
		if err := b.check(); err != nil {
			return err
		}
	}
	picture := image.NewPaletted(image.Rect(0, 0, width, height), mosaicPalette())
	left := 0
	for _, b := range blocks {
		for k, tile := range b.Tiles {
			b.paint(picture, tile, left+k%b.columns()*(b.Side+tileGap), k/b.columns()*(b.Side+tileGap))
		}
		left += b.columns()*(b.Side+tileGap) - tileGap + blockGap
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(w, picture); err != nil {
		return fmt.Errorf("figure: write PNG: %w", err)
	}
	return nil
}

func (b Block) columns() int { return int(math.Ceil(math.Sqrt(float64(len(b.Tiles))))) }

// check refuses tiles of another size and pixels that cannot be shown.
func (b Block) check() error {
	for k, tile := range b.Tiles {
		if len(tile) != b.Side*b.Side {
			return fmt.Errorf("figure: draw mosaic: tile %d has %d pixels for %d x %d", k, len(tile), b.Side, b.Side)
		}
		for i, x := range tile {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("figure: draw mosaic: tile %d, pixel %d is %g: %w", k, i, x, ErrNotFinite)
			}
		}
	}
	return nil
}

// paint draws one tile with its upper left corner at (left, top): East at the left, North at the top.
func (b Block) paint(picture *image.Paletted, tile []float64, left, top int) {
	show := func(x float64) float64 { return x }
	if b.Stretch > 0 {
		show = func(x float64) float64 { return math.Asinh(x*b.Stretch) / math.Asinh(b.Stretch) }
	}
	peak := slices.Max(tile)
	if !(peak > 0) {
		peak = 1 // nothing to be seen
	}
	low := show(min(0, max(-0.1, slices.Min(tile)/peak)))
	for k, x := range tile {
		t := min(max((show(x/peak)-low)/(1-low), 0), 1)
		picture.SetColorIndex(left+k%b.Side, top+b.Side-1-k/b.Side, 1+uint8(t*(mosaicLevels-1)+0.5))
	}
}

// mosaicPalette returns the colour of the gaps and those of brightness.
func mosaicPalette() color.Palette {
	colours := moreland.BlackBody()
	colours.SetMax(1)
	table, palette := colourTable(colours), color.Palette{color.Gray{Y: 96}}
	for k := range mosaicLevels {
		palette = append(palette, table[k*(len(table)-1)/(mosaicLevels-1)])
	}
	return palette
}
