package models

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"fringe/internal/torch"
)

// parameters is the ordered set of weights of a network.
type parameters []torch.Param

// Params returns the trainable tensors, sorted by name. They belong to the network.
func (p parameters) Params() []torch.Param { return slices.Clone(p) }

// Drop frees the tensors. The network must not be used afterwards.
func (p parameters) Drop() {
	for _, q := range p {
		q.Tensor.Drop()
	}
}

// Buffers returns the tensors that training moves besides the parameters, and that a checkpoint needs as well. Most networks have none.
func (p parameters) Buffers() []torch.Param { return nil }

// Train switches between training and evaluation, which are the same for most networks.
func (p parameters) Train(bool) {}

// builder makes layers. Random numbers are taken in the order in which the layers are made, so equal seeds give equal bytes.
type builder struct {
	scope  *torch.Scope
	rng    *rand.Rand
	dtype  torch.DType
	params parameters
}

// dtype is the element type of a network whose config says float64 or not.
func dtype(float64s bool) torch.DType {
	if float64s {
		return torch.Float64
	}
	return torch.Float32
}

// build runs f inside a scope and returns the parameters that f made, kept and sorted; none when f fails.
func build(rng *rand.Rand, float64s bool, f func(b *builder)) (parameters, error) {
	b := builder{rng: rng, dtype: dtype(float64s)}
	err := torch.Do(func(s *torch.Scope) error {
		b.scope = s
		f(&b)
		for _, p := range b.params {
			s.Keep(p.Tensor)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("models: build network: %w", err)
	}
	slices.SortFunc(b.params, func(a, b torch.Param) int { return cmp.Compare(a.Name, b.Name) })
	return b.params, nil
}

// param registers a tensor with the given values.
func (b *builder) param(name string, values []float64, shape ...int64) *torch.Tensor {
	return b.register(name, b.scope.To(b.scope.FromFloat64s(values, shape...), b.dtype))
}

func (b *builder) register(name string, t *torch.Tensor) *torch.Tensor {
	b.scope.RequireGrad(t)
	b.params = append(b.params, torch.Param{Name: name, Tensor: t})
	return t
}

// uniform returns a parameter drawn from U(−1/√fanIn, 1/√fanIn): PyTorch's default for convolutions, that is Kaiming-uniform
// with a = √5 (He et al. 2015, the forward case, with gain √(2/(1+a²))).
func (b *builder) uniform(name string, fanIn int64, shape ...int64) *torch.Tensor {
	bound := 1 / math.Sqrt(float64(fanIn))
	return b.filled(name, func() float64 { return bound * (2*b.rng.Float64() - 1) }, shape...)
}

// normal returns a parameter drawn from N(0, deviation²).
func (b *builder) normal(name string, deviation float64, shape ...int64) *torch.Tensor {
	return b.filled(name, func() float64 { return deviation * b.rng.NormFloat64() }, shape...)
}

// orthogonal returns a parameter that, as a matrix with one row per first index, has orthogonal rows (or columns, where those are fewer)
// of norm gain, uniformly distributed (Saxe et al. 2014).
func (b *builder) orthogonal(name string, gain float64, shape ...int64) *torch.Tensor {
	rows, columns := shape[0], int64(1)
	for _, d := range shape[1:] {
		columns *= d
	}
	values := make([]float64, rows*columns)
	for i := range values {
		values[i] = b.rng.NormFloat64()
	}
	t := b.scope.Tidy(func(s *torch.Scope) *torch.Tensor {
		q := s.Orthonormal(s.To(s.FromFloat64s(values, max(rows, columns), min(rows, columns)), b.dtype))
		if rows < columns {
			q = s.Transpose(q, 0, 1)
		}
		return s.Contiguous(s.MulScalar(s.Reshape(q, shape...), gain))
	})
	return b.register(name, t)
}

// constant returns a parameter with all elements equal.
func (b *builder) constant(name string, value float64, shape ...int64) *torch.Tensor {
	return b.filled(name, func() float64 { return value }, shape...)
}

func (b *builder) filled(name string, draw func() float64, shape ...int64) *torch.Tensor {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = draw()
	}
	return b.param(name, values, shape...)
}
