package measure

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// Term is the negative log-likelihood of one kind of data as a function of the predicted visibilities vis [n] complex128 (Jy).
type Term interface {
	// Name is "vis", "amp", "cphase", "logcamp" or "bispectrum".
	Name() string
	// Len is the number of real data: what χ² is near for a right model, and what divides it to the reduced χ².
	Len() int
	// Residuals returns the differences between model and data in units of σ, real or complex: their squared moduli add up
	// to χ².
	Residuals(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error)
	// Value returns the negative log-likelihood less its smallest possible value, a float64 scalar that can be
	// differentiated: ½χ² where errors are Gaussian.
	Value(s *torch.Scope, vis *torch.Tensor) (*torch.Tensor, error)
	// LogPeak returns the log-likelihood at the prediction that makes Value zero, so that Σ log density = LogPeak − Value.
	LogPeak() float64
}

// LogLikelihood returns Σ log density of the data of t under the predicted visibilities, constants included: a float64 scalar
// that can be differentiated.
func LogLikelihood(s *torch.Scope, t Term, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	v, err := t.Value(s, vis)
	if err != nil {
		return nil, fmt.Errorf("measure: log-likelihood of %q: %w", t.Name(), err)
	}
	return s.AddScalar(s.MulScalar(v, -1), t.LogPeak()), nil
}

// gaussian is the Value of a term with Gaussian errors, ½Σ|residual|².
func gaussian(s *torch.Scope, t Term, vis *torch.Tensor) (value *torch.Tensor, err error) {
	defer torch.Catch(&err)
	residuals, err := t.Residuals(s, vis)
	if err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.MulScalar(s.Sum(squares(s, residuals)), 0.5) }), nil
}

// squares returns the squared moduli of a real or complex tensor.
func squares(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	if x.DType() != torch.Complex128 {
		return s.Square(x)
	}
	return s.Add(s.Square(s.Real(x)), s.Square(s.Imag(x)))
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

// vector copies a slice into a tensor.
func vector(s *torch.Scope, x []float64) *torch.Tensor { return s.FromFloat64s(x, int64(len(x))) }

// inverseSigmas returns 1/σ, or an error that names the first datum that cannot be used.
func inverseSigmas(term string, value, sigma []float64) ([]float64, error) {
	if len(value) != len(sigma) {
		return nil, fmt.Errorf("measure: %s: %d values and %d sigmas, must be as many", term, len(value), len(sigma))
	}
	inverse := make([]float64, len(sigma))
	for j := range sigma {
		inverse[j] = 1 / sigma[j]
		if !finite(value[j]) || !(sigma[j] > 0) || !finite(inverse[j]) || inverse[j] == 0 {
			return nil, fmt.Errorf("measure: %s: datum %d is %g ± %g, must be finite with a positive sigma; flag it", term, j, value[j], sigma[j])
		}
	}
	return inverse, nil
}

// gaussianPeak returns Σ ln(1/(σ√2π)), the logarithm of the peak of independent normal densities.
func gaussianPeak(inverseSigma []float64) float64 {
	sum := 0.0
	for _, s := range inverseSigma {
		sum += math.Log(s) - 0.5*math.Log(2*math.Pi)
	}
	return sum
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
