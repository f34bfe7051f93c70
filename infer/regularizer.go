package infer

import (
	"fmt"
	"slices"

	"fringe/internal/torch"
)

// Regularizer is a differentiable function of the image, a [Term]. It keeps no tensors.
type Regularizer struct {
	name  string
	shape []int64
	value func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)
}

var _ Term = (*Regularizer)(nil)

// Name returns the name by which [ParseRegularizers] knows it.
func (r *Regularizer) Name() string { return r.name }

// Value returns the regularizer of x, float64 [channels, 1, ny, nx] in Jy/pixel, as a scalar that autograd can differentiate.
func (r *Regularizer) Value(s *torch.Scope, x *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if shape := x.Shape(); !slices.Equal(shape, r.shape) || x.DType() != torch.Float64 {
		return nil, fmt.Errorf("infer: regularizer %s wants a float64 image of shape %v, got %v", r.name, r.shape, shape)
	}
	return r.value(s, x)
}

// ValueGrad implements [Term].
func (r *Regularizer) ValueGrad(grad, x []float64) (float64, error) {
	pixels := int(r.shape[0] * r.shape[2] * r.shape[3])
	if len(x) != pixels {
		return 0, fmt.Errorf("infer: regularizer %s wants %d pixels, got %d", r.name, pixels, len(x))
	}
	var value float64
	err := torch.Do(func(s *torch.Scope) (err error) {
		image := s.FromFloat64s(x, r.shape...)
		if grad == nil {
			s.NoGrad(func() { value, err = r.at(s, image, nil) })
			return err
		}
		value, err = r.at(s, s.RequireGrad(image), grad)
		return err
	})
	return value, err
}

// at returns the value and, unless grad is nil, copies the gradient.
func (r *Regularizer) at(s *torch.Scope, image *torch.Tensor, grad []float64) (float64, error) {
	y, err := r.value(s, image)
	if err != nil {
		return 0, err
	}
	value := s.Item(y)
	if grad != nil {
		copy(grad, s.Float64s(s.Grad(y, []*torch.Tensor{image}, false)[0]))
	}
	return value, nil
}

// newRegularizer checks the scale and wraps a function of the image.
func newRegularizer(name string, c Scale, value func(s *torch.Scope, x *torch.Tensor) *torch.Tensor) (*Regularizer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &Regularizer{name, c.shape(), func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
		return value(s, x), nil
	}}, nil
}
