package data

import (
	"errors"
	"fmt"
	"io"
	"math"

	"fringe/radio"
)

// WriteCube writes an image for each frequency, [channels, ny, nx] in the order of package radio, as a FITS cube: the axes
// of [WriteImage] and FREQ in Hz. Frequencies must be evenly spaced, rising or falling, to a thousandth of their spacing, as a
// linear axis has no place for others. h.FreqHz is not used; everything else is as in WriteImage.
func WriteCube(path string, cube []float64, g radio.Grid, freqHz []float64, h ImageHeader) error {
	f, err := cubeHDU(cube, g, freqHz, h)
	if err == nil {
		err = writeAtomically(path, func(w io.Writer) error { return f.writeTo(w) })
	}
	if err != nil {
		return fmt.Errorf("data: write cube %q: %w", path, err)
	}
	return nil
}

func cubeHDU(cube []float64, g radio.Grid, freqHz []float64, h ImageHeader) (*fitsWriter, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if len(freqHz) == 0 || len(cube) != len(freqHz)*g.Len() {
		return nil, fmt.Errorf("the cube has %d pixels, %d frequencies of %d x %d need %d", len(cube), len(freqHz), g.NX, g.NY, len(freqHz)*g.Len())
	}
	step, err := evenStep(freqHz)
	if err != nil {
		return nil, err
	}
	if err := checkPixels(cube, g.NX); err != nil {
		return nil, fmt.Errorf("rows counted through all channels: %w", err)
	}
	h.FreqHz = 0
	return skyHDU(cube, g, h, &frequencyAxis{len(freqHz), freqHz[0], step})
}

// evenStep returns the spacing of the frequencies, 1 Hz for a single one.
func evenStep(freqHz []float64) (float64, error) {
	for c, f := range freqHz {
		if !(f > 0) || !finite(f) {
			return 0, fmt.Errorf("channel %d has frequency %g Hz, must be positive", c, f)
		}
	}
	if len(freqHz) == 1 {
		return 1, nil
	}
	step := (freqHz[len(freqHz)-1] - freqHz[0]) / float64(len(freqHz)-1)
	if step == 0 {
		return 0, errors.New("the channels all have the same frequency")
	}
	for c, f := range freqHz {
		if math.Abs(f-freqHz[0]-float64(c)*step) > 1e-3*math.Abs(step) {
			return 0, fmt.Errorf("channel %d is at %g Hz, even spacing has it at %g Hz: write the channels one by one", c, f, freqHz[0]+float64(c)*step)
		}
	}
	return step, nil
}

// frequencyAxis is the third axis of a cube.
type frequencyAxis struct {
	n           int
	first, step float64 // Hz
}

func (a *frequencyAxis) write(f *fitsWriter) {
	f.text("CTYPE3", "FREQ", "")
	f.real("CRVAL3", a.first, "")
	f.real("CRPIX3", 1, "")
	f.real("CDELT3", a.step, "")
	f.text("CUNIT3", "Hz", "")
}
