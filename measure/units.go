package measure

import (
	"errors"
	"math"
	"slices"

	"fringe/internal/torch"
	"fringe/radio"
)

// Scaled is the problem of a [Gram] in network units: minimise ½xᵀNx − xᵀd with the spectral norm of N at most 1, for images x
// of Scale·x Jy/pixel. The scale is what a source that fills the beam would have as its brightest pixel, so that images are of
// order 1; Gain·(d − Nx) is the residual image in units of the dirty image's peak, of order 1 as well.
type Scaled struct {
	Kernel []float32 // [2ny, nx+1]: Gram.Kernel/KernelMax
	Dirty  []float32 // [ny, nx]: Gram.Dirty/(KernelMax·Scale)
	Gain   float32   // KernelMax/(pixels in the beam)
	Scale  float64   // Jy/pixel: max(Gram.Dirty)/(pixels in the beam)
}

// networkFloor is the noise, as a fraction of the largest amplitude, that networks add to every visibility. Without it the
// most sensitive baselines outweigh the others a hundredfold, and neither the dirty image nor a gradient step shows what the
// others saw. A few per cent is also what calibration leaves.
const networkFloor = 0.02

// NewScaled returns the problem of calibrated visibilities on g as networks see it: with weights evened out by a noise floor
// of 2 % of the largest amplitude, in network units. It uses no tensors and may run in several goroutines at once. It returns
// an error when all visibilities are flagged, a baseline is too long for the cell, or the dirty image has no positive pixel.
func NewScaled(g radio.Grid, v *radio.Visibilities) (Scaled, error) {
	gram, err := NewGram(g, v.WithNoiseFloor(networkFloor))
	if err != nil {
		return Scaled{}, err
	}
	return gram.NetworkUnits()
}

// NetworkUnits returns the problem of the Gram in network units. It returns an error where the dirty image has no positive pixel.
func (g *Gram) NetworkUnits() (Scaled, error) {
	if g.PrimaryBeam != nil {
		return Scaled{}, errors.New("measure: network units know no primary beam; use the Gram without one and divide the image by the beam")
	}
	peak := 0.0
	for _, b := range g.Dirty {
		peak = math.Max(peak, b)
	}
	if !(peak > 0 && g.KernelMax > 0 && g.BeamPixels > 0) {
		return Scaled{}, errors.New("measure: the dirty image has no positive pixel, so it has no scale")
	}
	s := Scaled{
		Kernel: make([]float32, len(g.Kernel)),
		Dirty:  make([]float32, len(g.Dirty)),
		Gain:   float32(g.KernelMax / g.BeamPixels),
		Scale:  peak / g.BeamPixels,
	}
	for i, k := range g.Kernel {
		s.Kernel[i] = float32(k / g.KernelMax)
	}
	for i, b := range g.Dirty {
		s.Dirty[i] = float32(b / (g.KernelMax * s.Scale))
	}
	return s, nil
}

// Problem is a batch of scaled problems on tensors, float32.
type Problem struct {
	Normal *Normal
	Dirty  *torch.Tensor // [batch, 1, ny, nx]
	Gain   *torch.Tensor // [batch, 1, 1, 1]
}

// NewProblem copies a batch of problems on one grid into tensors of the scope.
func NewProblem(s *torch.Scope, g radio.Grid, batch []Scaled) (p Problem, err error) {
	defer torch.Catch(&err)
	var kernel, dirty, gain []float32
	for _, b := range batch {
		kernel = append(kernel, b.Kernel...)
		dirty = append(dirty, b.Dirty...)
		gain = append(gain, b.Gain)
	}
	n, ny, nx := int64(len(batch)), int64(g.NY), int64(g.NX)
	p.Normal, err = NewNormal(s, g.NY, g.NX, s.FromFloat32s(kernel, n, 1, 2*ny, nx+1))
	if err != nil {
		return Problem{}, err
	}
	p.Dirty, p.Gain = s.FromFloat32s(dirty, n, 1, ny, nx), s.FromFloat32s(gain, n, 1, 1, 1)
	return p, nil
}

// beamPixels returns the area of the beam in pixels: that of the Gaussian with the curvature of the beam at its peak,
// 1/(2π√det C·cell²), where C is the weighted covariance of the points (u, v) and their mirror images.
func beamPixels(g radio.Grid, v *radio.Visibilities) float64 {
	weights := slices.Clone(v.Weight)
	for k := range weights {
		if v.Flagged(k) {
			weights[k] = 0
		}
	}
	det := covariance(v.U, v.V, weights).det()
	area := 1 / (2 * math.Pi * math.Sqrt(math.Max(det, 0)) * g.CellRad * g.CellRad)
	return math.Max(1, math.Min(area, float64(g.Len()))) // points on a line make a fan beam without an area
}
