package measure_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// scans returns the visibilities of one image seen by five stations at several times, with noise of sigmaJy.
func scans(rng *rand.Rand, g radio.Grid, img []float64, count int, sigmaJy float64) *radio.Visibilities {
	v := &radio.Visibilities{Stations: make([]radio.Station, 5)}
	limit := 0.2 / g.CellRad
	for scan := range count {
		var x, y [5]float64
		for a := range x {
			x[a], y[a] = rng.NormFloat64()*limit/4, rng.NormFloat64()*limit/4
		}
		for a := range x {
			for b := a + 1; b < len(x); b++ {
				v.U, v.V = append(v.U, x[b]-x[a]), append(v.V, y[b]-y[a])
				v.Vis, v.Weight = append(v.Vis, 0), append(v.Weight, 1/(sigmaJy*sigmaJy))
				v.Ant1, v.Ant2 = append(v.Ant1, a), append(v.Ant2, b)
				v.TimeSec, v.IntSec = append(v.TimeSec, 600*float64(scan)), append(v.IntSec, 10)
				v.FreqHz = append(v.FreqHz, 230e9)
			}
		}
	}
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, img)
	for k := range v.Vis {
		v.Vis[k] += complex(rng.NormFloat64()*sigmaJy, rng.NormFloat64()*sigmaJy)
	}
	return v
}

// blob returns a positive image of flux 0.6 Jy with random structure inside a Gaussian envelope.
func blob(rng *rand.Rand, g radio.Grid) []float64 {
	img, sum := make([]float64, g.Len()), 0.0
	for y := range g.NY {
		for x := range g.NX {
			r2 := (g.L(x)*g.L(x) + g.M(y)*g.M(y)) / (g.CellRad * g.CellRad)
			img[y*g.NX+x] = math.Exp(-r2/20) * (0.2 + rng.Float64())
			sum += img[y*g.NX+x]
		}
	}
	for p := range img {
		img[p] *= 0.6 / sum
	}
	return img
}

// terms returns one term of each kind.
func terms(t testing.TB, v *radio.Visibilities) []measure.Term {
	t.Helper()
	vis, err := measure.NewVis(v)
	if err != nil {
		t.Fatal(err)
	}
	amp, err := measure.NewAmplitude(radio.Amplitudes(v))
	if err != nil {
		t.Fatal(err)
	}
	phase, err := measure.NewClosurePhase(radio.ClosurePhases(v, 0))
	if err != nil {
		t.Fatal(err)
	}
	logamp, err := measure.NewLogClosureAmplitude(radio.LogClosureAmplitudes(v, 0))
	if err != nil {
		t.Fatal(err)
	}
	return []measure.Term{vis, amp, phase, logamp}
}

func likelihood(t testing.TB, g radio.Grid, v *radio.Visibilities, terms ...measure.Term) *measure.Likelihood {
	t.Helper()
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-14)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(op.Close)
	l := &measure.Likelihood{Op: op}
	for i, term := range terms {
		l.Terms = append(l.Terms, measure.Weighted{Term: term, Weight: 1 + 0.5*float64(i)})
	}
	return l
}

func TestTermGradients(t *testing.T) {
	for _, g := range []radio.Grid{{NX: 16, NY: 16, CellRad: cell}, {NX: 13, NY: 18, CellRad: cell}} {
		rng := rand.New(rand.NewPCG(8, 1))
		v := scans(rng, g, blob(rng, g), 6, 0.005)
		v.Weight[3] = 0
		all := terms(t, v)
		flat := slices.Repeat([]float64{0.6 / float64(g.Len())}, g.Len())
		for name, x := range map[string][]float64{"blob": blob(rng, g), "flat": flat} {
			for _, term := range all {
				t.Run(term.Name()+" "+name, func(t *testing.T) {
					l := likelihood(t, g, v, term)
					// A step of 1e-7 Jy/pixel is about 1e-5 of a pixel of this image.
					radiotest.Gradient(t, l.ValueGrad, x, 1e-7, radiotest.DefaultGradient)
				})
			}
			t.Run("sum "+name, func(t *testing.T) {
				radiotest.Gradient(t, likelihood(t, g, v, all...).ValueGrad, x, 1e-7, radiotest.DefaultGradient)
			})
		}
	}
}

