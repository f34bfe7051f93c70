package measure_test

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"fringe/internal/finufft"
	"fringe/internal/torch"
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

// gaussian is an elliptical Gaussian, rotated and off-centre, with σ of 5 and 7 µas: on pixels of 2 µas and a field of 128 µas, what the
// pixels miss of it (aliases at 1/cell, the part outside of the field) is below 1e-12 of its flux.
type gaussian struct{ flux, major, minor, l, m, angle float64 }

var blurred = gaussian{
	flux: 0.6, major: 7 * radio.Microarcsecond, minor: 5 * radio.Microarcsecond,
	l: 9 * radio.Microarcsecond, m: -6.5 * radio.Microarcsecond, angle: 0.5, // of the major axis, North through East
}

// image returns the Gaussian in Jy/pixel.
func (s gaussian) image(g radio.Grid) []float64 {
	sin, cos := math.Sincos(s.angle)
	img := make([]float64, g.Len())
	for y := range g.NY {
		for x := range g.NX {
			l, m := g.L(x)-s.l, g.M(y)-s.m
			along, across := m*cos+l*sin, l*cos-m*sin
			r2 := along*along/(s.major*s.major) + across*across/(s.minor*s.minor)
			img[y*g.NX+x] = s.flux * g.CellRad * g.CellRad / (2 * math.Pi * s.major * s.minor) * math.Exp(-r2/2)
		}
	}
	return img
}

// visibility returns its Fourier transform.
func (s gaussian) visibility(u, v float64) complex128 {
	sin, cos := math.Sincos(s.angle)
	along, across := v*cos+u*sin, u*cos-v*sin
	size := math.Exp(-2 * math.Pi * math.Pi * (along*along*s.major*s.major + across*across*s.minor*s.minor))
	return complex(s.flux*size, 0) * cmplx.Exp(complex(0, -2*math.Pi*(u*s.l+v*s.m)))
}

// inner returns an observation with baselines of up to 0.3 of 1/cell in each direction.
func inner(n int) *radio.Visibilities {
	v := observation(rand.New(rand.NewPCG(2, 1)), n)
	for k := range v.U {
		v.U[k] *= 0.6
		v.V[k] *= 0.6
	}
	return v
}

func TestGaussianOffCentre(t *testing.T) {
	v := inner(50)
	for _, g := range []radio.Grid{{NX: 64, NY: 64, CellRad: cell}, {NX: 65, NY: 65, CellRad: cell}, {NX: 64, NY: 71, CellRad: cell}} {
		checkVisibilities(t, g, blurred.image(g), v, blurred.flux, blurred.visibility)
	}
}

