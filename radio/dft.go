package radio

import (
	"fmt"
	"math"
)

// DFT is the exact direct Fourier transform between the pixels of a grid and a set of (u,v) points:
// V_k = Σ_p I_p exp(−2πi(u_k l_p + v_k m_p)). It is the reference for the fast transforms and quick enough by itself
// for a few hundred visibilities. The result never depends on the machine's number of cores, and a DFT may be used by
// several goroutines at once.
type DFT struct {
	grid Grid
	u, v []float64
}

var _ Operator = (*DFT)(nil)

// NewDFT returns the transform of images on g at the points u, v (wavelengths). It keeps u and v without copying them.
// A second DFT of the same points on another grid gives, by its Adjoint, a dirty image or a beam on that grid.
func NewDFT(g Grid, u, v []float64) *DFT {
	if len(u) != len(v) {
		panic(fmt.Sprintf("radio: NewDFT with %d u and %d v", len(u), len(v)))
	}
	return &DFT{grid: g, u: u, v: v}
}

// Len returns the number of points.
func (d *DFT) Len() int { return len(d.u) }

// Forward fills vis[k] with the visibility of img (Jy/pixel, so vis is in Jy) at point k. The kernel splits into a
// factor of the column and one of the row, so a visibility costs as many sines as the part of the image that is not zero has
// columns and rows, and one multiplication for each of its pixels.
func (d *DFT) Forward(vis []complex128, img []float64) {
	d.check(vis, img)
	s := supportOf(img, d.grid)
	ex, ey, sums := make([]complex128, d.grid.NX), make([]complex128, d.grid.NY), make([]complex128, s.rows())
	for k := range vis {
		d.phasors(ex[s.x0:s.x1], ey[s.y0:s.y1], k, s)
		s.rowSums(sums, img, ex[s.x0:s.x1])
		vis[k] = 0
		for y, e := range ey[s.y0:s.y1] {
			vis[k] += e * sums[y]
		}
	}
}

// Adjoint fills img with Re Aᴴ vis: pixel p gets Σ_k Re(V_k exp(+2πi(u_k l_p + v_k m_p))).
func (d *DFT) Adjoint(img []float64, vis []complex128) {
	d.check(vis, img)
	clear(img)
	ex, ey := make([]complex128, d.grid.NX), make([]complex128, d.grid.NY)
	whole := support{x1: d.grid.NX, y1: d.grid.NY, stride: d.grid.NX}
	for k, value := range vis {
		d.phasors(ex, ey, k, whole)
		for y, e := range ey {
			a := value * complex(real(e), -imag(e))
			re, im := real(a), imag(a)
			row := img[y*d.grid.NX : (y+1)*d.grid.NX]
			for x := range row {
				row[x] += re*real(ex[x]) + im*imag(ex[x])
			}
		}
	}
}

// phasors fills ex[x] = exp(−2πi u_k l) and ey[y] = exp(−2πi v_k m) for the columns and rows of s.
func (d *DFT) phasors(ex, ey []complex128, k int, s support) {
	for x := range ex {
		ex[x] = phasor(-2 * math.Pi * d.u[k] * d.grid.L(s.x0+x))
	}
	for y := range ey {
		ey[y] = phasor(-2 * math.Pi * d.v[k] * d.grid.M(s.y0+y))
	}
}

func phasor(angle float64) complex128 {
	s, c := math.Sincos(angle)
	return complex(c, s)
}

func (d *DFT) check(vis []complex128, img []float64) {
	if len(vis) != len(d.u) || len(img) != d.grid.Len() {
		panic(fmt.Sprintf("radio: DFT of %d pixels and %d points got %d pixels and %d visibilities",
			d.grid.Len(), len(d.u), len(img), len(vis)))
	}
}
