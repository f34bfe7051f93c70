package measure

import (
	"errors"
)

// Scaled is the problem of a [Gram] in network units: minimise ½xᵀNx − xᵀd with the spectral norm of N at most 1 and the peak
// of d equal to 1. An image in Jy/pixel is Scale times one in network units.
type Scaled struct {
	Kernel []float32 // [2ny, nx+1]: Gram.Kernel/Norm
	Dirty  []float32 // [ny, nx]: Gram.Dirty/max(Gram.Dirty)
	Scale  float64   // Jy/pixel: max(Gram.Dirty)/Norm
}

// NetworkUnits returns the problem as networks see it. It returns an error where the dirty image has no positive pixel.
func (g *Gram) NetworkUnits() (Scaled, error) {
	peak := 0.0
	for _, b := range g.Dirty {
		peak = max(peak, b)
	}
	if !(peak > 0 && g.Norm > 0) {
		return Scaled{}, errors.New("measure: the dirty image has no positive pixel, so it has no scale")
	}
	s := Scaled{Kernel: make([]float32, len(g.Kernel)), Dirty: make([]float32, len(g.Dirty)), Scale: peak / g.Norm}
	for i, k := range g.Kernel {
		s.Kernel[i] = float32(k / g.Norm)
	}
	for i, b := range g.Dirty {
		s.Dirty[i] = float32(b / peak)
	}
	return s, nil
}
