package measure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"fringe/internal/torch"
	"fringe/radio"
)

// whitening turns the errors of closure quantities into independent ones of variance 1. Where the quantities are taken as
// independent it divides each by its σ. With correlations it multiplies those of one time with L⁻¹, C = LLᵀ: then
// |L⁻¹Δ|² = ΔᵀC⁻¹Δ.
type whitening struct {
	scale []float64 // 1/σ, independent quantities
	peak  float64   // logarithm of the peak of the normal density

	// With correlations: blocks of size × size, smaller ones filled up with zeros; element (b, i) is quantity from[b·size+i],
	// and quantity j is element to[j].
	blocks, size int64
	inverse      []float64
	from, to     []int64
}

// newScaling treats the quantities as independent.
func newScaling(term string, c *radio.Closures) (*whitening, error) {
	scale, err := inverseSigmas(term, c.Value, c.Sigma)
	if err != nil {
		return nil, err
	}
	return &whitening{scale: scale, peak: gaussianPeak(scale)}, nil
}

// newWhitening uses the covariance matrices of the quantities.
func newWhitening(term string, c *radio.Closures) (*whitening, error) {
	if len(c.LegVariance) != len(c.Index) || len(c.TimeSec) != c.Len() || len(c.FreqHz) != c.Len() {
		return nil, fmt.Errorf("measure: %s: %d indices with %d leg variances, %d quantities with %d times and %d frequencies, must be as many",
			term, len(c.Index), len(c.LegVariance), c.Len(), len(c.TimeSec), len(c.FreqHz))
	}
	if _, err := inverseSigmas(term, c.Value, c.Sigma); err != nil {
		return nil, err
	}
	covariances := c.Covariances()
	w := &whitening{blocks: int64(len(covariances)), to: make([]int64, c.Len())}
	for _, b := range covariances {
		w.size = max(w.size, int64(b.Matrix.SymmetricDim()))
	}
	w.inverse = make([]float64, w.blocks*w.size*w.size)
	w.from = make([]int64, w.blocks*w.size)
	for b, covariance := range covariances {
		if err := w.fill(int64(b), covariance); err != nil {
			return nil, fmt.Errorf("measure: %s: %w", term, err)
		}
	}
	w.peak -= 0.5 * math.Log(2*math.Pi) * float64(c.Len())
	return w, nil
}

// fill sets block b to L⁻¹ and adds −½ ln det C to the peak.
func (w *whitening) fill(b int64, c radio.ClosureCovariance) error {
	var chol mat.Cholesky
	if !chol.Factorize(c.Matrix) {
		return fmt.Errorf("the covariance of the quantities from %d on is not positive definite: they are not independent", c.First)
	}
	var lower, inverse mat.TriDense
	chol.LTo(&lower)
	if err := inverse.InverseTri(&lower); err != nil {
		return fmt.Errorf("the covariance of the quantities from %d on is close to singular: %w", c.First, err)
	}
	n := c.Matrix.SymmetricDim()
	for i := range n {
		row := b*w.size + int64(i)
		for k := range i + 1 {
			w.inverse[row*w.size+int64(k)] = inverse.At(i, k)
		}
		w.from[row] = int64(c.First + i)
		w.to[c.First+i] = row
	}
	w.peak -= chol.LogDet() / 2
	return nil
}

// apply returns the whitened real or complex differences [n].
func (w *whitening) apply(s *torch.Scope, differences *torch.Tensor) *torch.Tensor {
	if w.scale != nil {
		return s.Mul(differences, vector(s, w.scale))
	}
	if differences.DType() == torch.Complex128 {
		return s.Complex(w.multiply(s, s.Real(differences)), w.multiply(s, s.Imag(differences)))
	}
	return w.multiply(s, differences)
}

func (w *whitening) multiply(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	blocks := s.Reshape(pick(s, x, w.from), w.blocks, w.size, 1)
	product := s.MatMul(s.FromFloat64s(w.inverse, w.blocks, w.size, w.size), blocks)
	return pick(s, s.Reshape(product, w.blocks*w.size), w.to)
}
