package measure_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// operators returns the fast and the exact transform of the same points.
func operators(t testing.TB, g radio.Grid, u, v []float64) map[string]radio.Operator {
	t.Helper()
	fast, err := measure.NewNUFFT(g, u, v, 1e-14)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fast.Close)
	return map[string]radio.Operator{"NUFFT": fast, "DFT": radio.NewDFT(g, u, v)}
}

// checkVisibilities compares with an analytic visibility; differences are relative to the flux. The NUFFT is asked for 1e-14,
// and angles of up to 100 rad lose as much to rounding: 4e-14 is what is seen, and the pixels of a Gaussian may miss 1e-12.
func checkVisibilities(t *testing.T, g radio.Grid, img []float64, v *radio.Visibilities, flux float64, want func(u, v float64) complex128) {
	t.Helper()
	const tolerance = 1e-12
	for name, op := range operators(t, g, v.U, v.V) {
		got := make([]complex128, v.Len())
		op.Forward(got, img)
		worst := 0.0
		for k := range got {
			worst = math.Max(worst, cmplx.Abs(got[k]-want(v.U[k], v.V[k]))/flux)
		}
		if worst > tolerance {
			t.Errorf("%s on %d x %d pixels: largest error %.2g of the flux", name, g.NX, g.NY, worst)
		}
	}
}

func TestPointSourceOffCentre(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(1, 1)), 50)
	const flux = 0.6
	for _, g := range append(slices.Clone(grids), radio.Grid{NX: 64, NY: 64, CellRad: cell}, radio.Grid{NX: 65, NY: 48, CellRad: cell}) {
		x, y := g.NX/5, (4*g.NY)/5 // East and North of the centre
		img := make([]float64, g.Len())
		img[y*g.NX+x] = flux
		l, m := g.L(x), g.M(y)
		checkVisibilities(t, g, img, v, flux, func(u, v float64) complex128 {
			return flux * cmplx.Exp(complex(0, -2*math.Pi*(u*l+v*m)))
		})
	}
}

func TestGaussianOffCentre(t *testing.T) {
	// An elliptical Gaussian, rotated and off-centre, with σ of 5 and 7 µas on 2 µas pixels and a field of 128 µas: what the
	// pixels miss of it (aliases at 1/cell, the part outside the field) is below 1e-12.
	const (
		flux            = 0.6
		major, minor    = 7 * radio.Microarcsecond, 5 * radio.Microarcsecond
		l0, m0          = 9 * radio.Microarcsecond, -6.5 * radio.Microarcsecond
		positionAngle   = 0.5 // of the major axis, North through East
		longestBaseline = 0.3 // of 1/cell
	)
	sin, cos := math.Sincos(positionAngle)
	v := observation(rand.New(rand.NewPCG(2, 1)), 50)
	for k := range v.U {
		v.U[k] *= 2 * longestBaseline
		v.V[k] *= 2 * longestBaseline
	}
	for _, g := range []radio.Grid{{NX: 64, NY: 64, CellRad: cell}, {NX: 65, NY: 65, CellRad: cell}, {NX: 64, NY: 71, CellRad: cell}} {
		img := make([]float64, g.Len())
		for y := range g.NY {
			for x := range g.NX {
				l, m := g.L(x)-l0, g.M(y)-m0
				along, across := m*cos+l*sin, l*cos-m*sin
				r2 := along*along/(major*major) + across*across/(minor*minor)
				img[y*g.NX+x] = flux * cell * cell / (2 * math.Pi * major * minor) * math.Exp(-r2/2)
			}
		}
		checkVisibilities(t, g, img, v, flux, func(u, v float64) complex128 {
			along, across := v*cos+u*sin, u*cos-v*sin
			size := math.Exp(-2 * math.Pi * math.Pi * (along*along*major*major + across*across*minor*minor))
			return complex(flux*size, 0) * cmplx.Exp(complex(0, -2*math.Pi*(u*l0+v*m0)))
		})
	}
}

