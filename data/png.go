package data

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"

	"fringe/radio"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

func isPNG(r io.ReaderAt) bool {
	head := make([]byte, len(pngMagic))
	n, _ := r.ReadAt(head, 0) // a file that cannot be read is none
	return string(head[:n]) == pngMagic
}

// DecodePNG reads a picture of the sky from the size bytes of a PNG file, with North up and East to the left: its bottom row
// becomes row 0. Brightness is the luminance 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) of the stored values, which are taken
// as they are, without undoing a display gamma, from 0 to 1; 16-bit files keep their depth. What is transparent counts as black,
// in proportion. A picture has no scale: CellRad is 0, and a unit of brightness must be chosen by the caller.
func DecodePNG(r io.ReaderAt, size int64) ([]float64, radio.Grid, error) {
	config, err := png.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, radio.Grid{}, fmt.Errorf("damaged PNG: %w", err)
	}
	// A decoder makes room before it reads. PNG packs a run of equal bytes to a thousandth of its size at best.
	if most := 1<<20 + 1000*size; int64(config.Width)*int64(config.Height) > most {
		return nil, radio.Grid{}, fmt.Errorf("absurd size: a PNG of %d x %d pixels in %d bytes", config.Width, config.Height, size)
	}
	picture, err := png.Decode(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, radio.Grid{}, fmt.Errorf("damaged PNG: %w", err)
	}
	g := radio.Grid{NX: config.Width, NY: config.Height}
	img := make([]float64, g.Len())
	for y := range g.NY {
		for x := range g.NX {
			img[(g.NY-1-y)*g.NX+x] = luminance(picture, x, y)
		}
	}
	return img, g, nil
}

// luminance returns the brightness of a pixel, from 0 to 1.
func luminance(picture image.Image, x, y int) float64 {
	switch p := picture.(type) {
	case *image.Gray:
		return float64(p.GrayAt(x, y).Y) / 255
	case *image.Gray16:
		return float64(p.Gray16At(x, y).Y) / 65535
	}
	c := color.RGBA64Model.Convert(picture.At(x, y)).(color.RGBA64) // colours come multiplied by alpha
	return (0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)) / 65535
}