func TestZeroImageIsFinite(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(9, 1))
	v := scans(rng, g, blob(rng, g), 4, 0.005)
	for _, term := range terms(t, v) {
		grad := make([]float64, g.Len())
		value, err := likelihood(t, g, v, term).ValueGrad(grad, make([]float64, g.Len()))
		if err != nil {
			t.Errorf("%s: %v", term.Name(), err)
		}
		for _, d := range append(grad, value) {
			if math.IsNaN(d) || math.IsInf(d, 0) {
				t.Fatalf("%s: value %g, gradient %v", term.Name(), value, grad)
			}
		}
	}
}

func TestTermsOnPaper(t *testing.T) {
	// Four visibilities of amplitude 1, 2, 4, 8 and phase 0.1, 0.2, 0.3, 0.4.
	predicted := []complex128{}
	for k, a := range []float64{1, 2, 4, 8} {
		sin, cos := math.Sincos(0.1 * float64(k+1))
		predicted = append(predicted, complex(a*cos, a*sin))
	}
	data := &radio.Visibilities{
		U: make([]float64, 4), V: make([]float64, 4), Weight: []float64{4, 0, 4, 4},
		Vis: []complex128{predicted[0] + 3, 0, predicted[2] - 4i, predicted[3]},
	}
	vis, err := measure.NewVis(data)
	if err != nil {
		t.Fatal(err)
	}
	amp, err := measure.NewAmplitude(radio.AmplitudeSet{Index: []int{3, 1}, Value: []float64{7, 2.5}, Sigma: []float64{0.5, 0.25}})
	if err != nil {
		t.Fatal(err)
	}
	phase, err := measure.NewClosurePhase(&radio.Closures{Order: 3, Index: []int32{0, 1, 3}, Sign: []float64{1, 1, -1},
		Value: []float64{-0.1 + math.Pi/3}, Sigma: []float64{0.5}})
	if err != nil {
		t.Fatal(err)
	}
	logamp, err := measure.NewLogClosureAmplitude(&radio.Closures{Order: 4, Index: []int32{3, 2, 1, 0}, Sign: []float64{1, 1, -1, -1},
		Value: []float64{math.Log(16) + 3}, Sigma: []float64{2}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		term measure.Term
		len  int
		want float64
		why  string
	}{
		{vis, 6, 0.5 * 4 * (9 + 16), "½Σw|V−d|²"},
		{amp, 2, 0.5 * (4 + 4), "½Σ((8−7)/0.5)² + ((2−2.5)/0.25)²"},
		{phase, 1, 0.5 / 0.25, "(1 − cos π/3)/σ²"},
		{logamp, 1, 0.5 * 9 / 4, "½(3/2)²"},
	} {
		if tt.term.Len() != tt.len {
			t.Errorf("%s: Len %d, want %d", tt.term.Name(), tt.term.Len(), tt.len)
		}
		noLeaks(t, func(s *torch.Scope) error {
			value, err := tt.term.Value(s, s.FromComplex128s(predicted, 4))
			if err != nil {
				return err
			}
			if got := s.Item(value); math.Abs(got-tt.want) > 1e-13*tt.want {
				t.Errorf("%s: got %.17g, want %g = %s", tt.term.Name(), got, tt.want, tt.why)
			}
			return nil
		})
	}
}

// The reduced χ² of the true image has the mean 1. Over 60 scans it scatters by √(2/1200) = 0.041 for the real numbers, by
// √(2/600) = 0.058 for the amplitudes, and by up to 0.085 for the closures, which are fewer and correlated; the mean of 16 by a
// quarter of that, of which five are allowed. The σ of closures is of first order in the noise: their χ² may exceed 1 by
// another 0.03.
func TestReducedChi2OfTheTruth(t *testing.T) {
	const skies = 16
	g := grids[0]
	mean := map[string]float64{}
	for sky := range uint64(skies) {
		rng := rand.New(rand.NewPCG(10, sky))
		img := blob(rng, g)
		v := scans(rng, g, img, 60, 0.003)
		l := likelihood(t, g, v, terms(t, v)...)
		before := torch.Live()
		got, err := l.ReducedChi2(img)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 4 || torch.Live() != before {
			t.Fatalf("got %v, tensors %d before and %d after", got, before, torch.Live())
		}
		for name, chi2 := range got {
			mean[name] += chi2 / skies
		}
	}
	for name, limit := range map[string]float64{"vis": 0.05, "amp": 0.07, "cphase": 0.14, "logcamp": 0.14} {
		if math.Abs(mean[name]-1) > limit {
			t.Errorf("%s: the mean reduced χ² of true images is %.3f, want 1 to %g", name, mean[name], limit)
		}
	}
}

func TestClosuresAreBlindToGains(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(11, 1))
	img := blob(rng, g)
	v := scans(rng, g, img, 3, 1e-9)
	var gains [5]complex128
	for a := range gains {
		gains[a] = complex(1+0.3*rng.NormFloat64(), rng.NormFloat64())
	}
	for k := range v.Vis {
		conj := complex(real(gains[v.Ant2[k]]), -imag(gains[v.Ant2[k]]))
		v.Vis[k] *= gains[v.Ant1[k]] * conj
	}
	v.Weight = slices.Repeat([]float64{1e4}, v.Len())
	got, err := likelihood(t, g, v, terms(t, v)[2:]...).ReducedChi2(img)
	if err != nil {
		t.Fatal(err)
	}
	for name, chi2 := range got {
		if chi2 > 1e-10 { // noise of 1e-9 Jy against σ of 1e-2 Jy, squared
			t.Errorf("%s: reduced χ² %g under gains, want 0", name, chi2)
		}
	}
}

