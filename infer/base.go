package infer

import (
	"fmt"
	"math"

	"fringe/radio"
)

// Base is a convolution between the numbers that an optimizer changes and the image, so that no image is sharper than its
// kernel. The zero value is none.
type Base struct {
	Kernel  BaseKernel `yaml:"kernel" json:"kernel"`
	FWHMRad float64    `yaml:"fwhm_rad" json:"fwhm_rad"` // of the Gaussian kernel, radians
}

// BaseKernel names a kernel.
type BaseKernel string

// The kernels. Their elements add to 1, and they are even, so that the convolution is its own adjoint.
const (
	NoBase       BaseKernel = ""         // the image is not convolved
	HannBase     BaseKernel = "hann"     // 3 × 3 pixels, the product of (¼, ½, ¼) along rows and columns, as MPoL's base images
	GaussianBase BaseKernel = "gaussian" // circular, of the given FWHM, cut at 5σ; [Solve] wants it no wider than the field
)

// Validate says which field is wrong.
func (b Base) Validate() error {
	switch b.Kernel {
	case NoBase, HannBase:
		if b.FWHMRad != 0 {
			return fmt.Errorf("infer: Base.FWHMRad is %g, but only the kernel %q has a width", b.FWHMRad, GaussianBase)
		}
	case GaussianBase:
		if !(b.FWHMRad > 0) || math.IsInf(b.FWHMRad, 0) {
			return fmt.Errorf("infer: Base.FWHMRad is %g, the kernel %q wants a positive width in radians", b.FWHMRad, GaussianBase)
		}
	default:
		return fmt.Errorf("infer: unknown Base.Kernel %q: known are %q and %q", b.Kernel, HannBase, GaussianBase)
	}
	return nil
}

// Convolve returns the image (one or more planes of the grid) convolved with the kernel. The sky beyond the border counts as black:
// flux that the kernel carries across the border is lost, that of a source away from it is kept. It is its own adjoint.
func (b Base) Convolve(g radio.Grid, image []float64) []float64 {
	var taps []float64
	switch b.Kernel {
	case HannBase:
		taps = []float64{0.5, 0.25}
	case GaussianBase:
		taps = gaussianTaps(b.FWHMRad/g.CellRad/math.Sqrt(8*math.Ln2), max(g.NX, g.NY))
	default:
		taps = []float64{1}
	}
	return convolve(g, image, taps)
}

// convolve applies an even kernel, given from its centre outwards, along rows and columns of every plane.
func convolve(g radio.Grid, image, taps []float64) []float64 {
	out := make([]float64, 0, len(image))
	for ; len(image) > 0; image = image[g.Len():] {
		rows := convolveAxis(image[:g.Len()], taps, g.NX, g.NY, 1, g.NX)
		out = append(out, convolveAxis(rows, taps, g.NY, g.NX, g.NX, 1)...)
	}
	return out
}

// convolveAxis convolves along lines of n pixels that are step apart; there are count lines, stride apart.
func convolveAxis(x, taps []float64, n, count, step, stride int) []float64 {
	reach := len(taps) - 1
	out := make([]float64, len(x))
	for line := range count {
		for i := range n {
			for j := max(0, i-reach); j <= min(n-1, i+reach); j++ {
				out[line*stride+j*step] += x[line*stride+i*step] * taps[max(i-j, j-i)]
			}
		}
	}
	return out
}

// gaussianTaps returns a Gaussian at 0, 1, … to 5σ, where it has fallen to 4e-6, divided by its sum over both sides; σ in pixels. Taps
// that reach over a whole line of n pixels are left out, but count in the sum.
func gaussianTaps(sigma float64, n int) []float64 {
	profile := func(d int) float64 { return math.Exp(-0.5 * float64(d*d) / (sigma * sigma)) }
	reach := math.Ceil(5 * sigma)
	taps := []float64{1}
	for d := 1; d < n && float64(d) <= reach; d++ {
		taps = append(taps, profile(d))
	}
	total := 2*sum(taps) - 1
	switch {
	case reach < float64(n):
	case sigma < 2:
		for d := n; float64(d) <= reach; d++ {
			total += 2 * profile(d)
		}
	default:
		total = sigma * math.Sqrt(2*math.Pi) // by Poisson's formula, to 2exp(−2π²σ²) = 1e-34
	}
	for d := range taps {
		taps[d] /= total
	}
	return taps
}
