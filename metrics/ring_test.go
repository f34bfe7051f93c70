package metrics_test

import (
	"math"
	"testing"

	"fringe/metrics"
	"fringe/radio"
)

var ringGrid = radio.Grid{NX: 64, NY: 64, CellRad: 2 * radio.Microarcsecond}

// paint evaluates a brightness at the pixel centres; x to the East, y to the North in pixels.
func paint(g radio.Grid, f func(x, y float64) float64) []float64 {
	img := make([]float64, g.Len())
	for k := range img {
		img[k] = f(g.L(k%g.NX)/g.CellRad, g.M(k/g.NX)/g.CellRad)
	}
	return img
}

type model struct{ x, y, radius, fwhm, pa, dipole float64 }

func (m model) at(x, y float64) float64 {
	x, y = x-m.x, y-m.y
	r, sigma := math.Hypot(x, y), m.fwhm/math.Sqrt(8*math.Ln2)
	return math.Exp(-0.5*(r-m.radius)*(r-m.radius)/(sigma*sigma)) * (1 + m.dipole*math.Cos(math.Atan2(x, y)-m.pa))
}

func TestMeasureRing(t *testing.T) {
	const degree = math.Pi / 180
	for name, m := range map[string]model{
		"centred":         {0, 0, 10.5, 5, 160 * degree, 0.5},
		"off centre":      {-5.3, 7.7, 9, 4, 30 * degree, 0.6},
		"thin":            {1.5, -0.5, 14, 2.2, 275 * degree, 0.8},
		"small":           {0.4, 0.3, 5, 3, 90 * degree, 0.3},
		"large, lopsided": {3, 2, 20, 6, 200 * degree, 0.9},
	} {
		t.Run(name, func(t *testing.T) {
			ring, err := metrics.MeasureRing(ringGrid, paint(ringGrid, m.at), metrics.RingOptions{})
			if err != nil {
				t.Fatal(err)
			}
			cell := ringGrid.CellRad
			// The ridge is known exactly; what remains is the interpolation between pixels.
			close(t, "diameter (pixels)", ring.DiameterRad/cell, 2*m.radius, 0.2)
			close(t, "width (pixels)", ring.WidthRad/cell, m.fwhm, 0.2)
			close(t, "centre l (pixels)", ring.L/cell, m.x, 0.2)
			close(t, "centre m (pixels)", ring.M/cell, m.y, 0.2)
			close(t, "position angle (degrees)", ring.PositionAngleRad/degree, m.pa/degree, 2)
			close(t, "asymmetry", ring.Asymmetry, m.dipole/2, 0.02)
			if ring.Quality < 0.95 || ring.CentralBrightness > 0.2 {
				t.Errorf("quality %.2f, central brightness %.2f", ring.Quality, ring.CentralBrightness)
			}
		})
	}
}

// TestMeasureBlurredRing blurs a thin ring: its profile is exp(−(r² + R²)/2σ²)·I₀(rR/σ²), whose ridge lies inside R. The
// test finds that ridge by itself, in one dimension.
func TestMeasureBlurredRing(t *testing.T) {
	const radius, sigma = 10.5, 10 / 2.3548
	profile := func(r float64) float64 {
		sum := 0.0
		for k := range 400 { // I₀(z)·exp(−z) by its integral, which the trapezoidal rule gives to rounding
			sum += math.Exp(r * radius / (sigma * sigma) * (math.Cos(2*math.Pi*float64(k)/400) - 1))
		}
		return math.Exp(-0.5*(r-radius)*(r-radius)/(sigma*sigma)) * sum / 400
	}
	ridge := 0.0
	for r := 0.0; r < 20; r += 0.001 {
		if profile(r) > profile(ridge) {
			ridge = r
		}
	}
	img := paint(ringGrid, func(x, y float64) float64 { return profile(math.Hypot(x-2, y+1)) })
	ring, err := metrics.MeasureRing(ringGrid, img, metrics.RingOptions{})
	if err != nil {
		t.Fatal(err)
	}
	close(t, "diameter (pixels)", ring.DiameterRad/ringGrid.CellRad, 2*ridge, 0.2)
	close(t, "central brightness", ring.CentralBrightness, profile(1)/profile(ridge), 0.05)
}

func TestMeasureRingRefusesOtherImages(t *testing.T) {
	images := map[string]func(x, y float64) float64{
		"Gaussian":       func(x, y float64) float64 { return math.Exp(-(x*x + y*y) / 50) },
		"elongated":      func(x, y float64) float64 { return math.Exp(-(x*x/8 + y*y/200)) },
		"double":         func(x, y float64) float64 { return math.Exp(-((x-9)*(x-9)+y*y)/8) + math.Exp(-((x+9)*(x+9)+y*y)/8) },
		"empty":          func(x, y float64) float64 { return 0 },
		"constant":       func(x, y float64) float64 { return 1 },
		"negative":       func(x, y float64) float64 { return -1 },
		"not a number":   func(x, y float64) float64 { return math.NaN() },
		"one pixel":      func(x, y float64) float64 { return max(0, 1-math.Abs(x)-math.Abs(y)) },
		"slope":          func(x, y float64) float64 { return 40 + x },
		"three in a row": func(x, y float64) float64 { return math.Exp(-y*y/8) * (1 + math.Cos(x/3)) * math.Exp(-x*x/400) },
	}
	for name, f := range images {
		if ring, err := metrics.MeasureRing(ringGrid, paint(ringGrid, f), metrics.RingOptions{}); err == nil {
			t.Errorf("%s: measured %+v, want an error", name, ring)
		}
	}
	ok := paint(ringGrid, model{radius: 10, fwhm: 4}.at)
	if _, err := metrics.MeasureRing(ringGrid, ok[1:], metrics.RingOptions{}); err == nil {
		t.Error("an image of the wrong size: no error")
	}
	if _, err := metrics.MeasureRing(ringGrid, ok, metrics.RingOptions{MinRadiusRad: 1e-3}); err == nil {
		t.Error("a smallest radius beyond the image: no error")
	}
}
