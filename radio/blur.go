package radio

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// Blur returns img (g.Len() pixels, left alone) convolved with the beam, whose samples at the pixels are divided by their
// sum: the flux stays the same, except for what leaves the grid, which is lost and does not come back on the other side.
// A beam much narrower than a pixel changes nothing, a zero beam copies.
func (b Beam) Blur(img []float64, g Grid) ([]float64, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if len(img) != g.Len() {
		return nil, fmt.Errorf("radio: blur: %d pixels do not fill a grid of %d x %d", len(img), g.NX, g.NY)
	}
	if b.IsZero() {
		return append([]float64(nil), img...), nil
	}
	if err := b.Validate(); err != nil {
		return nil, err
	}
	// Twice the size holds every offset between two pixels, so nothing wraps around.
	nx, ny := 2*g.NX, 2*g.NY
	kernel, image := make([]complex128, nx*ny), make([]complex128, nx*ny)
	total := b.latticeSum(g.CellRad) * float64(nx*ny) // the inverse transform brings a factor nx·ny
	for y := range ny {
		for x := range nx {
			dx, dy := (x+g.NX)%nx-g.NX, (y+g.NY)%ny-g.NY
			kernel[y*nx+x] = complex(b.Response(-float64(dx)*g.CellRad, float64(dy)*g.CellRad)/total, 0)
		}
	}
	for p, value := range img {
		image[p/g.NX*nx+p%g.NX] = complex(value, 0)
	}
	convolve(image, kernel, nx, ny)
	out := make([]float64, g.Len())
	for p := range out {
		out[p] = real(image[p/g.NX*nx+p%g.NX])
	}
	return out, nil
}

// latticeSum returns the sum of the beam's samples over all pixels of an endless grid.
func (b Beam) latticeSum(cellRad float64) float64 {
	ll, lm, mm := b.Covariance()
	major, minor := b.MajRad/fwhmPerSigma/cellRad, b.MinRad/fwhmPerSigma/cellRad
	if minor > 2 { // then the sum is the integral: by Poisson's formula the next term is 4 exp(−2π²·minor²) of it, below 1e-33
		return 2 * math.Pi * major * minor
	}
	if ll > mm { // the sum stays, whichever axis is which
		ll, mm = mm, ll
	}
	// In pixels. A line across the longer direction m is a Gaussian around lm/mm·y whose variance is at most 2·minor².
	cell2 := cellRad * cellRad
	variance, slope := (ll-lm*lm/mm)/cell2, lm/mm
	const reach = 9 // standard deviations; exp(−9²/2) is below 1e-17
	nx, ny := math.Ceil(reach*math.Sqrt(variance)), math.Ceil(reach*math.Sqrt(mm/cell2))
	sum := 0.0
	for y := -ny; y <= ny; y++ {
		centre := slope * y
		line := 0.0
		for x := math.Round(centre) - nx; x <= math.Round(centre)+nx; x++ {
			line += math.Exp(-0.5 * (x - centre) * (x - centre) / variance)
		}
		sum += line * math.Exp(-0.5*y*y*cell2/mm)
	}
	return sum
}

// convolve replaces a by nx·ny times its cyclic convolution with b, and b by its transform.
func convolve(a, b []complex128, nx, ny int) {
	rows, columns := fourier.NewCmplxFFT(nx), fourier.NewCmplxFFT(ny)
	transform(a, nx, ny, rows.Coefficients, columns.Coefficients)
	transform(b, nx, ny, rows.Coefficients, columns.Coefficients)
	for i := range a {
		a[i] *= b[i]
	}
	transform(a, nx, ny, rows.Sequence, columns.Sequence)
}

// transform applies row to every row of a and column to every column.
func transform(a []complex128, nx, ny int, row, column func(dst, src []complex128) []complex128) {
	for y := range ny {
		row(a[y*nx:(y+1)*nx], a[y*nx:(y+1)*nx])
	}
	line := make([]complex128, ny)
	for x := range nx {
		for y := range line {
			line[y] = a[y*nx+x]
		}
		column(line, line)
		for y, value := range line {
			a[y*nx+x] = value
		}
	}
}
