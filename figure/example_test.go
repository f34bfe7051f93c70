package figure_test

import (
	"bytes"
	"fmt"
	"image/png"

	"fringe/figure"
	"fringe/radio"
)

func ExampleWriteSky() {
	grid := radio.Grid{NX: 64, NY: 32, CellRad: 2 * radio.Microarcsecond}
	img := make([]float64, grid.Len())
	img[16*grid.NX+32] = 0.5 // half a Jansky at the phase centre

	var b bytes.Buffer
	if err := figure.WriteSky(&b, img, grid, figure.SkyStyle{Title: "a point", FreqHz: 230e9}); err != nil {
		fmt.Println(err)
		return
	}
	size, err := png.DecodeConfig(&b)
	fmt.Println(size.Width, size.Height, err)
	// Output: 824 396 <nil>
}
