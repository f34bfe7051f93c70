package infer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"fringe/internal/torch"
	"fringe/radio"
)

// Scale makes the regularizers free of units. FluxJy is the total flux of the image; BeamRad the resolution (FWHM) of the
// observation, 1/(longest baseline) for example, 0 for ten pixels. A smooth image of that flux has regularizer values of
// order 1, whatever its cell. Prior (Jy/pixel, positive somewhere) is what entropy prefers in the absence of data; nil for
// a flat image. TVEps rounds the corner of total variation, see [NewTV]; 0 for 0.001.
type Scale struct {
	Grid    radio.Grid
	FluxJy  float64
	BeamRad float64
	Prior   []float64
	TVEps   float64
}

// Validate says which field is wrong.
func (c Scale) Validate() error {
	if err := c.Grid.Validate(); err != nil {
		return fmt.Errorf("infer: Scale.Grid: %w", err)
	}
	if !(c.FluxJy > 0) || math.IsInf(c.FluxJy, 0) {
		return fmt.Errorf("infer: Scale.FluxJy is %g Jy, must be positive and finite", c.FluxJy)
	}
	if !(c.BeamRad >= 0) || math.IsInf(c.BeamRad, 0) {
		return fmt.Errorf("infer: Scale.BeamRad is %g rad, must not be negative", c.BeamRad)
	}
	if !(c.TVEps >= 0) || math.IsInf(c.TVEps, 0) {
		return fmt.Errorf("infer: Scale.TVEps is %g, must not be negative", c.TVEps)
	}
	return c.validatePrior()
}

func (c Scale) validatePrior() error {
	if c.Prior == nil {
		return nil
	}
	if len(c.Prior) != c.Grid.Len() {
		return fmt.Errorf("infer: Scale.Prior has %d pixels, the grid %d", len(c.Prior), c.Grid.Len())
	}
	sum := 0.0
	for i, v := range c.Prior {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("infer: Scale.Prior is %g at pixel %d: want finite values that are not negative", v, i)
		}
		sum += v
	}
	if sum == 0 {
		return errors.New("infer: Scale.Prior is zero everywhere")
	}
	return nil
}

// beamCells returns the resolution in pixels.
func (c Scale) beamCells() float64 {
	if c.BeamRad == 0 {
		return 10
	}
	return c.BeamRad / c.Grid.CellRad
}

// Regularizer is a differentiable function of the image, a [Term]. It keeps no tensors.
type Regularizer struct {
	name   string
	ny, nx int
	value  func(s *torch.Scope, x *torch.Tensor) *torch.Tensor
}

var _ Term = (*Regularizer)(nil)

// Name returns the name by which [ParseRegularizers] knows it.
func (r *Regularizer) Name() string { return r.name }

// Value returns the regularizer of x, float64 [1, 1, ny, nx] in Jy/pixel, as a scalar that autograd can differentiate.
func (r *Regularizer) Value(s *torch.Scope, x *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	want := []int64{1, 1, int64(r.ny), int64(r.nx)}
	if shape := x.Shape(); !slices.Equal(shape, want) || x.DType() != torch.Float64 {
		return nil, fmt.Errorf("infer: regularizer %s wants a float64 image of shape %v, got %v", r.name, want, shape)
	}
	return r.value(s, x), nil
}

// ValueGrad implements [Term].
func (r *Regularizer) ValueGrad(grad, x []float64) (float64, error) {
	if len(x) != r.ny*r.nx {
		return 0, fmt.Errorf("infer: regularizer %s wants %d pixels, got %d", r.name, r.ny*r.nx, len(x))
	}
	var value float64
	err := torch.Do(func(s *torch.Scope) error {
		image := s.FromFloat64s(x, 1, 1, int64(r.ny), int64(r.nx))
		if grad == nil {
			s.NoGrad(func() { value = s.Item(r.value(s, image)) })
			return nil
		}
		y := r.value(s, s.RequireGrad(image))
		value = s.Item(y)
		copy(grad, s.Float64s(s.Grad(y, []*torch.Tensor{image}, false)[0]))
		return nil
	})
	return value, err
}

// newRegularizer checks the scale and wraps a function of the image.
func newRegularizer(name string, c Scale, value func(s *torch.Scope, x *torch.Tensor) *torch.Tensor) (*Regularizer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Regularizer{name: name, ny: c.Grid.NY, nx: c.Grid.NX, value: value}, nil
}
