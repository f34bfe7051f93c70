package infer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"fringe/infer"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// bases are the convolutions, with kernels that reach over the border of the small grid.
func bases() []infer.Base {
	return []infer.Base{{}, {Kernel: infer.HannBase}, {Kernel: infer.GaussianBase, FWHMRad: 2.5 * grid().CellRad}}
}

// A term through every map and kernel, with and without a mask, for two channels: the gradient equals central differences.
func TestGradientThroughPixels(t *testing.T) {
	g := grid()
	mask, err := infer.MaskDisc(g, 5*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	term := stacked{system(g, 1, 7), system(g, 1, 8)}
	rng := rand.New(rand.NewPCG(2, 3))
	z := make([]float64, 2*g.Len())
	for i := range z {
		z[i] = rng.NormFloat64()
	}
	for _, m := range []infer.Positive{infer.Softplus, infer.Exponential, infer.Projected, infer.Signed} {
		for _, base := range bases() {
			for _, mask := range [][]bool{nil, mask} {
				t.Run(fmt.Sprintf("%s %s %v", m, base.Kernel, mask != nil), func(t *testing.T) {
					pixels := &infer.Pixels{Grid: g, Map: m, ScaleJy: 0.7, Base: base, Mask: mask}
					x := make([]float64, len(z))
					radiotest.Gradient(t, func(grad, z []float64) (float64, error) {
						pixels.Image(x, z)
						value, err := term.ValueGrad(grad, x)
						if grad != nil {
							pixels.Chain(grad, z)
						}
						return value, err
					}, z, 1e-5, radiotest.DefaultGradient)
				})
			}
		}
	}
}

// Kernels are their own adjoints to rounding, keep the flux of a source away from the border, and blur a point to the known shape.
func TestBaseConvolution(t *testing.T) {
	g := radio.Grid{NX: 31, NY: 28, CellRad: radio.Microarcsecond}
	rng := rand.New(rand.NewPCG(4, 5))
	x, y, point := make([]float64, g.Len()), make([]float64, g.Len()), make([]float64, g.Len())
	for i := range x {
		x[i], y[i] = rng.NormFloat64(), rng.NormFloat64()
	}
	centre := 14*g.NX + 15
	point[centre] = 1
	for _, base := range []infer.Base{{Kernel: infer.HannBase}, {Kernel: infer.GaussianBase, FWHMRad: 4 * g.CellRad}} {
		kx, ky, kp := base.Convolve(g, x), base.Convolve(g, y), base.Convolve(g, point)
		left, right := 0.0, 0.0
		for i := range x {
			left += kx[i] * y[i]
			right += x[i] * ky[i]
		}
		if math.Abs(left-right) > 1e-12*float64(g.Len()) {
			t.Errorf("%s: ⟨Kx,y⟩ = %v, ⟨x,Ky⟩ = %v", base.Kernel, left, right)
		}
		if flux := total(kp); math.Abs(flux-1) > 1e-14 {
			t.Errorf("%s: flux of a point is %v", base.Kernel, flux)
		}
		ratio, want := kp[centre+2]/kp[centre], 0.5 // half of the peak at half of the FWHM
		if base.Kernel == infer.HannBase {
			ratio, want = kp[centre+1+g.NX], 1.0/16
		}
		if math.Abs(ratio-want) > 1e-15 {
			t.Errorf("%s: shape %v, want %v", base.Kernel, ratio, want)
		}
	}
	corner := make([]float64, g.Len())
	corner[0] = 1
	if flux := total(infer.Base{Kernel: infer.HannBase}.Convolve(g, corner)); math.Abs(flux-9.0/16) > 1e-15 {
		t.Errorf("Hann at the corner keeps the flux %g, want 9/16: the rest leaves the field", flux)
	}
	// A Gaussian wider than the field keeps of a point in the middle what a continuous one of the same width leaves inside, erf² of half
	// the field over √2σ; pixels of 1/20 σ and the odd side blur that by less than 1e-3.
	wide := radio.Grid{NX: 41, NY: 41, CellRad: 1}
	middle := make([]float64, wide.Len())
	middle[20*41+20] = 1
	const sigma = 20
	inside := math.Erf(20.5 / (math.Sqrt2 * sigma))
	if flux := total(infer.Base{Kernel: infer.GaussianBase, FWHMRad: sigma * math.Sqrt(8*math.Ln2)}.Convolve(wide, middle)); math.Abs(flux-inside*inside) > 1e-3 {
		t.Errorf("a wide Gaussian keeps the flux %g, want %g", flux, inside*inside)
	}
	for _, bad := range []infer.Base{{Kernel: "box"}, {Kernel: infer.GaussianBase}, {Kernel: infer.HannBase, FWHMRad: 1}} {
		if bad.Validate() == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

// With a base convolution the solvers reach the best image of the form K·z with z > 0: here the truth has that form.
func TestSolversThroughBase(t *testing.T) {
	g := grid()
	q, truth := blurredSky(g, 0.1)
	base := infer.Base{Kernel: infer.HannBase}
	image := base.Convolve(g, truth)
	b := q.b
	b.MulVec(q.a, vector(image))
	for _, c := range []infer.SolverConfig{{Tolerance: 1e-15, MaxIterations: 3000, Base: base}, {Solver: infer.Adam, Tolerance: 1e-13, MaxIterations: 6000, Base: base}} {
		// The kernel damps checkerboards to nothing, so z is not determined; the image is.
		if d := relative(solve(t, problem(t, q), c).Image, image); d > 1e-4 {
			t.Errorf("%s: off by %g", c.Solver, d)
		}
	}
}
