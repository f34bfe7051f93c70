package infer

import (
	"fringe/internal/torch"
)

// NewFlux returns the squared relative error of the total flux, R(I) = (ΣI/ζ − 1)², summed over the channels: a measurement of the
// flux with relative error σ has the weight 1/(2σ²).
func NewFlux(c Scale) (*Regularizer, error) {
	return newRegularizer("flux", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.Sum(s.Square(s.AddScalar(s.MulScalar(s.SumDims(x, 2, 3), 1/c.FluxJy), -1)))
	})
}

// NewCentroid returns the squared distance of the centroid from the phase centre, in beams θ,
//
//	R(I) = [(Σ I l)² + (Σ I m)²] / (ζ θ)²
//
// summed over the channels. It divides by ζ, not by ΣI, and so is convex and finite for a black image, and zero at the same images.
// Closure quantities do not know the position: this fixes it.
func NewCentroid(c Scale) (*Regularizer, error) {
	l, m := c.offsets()
	return newRegularizer("centroid", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		x = s.MulScalar(x, 1/c.FluxJy)
		return s.Sum(s.Add(s.Square(c.moment(s, x, l)), s.Square(c.moment(s, x, m))))
	})
}

// compactFloor is the part of the flux ζ below which an image has no centroid.
const compactFloor = 1e-6

// NewCompact returns the second moment about the centroid, in squared beams θ,
//
//	R(I) = 1/(ζ θ²) Σ I |r − r₀|²,   r₀ = Σ I r · F/(F² + δ²),   F = ΣI,   δ = 10⁻⁶ ζ
//
// summed over the channels (compare compact of eht-imaging, Chael et al. 2018, ApJ 857, 23). The gradient is that of this very
// function, the flux in r₀ included, whatever the flux of the image. δ keeps it finite for a black image.
func NewCompact(c Scale) (*Regularizer, error) {
	l, m := c.offsets()
	squared := make([]float64, len(l))
	for i := range squared {
		squared[i] = l[i]*l[i] + m[i]*m[i]
	}
	return newRegularizer("compact", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		x = s.MulScalar(x, 1/c.FluxJy)
		flux := s.SumDims(x, 2, 3)
		inverse := s.Div(flux, s.AddScalar(s.Square(flux), compactFloor*compactFloor))
		// Σ I (r − r₀)² = Σ I r² − 2 r₀·Σ I r + r₀² ΣI along each axis.
		about := func(offsets []float64) *torch.Tensor {
			first := c.moment(s, x, offsets)
			centre := s.Mul(first, inverse)
			return s.Mul(centre, s.Sub(s.Mul(centre, flux), s.MulScalar(first, 2)))
		}
		return s.Sum(s.Add(c.moment(s, x, squared), s.Add(about(l), about(m))))
	})
}

// NewEdge returns the squared brightness along the edge of the field, in units of the typical brightness ζ/b², per beam of edge,
//
//	R(I) = 1/b (b²/ζ)² Σ_edge I²
//
// (edge_clamp of MPoL, Czekala et al.), summed over the channels. Corner pixels count once.
func NewEdge(c Scale) (*Regularizer, error) {
	b := c.beamCells()
	factor := b * b / c.FluxJy
	edge := make([]float64, c.Grid.Len())
	for i := range edge {
		x, y := i%c.Grid.NX, i/c.Grid.NX
		if x == 0 || y == 0 || x == c.Grid.NX-1 || y == c.Grid.NY-1 {
			edge[i] = 1
		}
	}
	return newRegularizer("edge", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.MulScalar(s.Sum(c.moment(s, s.Square(s.MulScalar(x, factor)), edge)), 1/b)
	})
}

// offsets returns l and m of every pixel, in beams.
func (c Scale) offsets() (l, m []float64) {
	l, m = make([]float64, c.Grid.Len()), make([]float64, c.Grid.Len())
	beam := c.beam()
	for i := range l {
		l[i], m[i] = c.Grid.L(i%c.Grid.NX)/beam, c.Grid.M(i/c.Grid.NX)/beam
	}
	return l, m
}

// moment returns the sum over the pixels of each channel, weighted: [channels, 1, 1, 1].
func (c Scale) moment(s *torch.Scope, x *torch.Tensor, weights []float64) *torch.Tensor {
	w := s.FromFloat64s(weights, 1, 1, int64(c.Grid.NY), int64(c.Grid.NX))
	return s.SumDims(s.Mul(x, w), 2, 3)
}
