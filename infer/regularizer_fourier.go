package infer

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// powerFloor is the least power that [NewPSD] expects, as a part of that at the origin. It bounds what sharp structure costs, and
// with it the condition number of the problem.
const powerFloor = 1e-4

// NewPSD returns minus the logarithm, up to a constant and a factor, of a Gaussian random field whose correlation falls as
// exp(−r²/2λ²), with λ = Scale.LengthRad: the power of the image over the expected one,
//
//	R(I) = 2πλ²/ζ² Δu Δv Σ_q |V(q)|² / (exp(−2π²λ²q²) + 10⁻⁴)
//
// over the cells q = (u, v) of the image's FFT grid, summed over the channels (PSD of MPoL, Czekala et al., without a floor). A Gaussian
// of standard deviation λ gives 1, one of half that size 300. The position does not matter.
func NewPSD(c Scale) (*Regularizer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	length := c.LengthRad
	if length == 0 {
		length = c.beam() / math.Sqrt(8*math.Ln2)
	}
	factor := 2 * math.Pi * length * length * c.cellArea()
	weights := c.fourierWeights(func(q float64) float64 {
		turn := math.Pi * length * q
		return factor / (math.Exp(-2*turn*turn) + powerFloor)
	})
	return newRegularizer("psd", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return c.fourierSum(s, c.power(s, x), weights)
	})
}

// NewUVSparsity returns the sum of amplitudes beyond the longest baseline, q > 1/θ with θ = BeamRad, on the image's FFT grid,
//
//	R(I) = θ² Δu Δv Σ_{q > 1/θ} [√(|V(q)/ζ|² + ε²) − ε],   ε = TVEps
//
// summed over the channels (UV_sparsity of MPoL, Czekala et al., with the modulus instead of |Re V| + |Im V|, so that
// the position does not matter). It is zero for images without structure finer than the beam. The pixels must be smaller than 0.7
// beams, or there is nothing beyond.
func NewUVSparsity(c Scale) (*Regularizer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	beam := c.beam()
	factor, beyond := beam*beam*c.cellArea(), 0
	weights := c.fourierWeights(func(q float64) float64 {
		if q*beam > 1 {
			beyond++
			return factor
		}
		return 0
	})
	if beyond == 0 {
		return nil, fmt.Errorf("infer: regularizer uv_sparsity: no cell of the image's (u,v) grid lies beyond 1/BeamRad = %.4g wavelengths: "+
			"use pixels smaller than half the beam", 1/beam)
	}
	eps := c.rounding(1)
	return newRegularizer("uv_sparsity", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return c.fourierSum(s, modulus(s, c.power(s, x), eps), weights)
	})
}

// cellArea returns ΔuΔv of the FFT grid, in squared wavelengths.
func (c Scale) cellArea() float64 {
	return 1 / (float64(c.Grid.Len()) * c.Grid.CellRad * c.Grid.CellRad)
}

// power returns |V/ζ|² on the half plane of a real transform.
func (c Scale) power(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	v := s.RFFT2(s.MulScalar(x, 1/c.FluxJy), int64(c.Grid.NY), int64(c.Grid.NX))
	return s.Add(s.Square(s.Real(v)), s.Square(s.Imag(v)))
}

// fourierWeights returns f(q), q in wavelengths, on the half plane of a real transform, doubled where a cell stands for two.
func (c Scale) fourierWeights(f func(q float64) float64) []float64 {
	nx, ny := c.Grid.NX, c.Grid.NY
	columns := nx/2 + 1
	w := make([]float64, ny*columns)
	for i := range w {
		kx, ky := i%columns, i/columns
		u := float64(kx) / (float64(nx) * c.Grid.CellRad)
		v := float64(min(ky, ny-ky)) / (float64(ny) * c.Grid.CellRad)
		w[i] = f(math.Hypot(u, v))
		if kx > 0 && 2*kx != nx {
			w[i] *= 2
		}
	}
	return w
}

func (c Scale) fourierSum(s *torch.Scope, x *torch.Tensor, weights []float64) *torch.Tensor {
	w := s.FromFloat64s(weights, 1, 1, int64(c.Grid.NY), int64(c.Grid.NX/2+1))
	return s.Sum(s.Mul(x, w))
}
