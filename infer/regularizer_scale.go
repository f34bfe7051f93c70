package infer

import (
	"errors"
	"fmt"
	"math"

	"fringe/internal/torch"
	"fringe/radio"
)

// Scale makes the regularizers free of units. FluxJy is the total flux of the image (of each channel of a cube); BeamRad the
// resolution (FWHM) of the observation, 1/(longest baseline) for example, 0 for ten pixels. A smooth image of that flux has
// regularizer values of order 1. Channels is the number of planes of a cube, 0 for 1.
type Scale struct {
	Grid     radio.Grid
	Channels int
	FluxJy   float64
	BeamRad  float64

	// Prior (Jy/pixel, positive somewhere, Grid.Len() values for all channels or Channels·Grid.Len()) is what entropy prefers in the
	// absence of data, and what the first round of the re-weighted ℓ1 takes its weights from; nil for a flat image.
	Prior []float64

	// TVEps rounds the corners of total variation and of the other sums of absolute values, see [NewTV]; 0 for 0.001.
	TVEps float64

	// LengthRad is the correlation length of the power spectrum, see [NewPSD]; 0 for the standard deviation of the beam.
	LengthRad float64
}

// Validate says which field is wrong.
func (c Scale) Validate() error {
	if err := c.Grid.Validate(); err != nil {
		return fmt.Errorf("infer: Scale.Grid: %w", err)
	}
	if c.Channels < 0 {
		return fmt.Errorf("infer: Scale.Channels is %d, must not be negative", c.Channels)
	}
	if !(c.FluxJy > 0) || math.IsInf(c.FluxJy, 0) {
		return fmt.Errorf("infer: Scale.FluxJy is %g Jy, must be positive and finite", c.FluxJy)
	}
	for _, field := range []struct {
		name  string
		value float64
	}{{"BeamRad", c.BeamRad}, {"TVEps", c.TVEps}, {"LengthRad", c.LengthRad}} {
		if !(field.value >= 0) || math.IsInf(field.value, 0) {
			return fmt.Errorf("infer: Scale.%s is %g, must be finite and not negative", field.name, field.value)
		}
	}
	return c.validatePrior()
}

func (c Scale) validatePrior() error {
	if c.Prior == nil {
		return nil
	}
	if n := c.Grid.Len(); len(c.Prior) != n && len(c.Prior) != n*c.planes() {
		return fmt.Errorf("infer: Scale.Prior has %d pixels, the grid %d in %d channels", len(c.Prior), n, c.planes())
	}
	for start := 0; start < len(c.Prior); start += c.Grid.Len() {
		total := 0.0
		for i, v := range c.Prior[start : start+c.Grid.Len()] {
			if !(v >= 0) || math.IsInf(v, 0) {
				return fmt.Errorf("infer: Scale.Prior is %g at pixel %d: want finite values that are not negative", v, start+i)
			}
			total += v
		}
		if total == 0 {
			return errors.New("infer: Scale.Prior is zero everywhere")
		}
	}
	return nil
}

// planes returns the number of channels.
func (c Scale) planes() int { return max(1, c.Channels) }

// shape returns the shape of a cube on tensors.
func (c Scale) shape() []int64 {
	return []int64{int64(c.planes()), 1, int64(c.Grid.NY), int64(c.Grid.NX)}
}

// beamCells returns the resolution in pixels.
func (c Scale) beamCells() float64 {
	if c.BeamRad == 0 {
		return 10
	}
	return c.BeamRad / c.Grid.CellRad
}

// beam returns the resolution in radians.
func (c Scale) beam() float64 { return c.beamCells() * c.Grid.CellRad }

// defaultTVEps rounds total variation below a thousandth of the typical gradient.
const defaultTVEps = 1e-3

// rounding returns ε for sums of absolute values whose terms are of the given size. Below 1e-150 the slope of the root, 1/ε, and
// ε² would leave the range of float64: so no ε, however small, makes a NaN.
func (c Scale) rounding(size float64) float64 {
	eps := c.TVEps
	if eps == 0 {
		eps = defaultTVEps
	}
	return max(eps*size, 1e-150)
}

// modulus returns √(squares + ε²) − ε, an absolute value with a rounded corner; 0 at 0.
func modulus(s *torch.Scope, squares *torch.Tensor, eps float64) *torch.Tensor {
	return s.AddScalar(s.Sqrt(s.AddScalar(squares, eps*eps)), -eps)
}

// planePrior returns a copy of the prior with the total flux FluxJy in every channel, flat when there is none.
func (c Scale) planePrior() []float64 {
	n := c.Grid.Len()
	p := make([]float64, n*c.planes())
	for start := 0; start < len(p); start += n {
		plane := p[start : start+n]
		for i := range plane {
			plane[i] = 1
		}
		if c.Prior != nil {
			copy(plane, c.Prior[start%len(c.Prior):])
		}
		total := sum(plane)
		for i := range plane {
			plane[i] *= c.FluxJy / total
		}
	}
	return p
}