// The Toeplitz path on the same Gaussian: Nx must be the dirty image of its analytic visibilities, to 1e-10 of the flux in float64 and 1e-6
// in float32, which has 6e-8 of rounding per operation.
func TestNormalOfAnAnalyticGaussian(t *testing.T) {
	v := inner(200)
	for k := range v.Vis {
		v.Vis[k] = blurred.visibility(v.U[k], v.V[k])
	}
	for _, g := range []radio.Grid{{NX: 64, NY: 64, CellRad: cell}, {NX: 65, NY: 70, CellRad: cell}} {
		gram, err := measure.NewGram(g, v)
		if err != nil {
			t.Fatal(err)
		}
		for d, tolerance := range map[torch.DType]float64{torch.Float64: 1e-10, torch.Float32: 1e-6} {
			noLeaks(t, func(s *torch.Scope) error {
				n, err := measure.NewNormal(s, g.NY, g.NX, s.To(s.FromFloat64s(gram.Kernel, 1, 1, int64(2*g.NY), int64(g.NX+1)), d))
				if err != nil {
					return err
				}
				y, err := n.Apply(s, s.To(s.FromFloat64s(blurred.image(g), 1, 1, int64(g.NY), int64(g.NX)), d))
				if err != nil {
					return err
				}
				for p, got := range s.Float64s(y) {
					if off := math.Abs(got-gram.Dirty[p]) / blurred.flux; off > tolerance {
						t.Fatalf("%dx%d, type %d: pixel %d is off by %.2g of the flux", g.NX, g.NY, d, p, off)
					}
				}
				return nil
			})
		}
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

// From 0.1 to 1e-14, on sides whose transform is as long as they are and on sides that are padded (61), for random images, which average over
// pixels, and for single pixels in the corners, where the kernel's transform is smallest and the error twice as large. Below 1e-12 rounding is added to what was
// asked for: 5e-14, as of direct sums with angles of 100 rad.
func TestNUFFTErrorIsWhatWasAsked(t *testing.T) {
	const rounding = 5e-14
	v := observation(rand.New(rand.NewPCG(4, 1)), 300)
	for _, g := range []radio.Grid{{NX: 64, NY: 63, CellRad: cell}, {NX: 64, NY: 64, CellRad: cell}, {NX: 61, NY: 27, CellRad: cell}} {
		images := map[string][]float64{"random": randomImage(rand.New(rand.NewPCG(4, 2)), g.Len())}
		for _, p := range []int{0, g.NX - 1, g.Len() - g.NX, g.Len() - 1} {
			point := make([]float64, g.Len())
			point[p] = 1
			images[fmt.Sprint("pixel ", p)] = point
		}
		for name, img := range images {
			limit := 2.0
			if name != "random" {
				limit = 4
			}
			want, got := make([]complex128, v.Len()), make([]complex128, v.Len())
			radio.NewDFT(g, v.U, v.V).Forward(want, img)
			for _, eps := range []float64{1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14} {
				op := nufft(t, g, v, eps, 0)
				op.Forward(got, img)
				if d := relative(parts(got), parts(want)); !(d <= limit*eps+rounding) {
					t.Errorf("%s of %d x %d, eps %g: relative error %.2g", name, g.NX, g.NY, eps, d)
				}
			}
		}
	}
}

// FINUFFT as a second implementation, where direct sums take too long; with points on the edge of what the cell can represent, and at the
// origin. Both are asked for 1e-12.
func TestNUFFTEqualsFINUFFT(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(9, 1)), 20_000)
	for _, g := range []radio.Grid{{NX: 96, NY: 130, CellRad: cell}, {NX: 101, NY: 48, CellRad: cell}} {
		edge := g.MaxUV()
		v.U[0], v.V[0], v.U[1], v.V[1], v.U[2], v.V[2], v.U[3], v.V[3] = edge, edge, -edge, -edge, edge, -edge, 0, 0
		x, y := make([]float64, v.Len()), make([]float64, v.Len())
		for k := range x {
			x[k], y[k] = -2*math.Pi*v.U[k]*g.CellRad, 2*math.Pi*v.V[k]*g.CellRad
		}
		plan, err := finufft.NewPlan(g.NX, g.NY, x, y, finufft.Options{})
		if err != nil {
			t.Fatal(err)
		}
		img, modes := randomImage(rand.New(rand.NewPCG(9, 2)), g.Len()), make([]complex128, g.Len())
		for p, value := range img {
			modes[p] = complex(value, 0)
		}
		op := nufft(t, g, v, 1e-12, 0)
		got, want := make([]complex128, v.Len()), make([]complex128, v.Len())
		back, wantBack := make([]float64, g.Len()), make([]float64, g.Len())
		op.Forward(got, img)
		op.Adjoint(back, v.Vis)
		if err := errors.Join(plan.Type2(want, modes), plan.Type1(modes, v.Vis)); err != nil {
			t.Fatal(err)
		}
		plan.Close()
		for p := range modes {
			wantBack[p] = real(modes[p])
		}
		if d := relative(parts(got), parts(want)); d > 1e-11 {
			t.Errorf("%d x %d: Forward differs by %.2g", g.NX, g.NY, d)
		}
		if d := relative(back, wantBack); d > 1e-11 {
			t.Errorf("%d x %d: Adjoint differs by %.2g", g.NX, g.NY, d)
		}
	}
}

// The error that the operator reports is that against the direct sum, and below twice the 1e-12 of the default.
func TestNUFFTReportsItsError(t *testing.T) {
	v := observation(rand.New(rand.NewPCG(8, 1)), 200)
	g := radio.Grid{NX: 40, NY: 44, CellRad: cell}
	img := randomImage(rand.New(rand.NewPCG(8, 2)), g.Len())
	flux := 0.0
	for _, value := range img {
		flux += value
	}
	exact := make([]complex128, v.Len())
	radio.NewDFT(g, v.U, v.V).Forward(exact, img)
	for eps, limit := range map[float64]float64{0: 2e-12, 1e-2: 2e-2} {
		op, err := measure.NewNUFFTWith(g, v.U, v.V, measure.NUFFTOptions{Eps: eps})
		if err != nil {
			t.Fatal(err)
		}
		got, worst := make([]complex128, v.Len()), 0.0
		op.Forward(got, img)
		for k := range got {
			worst = math.Max(worst, cmplx.Abs(got[k]-exact[k])/flux)
		}
		reported := op.Error(img, 1000) // more than there are: all
		if reported != worst || !(worst > 0 && worst <= limit) {
			t.Errorf("eps %g: reported %g, error %g, limit %g", eps, reported, worst, limit)
		}
		if some := op.Error(img, 10); some > worst {
			t.Errorf("eps %g: ten points have the error %g, all have %g", eps, some, worst)
		}
		if black := op.Error(make([]float64, g.Len()), 10); black != 0 {
			t.Errorf("a black image has the error %g", black)
		}
		op.Close()
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
		"eps zero":     func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, one, one, 0) },
		"eps too fine": func() (*measure.NUFFT, error) { return measure.NewNUFFT(g, one, one, 1e-20) },
	} {
		if op, err := f(); err == nil || op != nil {
			t.Errorf("%s: got %v and %v, want an error", name, op, err)
		}
	}
}
