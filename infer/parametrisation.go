package infer

import (
	"fmt"
	"math"
)

// Positive is a map from free numbers z to positive pixels, so that an unconstrained optimizer gives a positive image.
type Positive string

// The maps, with s a brightness scale (Jy/pixel).
const (
	Softplus    Positive = "softplus" // s·ln(1+eᶻ): linear for bright pixels, exponential for dark ones
	Exponential Positive = "exp"      // s·eᶻ: the optimizer works in log brightness
)

// pixelFloor is the smallest pixel, relative to the scale, that a start image keeps: its z is −18, not −∞.
const pixelFloor = 1e-8

func (p Positive) validate() error {
	if p != Softplus && p != Exponential {
		return fmt.Errorf("infer: unknown map to positive pixels %q: known are %q and %q", p, Softplus, Exponential)
	}
	return nil
}

// image overwrites x with the pixels of z.
func (p Positive) image(x, z []float64, scale float64) {
	for i, v := range z {
		if p == Exponential {
			x[i] = scale * math.Exp(v)
		} else {
			x[i] = scale * (math.Max(v, 0) + math.Log1p(math.Exp(-math.Abs(v))))
		}
	}
}

// chain multiplies the gradient with respect to pixels by dx/dz, in place.
func (p Positive) chain(grad, z []float64, scale float64) {
	for i, v := range z {
		if p == Exponential {
			grad[i] *= scale * math.Exp(v)
		} else {
			grad[i] *= scale / (1 + math.Exp(-v))
		}
	}
}

// inverse returns the z of an image; pixels below scale·1e-8 are lifted to it.
func (p Positive) inverse(x []float64, scale float64) []float64 {
	z := make([]float64, len(x))
	for i, v := range x {
		y := math.Max(v/scale, pixelFloor)
		if p == Exponential {
			z[i] = math.Log(y)
		} else {
			z[i] = y + math.Log(-math.Expm1(-y))
		}
	}
	return z
}