func TestAdjoint(t *testing.T) {
	for _, g := range grids {
		v := observation(rand.New(rand.NewPCG(3, 1)), 80)
		for name, op := range operators(t, g, v.U, v.V) {
			t.Run(fmt.Sprintf("%s %dx%d", name, g.NX, g.NY), func(t *testing.T) { radiotest.Adjoint(t, op, g, v.Len(), 1e-12) })
		}
	}
}

func TestNUFFTEqualsTheDirectSum(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(4, 1)), 300)
	g := radio.Grid{NX: 64, NY: 63, CellRad: cell}
	img := randomImage(rand.New(rand.NewPCG(4, 2)), g.Len())
	want := make([]complex128, v.Len())
	radio.NewDFT(g, v.U, v.V).Forward(want, img)
	for _, eps := range []float64{1e-3, 1e-6, 1e-9, 1e-12} {
		op, err := measure.NewNUFFT(g, v.U, v.V, eps)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]complex128, v.Len())
		op.Forward(got, img)
		op.Close()
		diff, size := 0.0, 0.0
		for k := range got {
			diff += math.Pow(cmplx.Abs(got[k]-want[k]), 2)
			size += math.Pow(cmplx.Abs(want[k]), 2)
		}
		if d := math.Sqrt(diff / size); d > 2*eps {
			t.Errorf("eps %g: relative error %.2g", eps, d)
		}
	}
}

func TestNUFFTRepeatsItself(t *testing.T) {
	g := grids[2]
	v := observation(rand.New(rand.NewPCG(7, 1)), 500)
	run := func() []float64 {
		op, err := measure.NewNUFFT(g, v.U, v.V, 1e-12)
		if err != nil {
			t.Fatal(err)
		}
		defer op.Close()
		img := make([]float64, g.Len())
		op.Adjoint(img, v.Vis)
		return img
	}
	if !slices.Equal(run(), run()) {
		t.Error("two runs differ")
	}
}

func TestTooLargeACellNamesTheLargest(t *testing.T) {
	u, v := []float64{0.5 / cell, 3e9}, []float64{0, 7.123456789e10}
	_, err := measure.NewNUFFT(radio.Grid{NX: 8, NY: 8, CellRad: 2 * cell}, u, v, 1e-6)
	if err == nil {
		t.Fatal("the cell was accepted")
	}
	// Following the advice must work, in either unit.
	for unit, factor := range map[string]float64{`of at most (\S+) uas`: radio.Microarcsecond, `\((\S+) rad\)`: 1} {
		found := regexp.MustCompile(unit).FindStringSubmatch(err.Error())
		if found == nil {
			t.Fatalf("no match of %s in %q", unit, err)
		}
		advice, parseErr := strconv.ParseFloat(found[1], 64)
		if parseErr != nil {
			t.Fatal(parseErr)
		}
		op, err := measure.NewNUFFT(radio.Grid{NX: 8, NY: 8, CellRad: advice * factor}, u, v, 1e-6)
		if err != nil {
			t.Fatalf("the advice does not help: %v", err)
		}
		op.Close()
	}
}

func TestNewNUFFTRefuses(t *testing.T) {
	g, one := grids[0], []float64{1}
	for name, f := range map[string]func() (*measure.NUFFT, error){
		"NaN":          func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, []float64{math.NaN()}, one, 1e-6) },
		"infinity":     func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, one, []float64{math.Inf(1)}, 1e-6) },
		"no points":    func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, nil, nil, 1e-6) },
		"unequal":      func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, one, nil, 1e-6) },
		"no cell":      func() (*measure.NUFFT, error) { return measure.NewNUFFT(radio.Grid{NX: 4, NY: 4}, one, one, 1e-6) },
		"eps too fine": func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, one, one, 1e-20) },
	} {
		if op, err := f(); err == nil || op != nil {
			t.Errorf("%s: got %v and %v, want an error", name, op, err)
		}
	}
}
