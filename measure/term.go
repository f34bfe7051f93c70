package measure

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// Term is ½χ² of one kind of data as a function of the predicted visibilities.
type Term interface {
	// Name is "vis", "amp", "cphase" or "logcamp".
	Name() string
	// Len is the number of real data: what χ² is near for a right model, and what divides it to the reduced χ².
	Len() int
	// Value returns ½χ², a float64 scalar that can be differentiated, of the predicted visibilities vis [n] complex128 (Jy).
	Value(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error)
}

// tinyJy is added in quadrature to predicted amplitudes, |V| → √(|V|² + tinyJy²), wherever an amplitude is divided by or
// its logarithm or root is taken: values and gradients stay finite for an image that is zero, and change by less than
// 1e-12 for amplitudes above a microjansky.
const tinyJy = 1e-12

// amplitude returns √(re² + im² + tinyJy²).
func amplitude(s *torch.Scope, re, im *torch.Tensor) *torch.Tensor {
	return s.Sqrt(power(s, re, im))
}

// power returns re² + im² + tinyJy².
func power(s *torch.Scope, re, im *torch.Tensor) *torch.Tensor {
	return s.AddScalar(s.Add(s.Square(re), s.Square(im)), tinyJy*tinyJy)
}

// pick returns the elements of vis at index.
func pick(s *torch.Scope, vis *torch.Tensor, index []int64) *torch.Tensor {
	return s.IndexSelect(vis, 0, s.FromInt64s(index, int64(len(index))))
}

// halfChi2 returns ½Σ weight·residual².
func halfChi2(s *torch.Scope, residual *torch.Tensor, weight []float64) *torch.Tensor {
	return s.MulScalar(s.Sum(s.Mul(s.Square(residual), s.FromFloat64s(weight, int64(len(weight))))), 0.5)
}

// inverseVariances returns 1/σ², or an error that names the first datum that cannot be used.
func inverseVariances(term string, value, sigma []float64) ([]float64, error) {
	if len(value) != len(sigma) {
		return nil, fmt.Errorf("measure: %s: %d values and %d sigmas, must be as many", term, len(value), len(sigma))
	}
	weight := make([]float64, len(sigma))
	for j := range sigma {
		weight[j] = 1 / (sigma[j] * sigma[j])
		if !finite(value[j]) || !(sigma[j] > 0) || !finite(weight[j]) || weight[j] == 0 {
			return nil, fmt.Errorf("measure: %s: datum %d is %g ± %g, must be finite with a positive sigma; flag it", term, j, value[j], sigma[j])
		}
	}
	return weight, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
