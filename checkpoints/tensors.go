package checkpoints

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"fringe/internal/torch"
)

// Gather copies the values of params to the host. A value that is not finite is an error.
func Gather(params []torch.Param) (tensors []Tensor, err error) {
	err = torch.Do(func(s *torch.Scope) error {
		for _, p := range params {
			var t Tensor
			var err error
			switch d := p.Tensor.DType(); d {
			case torch.Float32:
				t, err = finiteTensor(p, s.Float32s(p.Tensor))
			case torch.Float64:
				t, err = finiteTensor(p, s.Float64s(p.Tensor))
			default:
				err = fmt.Errorf("tensor %q: element type %d is neither float32 nor float64", p.Name, d)
			}
			if err != nil {
				return err
			}
			tensors = append(tensors, t)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("checkpoints: gather: %w", err)
	}
	return tensors, nil
}

// finiteTensor returns the tensor of a param with its values.
func finiteTensor[T float32 | float64](p torch.Param, values []T) (Tensor, error) {
	for k, v := range values {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return Tensor{}, fmt.Errorf("tensor %q: value %d is %g", p.Name, k, x)
		}
	}
	return NewTensor(p.Name, values, p.Tensor.Shape()...), nil
}

// Assign copies tensors into the params of the same names. Each param must have its tensor, of its shape and element type,
// and no tensor may be left over; params are unchanged when that fails.
func Assign(params []torch.Param, tensors []Tensor) error {
	for i, t := range tensors {
		if slices.ContainsFunc(tensors[:i], func(other Tensor) bool { return other.Name == t.Name }) {
			return fmt.Errorf("checkpoints: tensor %q is there twice", t.Name)
		}
	}
	values := make([]Tensor, len(params))
	for i, p := range params {
		k := slices.IndexFunc(tensors, func(t Tensor) bool { return t.Name == p.Name })
		if k < 0 {
			return fmt.Errorf("checkpoints: tensor %q is missing", p.Name)
		}
		values[i] = tensors[k]
		if shape := p.Tensor.Shape(); !slices.Equal(shape, values[i].Shape) {
			return fmt.Errorf("checkpoints: tensor %q has shape %v, the network needs %v", p.Name, values[i].Shape, shape)
		}
		want := map[torch.DType]string{torch.Float32: "F32", torch.Float64: "F64"}[p.Tensor.DType()]
		if values[i].DType != want {
			return fmt.Errorf("checkpoints: tensor %q is %s, the network needs %s", p.Name, values[i].DType, want)
		}
	}
	for _, t := range tensors {
		if !slices.ContainsFunc(params, func(p torch.Param) bool { return p.Name == t.Name }) {
			return fmt.Errorf("checkpoints: tensor %q is unknown to the network", t.Name)
		}
	}
	return torch.Do(func(s *torch.Scope) error {
		for i, p := range params {
			t, err := upload(s, values[i])
			if err != nil {
				return err
			}
			s.Copy(p.Tensor, t)
		}
		return nil
	})
}

func upload(s *torch.Scope, t Tensor) (*torch.Tensor, error) {
	if t.DType == "F32" {
		v, err := Values[float32](t)
		return s.FromFloat32s(v, t.Shape...), err
	}
	v, err := Values[float64](t)
	return s.FromFloat64s(v, t.Shape...), err
}

// Values returns the elements of t, whose DType must be that of T.
func Values[T float32 | float64 | int64 | uint8](t Tensor) ([]T, error) {
	if want := dtypeOf[T](); t.DType != want {
		return nil, fmt.Errorf("checkpoints: tensor %q is %s, not %s", t.Name, t.DType, want)
	}
	size, err := elementBytes(t.DType)
	if err != nil {
		return nil, err
	}
	v := make([]T, int64(len(t.Data))/size)
	if _, err := binary.Decode(t.Data, binary.LittleEndian, v); err != nil {
		return nil, fmt.Errorf("checkpoints: tensor %q: %w", t.Name, err)
	}
	return v, nil
}

// NewTensor returns a tensor with the given elements; their number must be the product of shape (checked by [Save]).
func NewTensor[T float32 | float64 | int64 | uint8](name string, values []T, shape ...int64) Tensor {
	data, _ := binary.Append(nil, binary.LittleEndian, values) // cannot fail: the four types have fixed sizes
	return Tensor{Name: name, DType: dtypeOf[T](), Shape: shape, Data: data}
}

func dtypeOf[T float32 | float64 | int64 | uint8]() string {
	switch any(*new(T)).(type) {
	case float32:
		return "F32"
	case float64:
		return "F64"
	case int64:
		return "I64"
	}
	return "U8"
}
