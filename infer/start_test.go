package infer_test

import (
	"math"
	"slices"
	"testing"

	"fringe/infer"
	"fringe/radio"
)

// The start images have the flux that was asked for, to rounding, and their size.
func TestStartImages(t *testing.T) {
	g := radio.Grid{NX: 64, NY: 51, CellRad: 2 * radio.Microarcsecond}
	const flux, size = 0.6, 40 * radio.Microarcsecond
	gaussian, err := infer.StartGaussian(g, flux, size)
	if err != nil {
		t.Fatal(err)
	}
	disc, err := infer.StartDisc(g, flux, size)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := infer.StartFlat(g, flux)
	if err != nil {
		t.Fatal(err)
	}
	centre := g.NY/2*g.NX + g.NX/2
	if half := gaussian[centre+10] / gaussian[centre]; math.Abs(half-0.5) > 1e-12 {
		t.Errorf("the Gaussian falls to %g at half its FWHM (10 cells), want 0.5", half)
	}
	// A disc of 20 cells has 314 pixels of equal brightness; the sampled limb leaves 1 %.
	if area := flux / disc[centre]; math.Abs(area/(math.Pi*100)-1) > 0.01 {
		t.Errorf("the disc covers %g pixels, want %g", area, math.Pi*100)
	}
	for name, x := range map[string][]float64{"gaussian": gaussian, "disc": disc, "flat": flat} {
		if got := total(x); math.Abs(got-flux) > 1e-12 {
			t.Errorf("%s: flux %v, want %v", name, got, flux)
		}
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := infer.StartGaussian(g, flux, bad); err == nil {
			t.Errorf("a Gaussian of FWHM %g was accepted", bad)
		}
		if _, err := infer.StartFlat(g, bad); err == nil {
			t.Errorf("a flux of %g was accepted", bad)
		}
	}
}

func total(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum
}

// Blurring a Gaussian of FWHM a with b gives √(a²+b²). Both are sampled at 3 cells and more, where sums over pixels equal
// integrals to 1e-6; the kernel ends at 5σ (4e-6).
func TestBlurAddsInQuadrature(t *testing.T) {
	g := radio.Grid{NX: 65, NY: 64, CellRad: 2 * radio.Microarcsecond}
	a, b := 12*radio.Microarcsecond, 16*radio.Microarcsecond
	narrow, _ := infer.StartGaussian(g, 1, a)
	want, _ := infer.StartGaussian(g, 1, math.Hypot(a, b))
	got := infer.Blur(g, narrow, b)
	if d := worst(got, want) / slices.Max(want); d > 1e-5 {
		t.Errorf("the blurred Gaussian differs from the wide one by %g of the peak", d)
	}
	if math.Abs(total(got)-1) > 1e-12 {
		t.Errorf("the flux became %v", total(got))
	}
	if !slices.Equal(infer.Blur(g, narrow, 0), narrow) {
		t.Error("a blur of width 0 changed the image")
	}
	// A kernel of 10¹¹ pixels is flat over the field to 1e-18.
	flat, _ := infer.StartFlat(g, 1)
	if d := worst(infer.Blur(g, narrow, 1e11*g.CellRad), flat) / flat[0]; !(d <= 1e-12) {
		t.Errorf("a very wide blur differs from a flat image by %g", d)
	}
}

// A point is rolled to the phase centre, also around the border; a black image stays.
func TestRecentre(t *testing.T) {
	g := grid()
	for i := range g.Len() {
		x := make([]float64, g.Len())
		x[i] = 2
		want := make([]float64, g.Len())
		want[g.NY/2*g.NX+g.NX/2] = 2
		if got := infer.Recentre(g, x); !slices.Equal(got, want) {
			t.Errorf("a point at pixel %d went to %v", i, got)
		}
	}
	black := make([]float64, g.Len())
	if !slices.Equal(infer.Recentre(g, black), black) {
		t.Error("a black image changed")
	}
	signed := make([]float64, 64*64) // flux 0.1, first moment 63: the centroid lies ten fields away
	signed[0], signed[63] = -0.9, 1
	if got := infer.Recentre(radio.Grid{NX: 64, NY: 64, CellRad: 1e-11}, signed); !slices.Equal(got, signed) {
		t.Error("an image whose centroid lies outside the field was rolled")
	}
}
