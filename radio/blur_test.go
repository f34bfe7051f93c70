package radio_test

import (
	"math"
	"testing"

	"fringe/radio"
)

// asymmetric is three off-centre points, no two alike, far from the border.
func asymmetric(g radio.Grid) []float64 {
	img := make([]float64, g.Len())
	img[(g.NY/2+6)*g.NX+g.NX/2-9] = 1
	img[(g.NY/2-3)*g.NX+g.NX/2+4] = 0.4
	img[(g.NY/2+1)*g.NX+g.NX/2+5] = 0.25
	return img
}

func sum(x []float64) float64 {
	total := 0.0
	for _, value := range x {
		total += value
	}
	return total
}

func TestBlurConservesFlux(t *testing.T) {
	for _, g := range []radio.Grid{{NX: 96, NY: 96, CellRad: 1e-6}, {NX: 95, NY: 101, CellRad: 1e-6}} {
		img := asymmetric(g)
		for _, b := range append(beams, radio.Beam{MajRad: 1e-7, MinRad: 1e-7}, radio.Beam{MajRad: 5e-6, MinRad: 1e-8, PARad: 1}) {
			out, err := b.Blur(img, g)
			if err != nil {
				t.Fatal(err)
			}
			// The border is more than four widths away, where a Gaussian has fallen to 2^-64.
			if got, want := sum(out), sum(img); math.Abs(got/want-1) > 1e-12 {
				t.Errorf("%d x %d, %+v: flux %.16g, want %.16g", g.NX, g.NY, b, got, want)
			}
		}
	}
}

// A blurred image is the image times the beam's transform in the Fourier plane, and shifted Gaussians in the image plane.
func TestBlurInImageAndFourierPlane(t *testing.T) {
	g := radio.Grid{NX: 90, NY: 77, CellRad: 1e-6}
	img := asymmetric(g)
	u, v := []float64{3e4, 3e4, -5e4, 0}, []float64{6e4, -6e4, 2e4, 9e4}
	dft := radio.NewDFT(g, u, v)
	before, after := make([]complex128, len(u)), make([]complex128, len(u))
	dft.Forward(before, img)
	for _, b := range beams {
		out, err := b.Blur(img, g)
		if err != nil {
			t.Fatal(err)
		}
		dft.Forward(after, out)
		for k := range after {
			// See TestBeamTransformIsFourierTransformOfResponse: sampling folds in 3e-7 at most.
			if d := after[k] - before[k]*complex(b.Transform(u[k], v[k]), 0); math.Hypot(real(d), imag(d)) > 1e-6 {
				t.Errorf("%+v at (%g, %g): %.9g, want %.9g", b, u[k], v[k], after[k], before[k]*complex(b.Transform(u[k], v[k]), 0))
			}
		}
		for p, got := range out {
			want := 0.0
			for q, flux := range img {
				if flux != 0 {
					want += flux * b.Response(g.L(p%g.NX)-g.L(q%g.NX), g.M(p/g.NX)-g.M(q/g.NX)) / b.Pixels(g)
				}
			}
			// The sum of the samples differs from the area by 4·exp(−2π²·(2.5/2.355)²) = 9e-10 at most.
			if math.Abs(got-want) > 1e-8/b.Pixels(g) {
				t.Fatalf("%+v, pixel (%d, %d): %.12g, want %.12g", b, p%g.NX, p/g.NX, got, want)
			}
		}
	}
}

// The flux of a huge beam is known without summing its samples: a point at the centre of a beam of 50 000 pixels keeps the part of the
// flux that falls on the grid, pixels over 2πσ². A narrow ridge is summed across itself only.
func TestBlurOfHugeBeams(t *testing.T) {
	g := radio.Grid{NX: 8, NY: 8, CellRad: 1e-6}
	img := make([]float64, g.Len())
	img[4*g.NX+4] = 1
	for _, b := range []radio.Beam{{MajRad: 0.05, MinRad: 0.05}, {MajRad: 0.05, MinRad: 2e-6}, {MajRad: 0.05, MinRad: 2e-6, PARad: math.Pi / 2}} {
		out, err := b.Blur(img, g)
		if err != nil {
			t.Fatal(err)
		}
		// Two pixels wide, samples and integral differ by 2 exp(−2π²·(2/2.355)²) = 1.3e-6; wide beams by rounding only.
		if want := 1 / b.Pixels(g); math.Abs(out[4*g.NX+4]/want-1) > 2e-6 {
			t.Errorf("%v: %g at the centre, want %g", b, out[4*g.NX+4], want)
		}
	}
}

func TestBlurEdges(t *testing.T) {
	g := radio.Grid{NX: 20, NY: 12, CellRad: 1e-6}
	img := make([]float64, g.Len())
	img[0] = 1 // a corner: three quarters leave and must not come back on the other side
	out, err := radio.Beam{MajRad: 4e-6, MinRad: 4e-6}.Blur(img, g)
	if err != nil {
		t.Fatal(err)
	}
	if opposite := out[g.Len()-1]; math.Abs(opposite) > 1e-15 {
		t.Errorf("the opposite corner has %g", opposite)
	}
	if total := sum(out); total < 0.25 || total > 0.5 {
		t.Errorf("a corner keeps %g of its flux, want a little more than a quarter", total)
	}
	same, err := radio.Beam{}.Blur(img, g)
	if err != nil || same[0] != 1 {
		t.Errorf("a zero beam changed the image: %v", err)
	}
	for _, try := range []func() error{
		func() error { _, err := beams[0].Blur(img[1:], g); return err },
		func() error { _, err := beams[0].Blur(img, radio.Grid{NX: 20, NY: 12}); return err },
		func() error { _, err := radio.Beam{MajRad: 1}.Blur(img, g); return err },
	} {
		if try() == nil {
			t.Error("nonsense was accepted")
		}
	}
}
