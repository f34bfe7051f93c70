package data

import (
	"fmt"

	"fringe/radio"
)

// Transform names a way to compute the visibilities of a sky. None of them is the way of the inversion: all start from the
// continuous sky or from pixels of another size than the image's. The zero value is Direct.
type Transform string

const (
	// Direct is the sum over the pixels of the sky on its [SimulationGrid], one by one.
	Direct Transform = "direct"
	// Fast is Direct by [radio.Transform]: four to eight times faster for a few hundred visibilities of a compact source, and
	// the same to 1e-12 of the flux, though not to the last bit.
	Fast Transform = "fast"
)

// String returns the name.
func (t Transform) String() string {
	if t == "" {
		return string(Direct)
	}
	return string(t)
}

// Validate refuses unknown names.
func (t Transform) Validate() error {
	if k := Transform(t.String()); k != Direct && k != Fast {
		return fmt.Errorf("data: transform is %q, must be %s or %s", t, Direct, Fast)
	}
	return nil
}

// Of returns the transform of fluxJy·sky, drawn for g.
func (t Transform) Of(sky Sky, fluxJy float64, g radio.Grid) SkyTransform {
	fine := SimulationGrid(g)
	img := sky.Render(fine)
	scaleTo(img, fluxJy)
	if t == Fast {
		return func(vis []complex128, u, v []float64) { radio.Transform(vis, img, fine, u, v) }
	}
	return ImageTransform(img, fine)
}
