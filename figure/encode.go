package figure

import (
	"fmt"
	"image"
	"image/png"
	"io"
)

// encode writes a picture as PNG. The fastest compression makes files of figures a little larger, in a quarter of the time.
func encode(w io.Writer, picture image.Image) error {
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(w, picture); err != nil {
		return fmt.Errorf("figure: write PNG: %w", err)
	}
	return nil
}