func TestLikelihoodRepeatsItselfAndLeaksNothing(t *testing.T) {
	g := grids[1]
	rng := rand.New(rand.NewPCG(12, 1))
	v := scans(rng, g, blob(rng, g), 20, 0.005)
	x, before := blob(rng, g), torch.Live()
	run := func() []float64 {
		grad := make([]float64, g.Len())
		value, err := likelihood(t, g, v, terms(t, v)...).ValueGrad(grad, x)
		if err != nil {
			t.Fatal(err)
		}
		return append(grad, value)
	}
	if !slices.Equal(run(), run()) {
		t.Error("two runs differ")
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func TestLikelihoodRefuses(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(13, 1))
	v := scans(rng, g, blob(rng, g), 2, 0.005)
	all, x := terms(t, v), blob(rng, g)
	good := likelihood(t, g, v, all...)
	short := &radio.Visibilities{U: v.U[:9], V: v.V[:9]}
	nan := slices.Clone(x)
	nan[7] = math.NaN()
	for name, tt := range map[string]struct {
		l    *measure.Likelihood
		grad []float64
		x    []float64
		want string
	}{
		"NaN":           {good, nil, nan, "pixel 7"},
		"gradient size": {good, make([]float64, 3), x, "gradient of 3"},
		"no terms":      {likelihood(t, g, v), nil, x, "no terms"},
		"no operator":   {&measure.Likelihood{Terms: good.Terms}, nil, x, "no operator"},
		"NaN weight":    {&measure.Likelihood{Op: good.Op, Terms: []measure.Weighted{{Term: all[0], Weight: math.NaN()}}}, nil, x, `"vis"`},
		"fewer points":  {likelihood(t, g, short, all[0]), nil, x, "9 predicted"},
		"index":         {likelihood(t, g, short, all[2]), nil, x, `"cphase"`},
		"overflow":      {good, nil, slices.Repeat([]float64{1e200}, g.Len()), `"vis"`},
	} {
		if _, err := tt.l.ValueGrad(tt.grad, tt.x); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, tt.want)
		}
	}
	if _, err := measure.NewClosurePhase(&radio.Closures{Order: 3}); err == nil {
		t.Error("no closure phases: accepted")
	}
	if _, err := measure.NewAmplitude(radio.AmplitudeSet{Index: []int{0}, Value: []float64{1}, Sigma: []float64{0}}); err == nil {
		t.Error("σ = 0: accepted")
	}
}

func TestFlux(t *testing.T) {
	f, err := measure.NewFlux(0.6, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{0.1, 0.3, 0.4}
	value, err := f.ValueGrad(nil, x)
	if err != nil || math.Abs(value-2) > 1e-14 { // ½((0.8 − 0.6)/0.1)²
		t.Errorf("got %g and %v, want 2", value, err)
	}
	radiotest.Gradient(t, f.ValueGrad, x, 1e-5, radiotest.DefaultGradient)
	if _, err := f.ValueGrad(nil, []float64{math.Inf(1)}); err == nil {
		t.Error("an infinite flux was accepted")
	}
	if _, err := measure.NewFlux(1, 0); err == nil {
		t.Error("σ = 0 was accepted")
	}
}
