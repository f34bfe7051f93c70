package measure

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"fringe/radio"
)

// Gram holds what an image needs to know about calibrated visibilities d with fixed weights W, whatever their number:
//
//	χ²(x) = Σw·(xᵀNx − 2xᵀb + c),  ∇χ² = 2Σw·(Nx − b),  N = Re AᴴWA/Σw,  b = Re AᴴWd/Σw,  c = dᴴWd/Σw
//
// N depends on differences of pixels only, so it is exactly a convolution with the beam on a grid of twice the size
// (a Toeplitz matrix embedded in a circulant one; Fessler et al. 2005, IEEE Trans. Signal Process. 53, 3393):
// Nx = crop(irfft2(rfft2(pad x)·Kernel)). [Normal] does that on tensors, [Quadratic] for an optimizer.
type Gram struct {
	Grid radio.Grid
	// Kernel is rfft2 of the beam on 2ny × 2nx pixels, [2ny, nx+1] in row-major order. It is real because the beam of a
	// real sky is even. The beam's peak is 1.
	Kernel []float64
	// Dirty is b, [ny, nx]: the dirty image with natural weights, Jy/beam.
	Dirty []float64
	// PrimaryBeam is B, [ny, nx], nil for none: N and b are those of the sky before the beam. See [Gram.WithPrimaryBeam].
	PrimaryBeam []float64
	// SumW is Σw (1/Jy²), Const is c (Jy²).
	SumW, Const float64
	// Count is the number of unflagged visibilities.
	Count int
	// KernelMax is the largest element of Kernel, a bound of the spectral norm of N that costs nothing: with few
	// visibilities it is up to about a factor of 4 too large. [Gram.Norm] is within 1 %.
	KernelMax float64
	// BeamPixels is the area of the beam's main lobe in pixels, at least 1.
	BeamPixels float64
}

// NewGram computes the Gram of the unflagged visibilities of v on g, in float64, from their U, V, Vis and Weight. It uses no
// tensors and may run in several goroutines at once. It returns an error when all are flagged, or when a baseline is too
// long for the cell.
//
// Visibilities are worked on in blocks: beside the result, whose size does not depend on their number, it needs about 90 bytes per
// visibility of a block and 400 bytes per pixel of g, each times the threads that are busy: 300 MB for 512² pixels and a
// block of the usual size on each of two threads, however many blocks there are.
func NewGram(g radio.Grid, v *radio.Visibilities) (*Gram, error) {
	return NewGramWith(g, v, Blocks{})
}

// NewGramWith is NewGram with blocks of a given size and a number of threads.
func NewGramWith(g radio.Grid, v *radio.Visibilities, blocks Blocks) (*Gram, error) {
	if err := g.Validate(); err != nil {
		return nil, fmt.Errorf("measure: Gram: %w", err)
	}
	if err := blocks.Validate(); err != nil {
		return nil, err
	}
	gram := &Gram{Grid: g, BeamPixels: beamPixels(g, v)}
	for k, d := range v.Vis {
		if !v.Flagged(k) {
			gram.SumW += v.Weight[k]
			gram.Const += v.Weight[k] * (real(d)*real(d) + imag(d)*imag(d))
			gram.Count++
		}
	}
	if gram.Count == 0 {
		return nil, errors.New("measure: Gram: all visibilities are flagged, or there are none")
	}
	if !finite(gram.SumW) || !finite(gram.Const) {
		return nil, errors.New("measure: Gram: the weighted sum of the visibilities overflows")
	}
	gram.Const /= gram.SumW
	size := min(blocks.size(gram.Count, g.Len()), gram.Count)
	images := &gramImages{grid: g, vis: v, size: size, starts: starts(v, size), blocks: blocks}
	dirty, beam, err := images.sum(gram.SumW)
	if err != nil {
		return nil, err
	}
	gram.Dirty, gram.Kernel = dirty, evenTransform(beam, 2*g.NY, 2*g.NX)
	gram.KernelMax = slices.Max(gram.Kernel)
	return gram, nil
}

// evenTransform returns the real part of rfft2 of the beam on ny × nx pixels (both even), whose peak is moved from the
// centre to the first pixel. Row and column 0, the offsets −ny/2 and −nx/2, have no mirror image and are never used by a
// convolution of half the size; they are set to 0, so that what is left is even and its transform real.
func evenTransform(beam []float64, ny, nx int) []float64 {
	half := nx/2 + 1
	rows, columns := fourier.NewFFT(nx), fourier.NewCmplxFFT(ny)
	spectrum := make([]complex128, ny*half)
	row := make([]float64, nx)
	for y := 1; y < ny; y++ {
		for x := 1; x < nx; x++ {
			row[(x+nx/2)%nx] = beam[y*nx+x]
		}
		to := (y + ny/2) % ny
		rows.Coefficients(spectrum[to*half:(to+1)*half], row)
	}
	kernel := make([]float64, ny*half)
	column := make([]complex128, ny)
	for x := range half {
		for y := range column {
			column[y] = spectrum[y*half+x]
		}
		columns.Coefficients(column, column)
		for y, c := range column {
			kernel[y*half+x] = real(c)
		}
	}
	return kernel
}

// Chi2 returns χ² = Σ w|Ax − d|² given Nx, which [Normal.Apply] computes in float64: Σw·(xᵀ(Nx − 2b) + c). Where the model
// fits bright data to a high signal-to-noise ratio the terms cancel: the error is about 1e-15·Σw·c.
func (g *Gram) Chi2(x, nx []float64) (float64, error) {
	if len(x) != len(g.Dirty) || len(nx) != len(g.Dirty) {
		return 0, fmt.Errorf("measure: Gram of %d pixels got %d and %d", len(g.Dirty), len(x), len(nx))
	}
	sum := g.Const
	for p := range x {
		sum += x[p] * (nx[p] - 2*g.Dirty[p])
	}
	return g.SumW * sum, nil
}
