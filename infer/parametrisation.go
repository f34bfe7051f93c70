package infer

import (
	"fmt"
	"math"
)

// Positive is how pixels stay positive: a map from free numbers z to pixels, so that an unconstrained optimizer gives a
// positive image, or a projection.
type Positive string

// The maps, with s a brightness scale (Jy/pixel).
const (
	Softplus    Positive = "softplus" // s·ln(1+eᶻ): linear for bright pixels, exponential for dark ones
	Exponential Positive = "exp"      // s·eᶻ: the optimizer works in log brightness
	Projected   Positive = "project"  // s·z, with negative z set to 0 after every step: pixels can be exactly black
	Signed      Positive = "signed"   // s·z: pixels may be negative
)

// pixelFloor is the smallest pixel, relative to the scale, that a start image keeps: its z is −18, not −∞.
const pixelFloor = 1e-8

func (p Positive) validate() error {
	if p != Softplus && p != Exponential {
		return fmt.Errorf("infer: unknown map to positive pixels %q: known are %q and %q", p, Softplus, Exponential)
	}
	return nil
}

// linear reports whether pixels are multiples of the numbers z.
func (p Positive) linear() bool { return p == Projected || p == Signed }

// image overwrites x with the pixels of z.
func (p Positive) image(x, z []float64, scale float64) {
	for i, v := range z {
		switch {
		case p.linear():
			x[i] = scale * v
		case p == Exponential:
			x[i] = scale * math.Exp(v)
		default:
			x[i] = scale * (math.Max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))))
		}
	}
}

// chain multiplies the gradient with respect to pixels by dx/dz, in place.
func (p Positive) chain(grad, z []float64, scale float64) {
	for i := range grad {
		switch {
		case p.linear():
			grad[i] *= scale
		case p == Exponential:
			grad[i] *= scale * math.Exp(z[i])
		default:
			grad[i] *= scale / (1 + math.Exp(-z[i]))
		}
	}
}

// inverse returns the z of an image; of the maps that keep pixels positive, pixels below scale·1e-8 are lifted to it.
func (p Positive) inverse(x []float64, scale float64) []float64 {
	z := make([]float64, len(x))
	for i, v := range x {
		y := math.Max(v/scale, pixelFloor)
		switch {
		case p.linear():
			z[i] = v / scale
		case p == Exponential:
			z[i] = math.Log(y)
		default:
			z[i] = y + math.Log(-math.Expm1(-y))
		}
	}
	return z
}
