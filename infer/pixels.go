package infer

import (
	"fmt"

	"fringe/radio"
)

// Pixels turns the free numbers z of an optimizer into an image, x = mask·K·map(z): the map keeps pixels positive, K is the
// base convolution. Image and Chain make any [Term] a differentiable function of z.
type Pixels struct {
	Grid    radio.Grid
	Map     Positive
	ScaleJy float64 // s of the map, Jy/pixel
	Base    Base
	Mask    []bool // pixels that may differ from 0, one per pixel of the grid; nil for all
}

// Image overwrites x with the image of z, one or more planes.
func (p *Pixels) Image(x, z []float64) {
	p.Map.image(x, z, p.ScaleJy)
	if p.Base.Kernel != NoBase {
		copy(x, p.Base.Convolve(p.Grid, x))
	}
	blacken(x, p.Mask)
}

// Chain turns the gradient with respect to the image into the gradient with respect to z, in place.
func (p *Pixels) Chain(grad, z []float64) {
	blacken(grad, p.Mask)
	if p.Base.Kernel != NoBase {
		copy(grad, p.Base.Convolve(p.Grid, grad))
	}
	p.Map.chain(grad, z, p.ScaleJy)
}

// Inverse returns the z of map(z) = x. With a base convolution the image of that z is x convolved once.
func (p *Pixels) Inverse(x []float64) []float64 { return p.Map.inverse(x, p.ScaleJy) }

// through returns a term as a function of z. The function is not safe for concurrent use.
func (p *Pixels) through(o Term, n int) func(grad, z []float64) (float64, error) {
	x := make([]float64, n)
	return func(grad, z []float64) (float64, error) {
		p.Image(x, z)
		if !allFinite(x) {
			return 0, fmt.Errorf("infer: the image overflows in the line search: check the data terms' weights and the map %q", p.Map)
		}
		value, err := o.ValueGrad(grad, x)
		if err != nil || grad == nil {
			return value, err
		}
		p.Chain(grad, z)
		return value, nil
	}
}

// blacken sets the pixels of every plane outside the mask to 0.
func blacken(x []float64, mask []bool) {
	if mask == nil {
		return
	}
	for i := range x {
		if !mask[i%len(mask)] {
			x[i] = 0
		}
	}
}
