package measure_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// The images: structure, a flat map, a black border, and one that is dark but for its corner.
func TestTermGradients(t *testing.T) {
	for _, g := range []radio.Grid{{NX: 16, NY: 16, CellRad: cell}, {NX: 13, NY: 18, CellRad: cell}} {
		rng := rand.New(rand.NewPCG(8, 1))
		v := scans(rng, g, blob(rng, g), 6, 0.005)
		v.Weight[3] = 0
		flat, border, corner := slices.Repeat([]float64{0.6 / float64(g.Len())}, g.Len()), blob(rng, g), make([]float64, g.Len())
		for p := range border {
			if x, y := p%g.NX, p/g.NX; x == 0 || y == 0 || x == g.NX-1 || y == g.NY-1 {
				border[p] = 0
			}
		}
		corner[0], corner[1], corner[g.Len()-1] = 0.3, 0.2, 0.1
		for name, x := range map[string][]float64{"blob": blob(rng, g), "flat": flat, "border": border, "corner": corner} {
			for _, kind := range kinds {
				t.Run(kind.name+" "+name, func(t *testing.T) {
					l := likelihood(t, g, v, terms(t, v, kind.name)...)
					// A step of 1e-7 Jy/pixel is about 1e-5 of a pixel of this image.
					radiotest.Gradient(t, l.ValueGrad, x, 1e-7, radiotest.DefaultGradient)
				})
			}
			t.Run("sum "+name, func(t *testing.T) {
				radiotest.Gradient(t, likelihood(t, g, v, terms(t, v, different...)...).ValueGrad, x, 1e-7, radiotest.DefaultGradient)
			})
		}
	}
}

// The black image has no phases and no amplitudes. Its gradient is finite for all terms, and zero for all but those of complex
// visibilities.
func TestZeroImageIsFinite(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(9, 1))
	v := scans(rng, g, blob(rng, g), 4, 0.005)
	for _, kind := range kinds {
		grad := make([]float64, g.Len())
		l := likelihood(t, g, v, terms(t, v, kind.name)...)
		value, err := l.ValueGrad(grad, make([]float64, g.Len()))
		if err != nil {
			t.Errorf("%s: %v", kind.name, err)
		}
		for _, d := range append(grad, value) {
			if math.IsNaN(d) || math.IsInf(d, 0) {
				t.Fatalf("%s: value %g, gradient %v", kind.name, value, grad)
			}
		}
		if flat := !slices.ContainsFunc(grad, func(d float64) bool { return d != 0 }); flat == strings.HasPrefix(kind.name, "vis") {
			t.Errorf("%s: gradient %v", kind.name, grad)
		}
		if _, err := l.LogLikelihood(make([]float64, g.Len())); err != nil {
			t.Errorf("%s: %v", kind.name, err)
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

// χ² of the true image averages Len, for whitened closures with the scatter √(2·Len) that independent data have. Without
// whitening the scatter of closures is larger, by up to 1.22 where six triangles of ten baselines share each side with others:
// 1 + 5/9 of the variance when sides are equally noisy. The mean over 64 skies has an eighth of the scatter of one, of which
// five are allowed. The noise is 0.0005 Jy against 0.6 Jy because the σ of closures is of first order.
func TestReducedChi2OfTheTruth(t *testing.T) {
	const skies = 64
	g := grids[0]
	chi2 := map[string][]float64{}
	lens := map[string]int{}
	for sky := range uint64(skies) {
		rng := rand.New(rand.NewPCG(10, sky))
		img := blob(rng, g)
		v := scans(rng, g, img, 60, 0.0005)
		for _, kind := range kinds {
			term := terms(t, v, kind.name)[0]
			before := torch.Live()
			got, err := likelihood(t, g, v, term).ReducedChi2(img)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || torch.Live() != before {
				t.Fatalf("got %v, tensors %d before and %d after", got, before, torch.Live())
			}
			chi2[kind.name] = append(chi2[kind.name], got[term.Name()])
			lens[kind.name] = term.Len()
		}
	}
	for name, values := range chi2 {
		one := math.Sqrt(2 / float64(lens[name]))
		mean, limit := stat.Mean(values, nil), 5*1.22*one/math.Sqrt(skies)
		if math.Abs(mean-1) > limit {
			t.Errorf("%s: the mean reduced χ² of true images is %.3f, want 1 to %.3f", name, mean, limit)
		}
		// The standard deviation of 64 values is known to 1/√128 = 9 %; four times that is allowed.
		if scatter := stat.StdDev(values, nil) / one; strings.Contains(name, "whitened") && math.Abs(scatter-1) > 0.36 {
			t.Errorf("%s: χ² of true images scatters by %.2f of √(2·Len), want 1", name, scatter)
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
		value, err := likelihood(t, g, v, terms(t, v, different...)...).ValueGrad(grad, x)
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
	all, x := terms(t, v, "vis", "amp", "cphase", "logcamp"), blob(rng, g)
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
		"twice":         {likelihood(t, g, v, all[0], all[0]), nil, x, "make two likelihoods"},
		"nil term":      {&measure.Likelihood{Op: good.Op, Terms: []measure.Weighted{{}}}, nil, x, "nil"},
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
