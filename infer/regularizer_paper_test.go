package infer_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/radio"
	"fringe/wavelet"
)

// field is a grid of 65 × 60 pixels of 1 µas, for a beam of 8 µas and a flux of 0.5 Jy.
func field() infer.Scale {
	return infer.Scale{
		Grid: radio.Grid{NX: 65, NY: 60, CellRad: radio.Microarcsecond}, FluxJy: 0.5, BeamRad: 8 * radio.Microarcsecond,
	}
}

// points returns an image with the given flux at each of the pixels (x, y).
func points(g radio.Grid, flux float64, xy ...[2]int) []float64 {
	img := make([]float64, g.Len())
	for _, p := range xy {
		img[p[1]*g.NX+p[0]] += flux
	}
	return img
}

// Values known on paper. Sums of some thousand terms round to 1e-13; what a Gaussian is sampled and cut off with stays below 1e-6;
// the exact integrals of psd hold to the spacing of the FFT grid, a part in a thousand.
func TestRegularizersOnPaper(t *testing.T) {
	c := field()
	g, flux := c.Grid, c.FluxJy
	x0, y0 := g.NX/2, g.NY/2
	beam := 8 // pixels
	sigma := c.BeamRad / math.Sqrt(8*math.Ln2)
	edge := func(level float64) []float64 {
		x := make([]float64, g.Len())
		for i := range x {
			if col, row := i%g.NX, i/g.NX; col == 0 || row == 0 || col == g.NX-1 || row == g.NY-1 {
				x[i] = level
			}
		}
		return x
	}
	const floor = 1e-4 // of psd's power
	for _, test := range []struct {
		name, what string
		x          []float64
		want, tol  float64
	}{
		{"l1", "twice the flux", points(g, 2*flux, [2]int{3, 4}), 2, 1e-13},
		{"flux", "the flux", points(g, flux, [2]int{3, 4}), 0, 1e-13},
		{"flux", "a black image", points(g, 0), 1, 1e-13},
		{"flux", "three times the flux", points(g, 3*flux, [2]int{3, 4}), 4, 1e-12},
		{"centroid", "two points opposite each other", points(g, flux, [2]int{x0 - 9, y0 + 4}, [2]int{x0 + 9, y0 - 4}), 0, 1e-13},
		{"centroid", "a point a beam to the East", points(g, flux, [2]int{x0 - beam, y0}), 1, 1e-13},
		{"centroid", "a point two beams to the North", points(g, flux, [2]int{x0, y0 + 2*beam}), 4, 1e-12},
		{"compact", "a point anywhere", points(g, flux, [2]int{7, 50}), 0, 1e-9}, // (δ/ζ)² of its distance, squared
		{"compact", "two points two beams apart", points(g, flux/2, [2]int{20, 30}, [2]int{20 + 2*beam, 30}), 1, 1e-9},
		{"compact", "the same with three times the flux", points(g, 1.5*flux, [2]int{20, 30}, [2]int{20 + 2*beam, 30}), 3, 1e-9},
		{"compact", "a Gaussian", gaussian(g, flux, sigma, 5*g.CellRad, -4*g.CellRad), 2 / (8 * math.Ln2), 1e-6},
		{"edge", "a bright source inside", points(g, flux, [2]int{1, 1}), 0, 0},
		{"edge", "the typical brightness along the edge", edge(flux / float64(beam*beam)), float64(2*g.NX+2*g.NY-4) / float64(beam), 1e-12},
		{"psd", "a Gaussian of the expected size", gaussian(g, flux, sigma, 0, 0), 1 - floor*math.Log((1+floor)/floor), 1e-3},
		{"psd", "the same elsewhere", gaussian(g, flux, sigma, 7*g.CellRad, 3*g.CellRad), 1 - floor*math.Log((1+floor)/floor), 1e-3},
		{"uv_sparsity", "a Gaussian of two beams", gaussian(g, flux, 2*sigma, 0, 0), 0, 1e-3},
		{"tsv", "a point", points(g, flux, [2]int{3, 4}), 4 * math.Pow(float64(beam), 4), 1e-8},
	} {
		t.Run(test.name+"/"+test.what, func(t *testing.T) {
			if got := value(t, parse(t, test.name, c)[0], test.x); !(math.Abs(got-test.want) <= test.tol) {
				t.Errorf("got %.12g, want %.12g", got, test.want)
			}
		})
	}
}

// With a shorter length the same Gaussian has too little fine structure, with a longer one too much, and the floor bounds what that
// costs: of half the length λ of the prior, 2/√δ·atan(1/√δ) = 312. (On cells of a third of its width, hence a longer λ.)
func TestPSDOfSmallSource(t *testing.T) {
	c := field()
	c.LengthRad = 6 * c.Grid.CellRad
	got := value(t, parse(t, "psd", c)[0], gaussian(c.Grid, c.FluxJy, c.LengthRad/2, 0, 0))
	if want := 200 * math.Atan(100); math.Abs(got/want-1) > 1e-3 {
		t.Errorf("got %g, want %g", got, want)
	}
}

// On images where it moves nothing across a border, a shift changes neither compactness nor the two regularizers of |V|.
func TestPositionDoesNotMatter(t *testing.T) {
	c := field()
	here := gaussian(c.Grid, 0.3, 2.5*c.Grid.CellRad, 0, 0)
	there := gaussian(c.Grid, 0.3, 2.5*c.Grid.CellRad, 11*c.Grid.CellRad, -9*c.Grid.CellRad)
	for _, p := range parse(t, "compact,psd,uv_sparsity", c) {
		a, b := value(t, p, here), value(t, p, there)
		if math.Abs(a/b-1) > 1e-9 || a == 0 {
			t.Errorf("%s: %.12g at the centre, %.12g elsewhere", p.Name, a, b)
		}
	}
}

// The gradient of compactness holds whatever the flux: it is perpendicular to a shift, and grows along the image by the value
// itself (Euler: the function is homogeneous of degree 1, up to δ).
func TestCompactKnowsTheFluxOfTheImage(t *testing.T) {
	c := field()
	p := parse(t, "compact", c)[0]
	for _, flux := range []float64{0.01, 0.5, 7} {
		x := gaussian(c.Grid, flux, 3*c.Grid.CellRad, 6*c.Grid.CellRad, 9*c.Grid.CellRad)
		grad := make([]float64, len(x))
		v, err := p.Term.ValueGrad(grad, x)
		if err != nil {
			t.Fatal(err)
		}
		along, shift := 0.0, 0.0
		for i := range x {
			along += grad[i] * x[i]
			if i+1 < len(x) && (i+1)%c.Grid.NX != 0 {
				shift += grad[i] * (x[i+1] - x[i])
			}
		}
		// δ²/F² is 2.5e-9 for the faintest image, times the distance in squared beams over the second moment.
		if math.Abs(along/v-1) > 1e-7 {
			t.Errorf("flux %g: ⟨∇R, I⟩ = %.12g, R = %.12g", flux, along, v)
		}
		// A shift by a pixel adds the pixel's width squared to second order: Σ I/(ζθ²)·cell²; no more.
		if limit := 2 * flux / c.FluxJy / 64; math.Abs(shift) > limit {
			t.Errorf("flux %g: ⟨∇R, shift⟩ = %g, want at most %g", flux, shift, limit)
		}
	}
}

// Weights of the re-weighted ℓ1: 1/(1+ε) in a uniform source, 1/ε on empty sky. It keeps the image whose weights it has, and
// Reweight leaves the parts as they are.
func TestReweightedL1(t *testing.T) {
	c := field()
	previous := points(c.Grid, 0.1, [2]int{10, 10}, [2]int{11, 10}, [2]int{40, 20})
	before := parse(t, "tv,rl1", c)
	after, changed, err := infer.Reweight(before, previous)
	if err != nil || !changed {
		t.Fatalf("changed %v, error %v", changed, err)
	}
	for _, test := range []struct {
		parts []infer.Part
		what  string
		x     []float64
		want  float64
	}{
		{before, "without weights", previous, 0.3 / 0.5 / 1.1},
		{after, "the previous image", previous, 0.3 / 0.5 / 1.1},
		{after, "empty sky", points(c.Grid, 0.1, [2]int{30, 30}), 0.1 / 0.5 / 0.1},
	} {
		if got := value(t, test.parts[1], test.x); math.Abs(got-test.want) > 1e-13 {
			t.Errorf("%s: got %.15g, want %.15g", test.what, got, test.want)
		}
	}
	if _, changed, err := infer.Reweight(before[:1], previous); changed || err != nil {
		t.Errorf("tv alone: changed %v, error %v", changed, err)
	}
	black, _, err := infer.Reweight(before, make([]float64, c.Grid.Len()))
	if err != nil || math.Abs(value(t, black[1], previous)-0.3/0.5/1.1) > 1e-13 {
		t.Errorf("a black image does not give equal weights (error %v)", err)
	}
	for _, bad := range [][]float64{previous[1:], slices.Repeat([]float64{math.NaN()}, c.Grid.Len())} {
		if _, _, err := infer.Reweight(before, bad); err == nil {
			t.Error("an image of the wrong size, or NaN, is no error")
		}
	}
}

// sara is the sum of the rounded absolute coefficients.
func TestSARASumsCoefficients(t *testing.T) {
	c := scale(radio.Grid{NX: 19, NY: 33, CellRad: 2 * radio.Microarcsecond})
	x := randomImage(c.Grid, c.FluxJy)
	var coefficients []float64
	err := torch.Do(func(s *torch.Scope) error {
		dictionary, err := wavelet.NewSARA(c.Grid.NY, c.Grid.NX, 0)
		if err != nil {
			return err
		}
		y, err := dictionary.Analyse(s, s.FromFloat64s(x, 1, 1, int64(c.Grid.NY), int64(c.Grid.NX)))
		if err == nil {
			coefficients = s.Float64s(y)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want, eps := 0.0, 1e-3*c.FluxJy/9 // a beam of 3 pixels
	for _, v := range coefficients {
		want += math.Hypot(v, eps) - eps
	}
	if got := value(t, parse(t, "sara", c)[0], x); math.Abs(got*c.FluxJy/want-1) > 1e-13 {
		t.Errorf("got %.15g, want %.15g", got, want/c.FluxJy)
	}
}

// Rounds of the solver take new weights from the image before. For the data ½ Σ (x − d)²/σ² every round is a soft threshold on
// paper, x = max(d − σ²·weight·w/ζ, 0) with w from the last x; the solver's tolerance leaves some 1e-4 of the peak. The
// problem's own terms keep their weights.
func TestRoundsReweight(t *testing.T) {
	const sigma, strength, rounds = 0.1, 6.0, 3
	g := radio.Grid{NX: 4, NY: 2, CellRad: 1e-11}
	d := []float64{1, 0.15, 0.12, 0.9, 0.08, 0.14, 0.8, 0.11}
	n := g.Len()
	c := infer.Scale{Grid: g, FluxJy: 1}
	q := quadratic{a: mat.NewSymDense(n, nil), b: mat.NewVecDense(n, nil)}
	for i, v := range d {
		q.a.SetSym(i, i, 1/(sigma*sigma))
		q.b.SetVec(i, v/(sigma*sigma))
	}
	rl1 := parse(t, "rl1", c)[0]
	rl1.Weight = strength
	p := infer.Problem{Grid: g, Start: slices.Clone(d), Terms: []infer.Part{{Name: "data", Weight: 1, Term: q}, rl1}}
	got, err := infer.Solve(context.Background(), p, infer.SolverConfig{Solver: infer.LBFGS, Tolerance: 1e-10, Rounds: make([]infer.Round, rounds)})
	if err != nil {
		t.Fatal(err)
	}
	x := slices.Repeat([]float64{1}, n)
	for range rounds {
		var squares, total float64
		for _, v := range x {
			squares, total = squares+v*v, total+v
		}
		m := squares / total
		for i, v := range x {
			x[i] = math.Max(d[i]-sigma*sigma*strength*m/(v+0.1*m), 0)
		}
	}
	if off := worst(got.Image, x); off > 1e-4 {
		t.Errorf("got %v, the thresholds give %v, off by %g", got.Image, x, off)
	}
	if before := value(t, rl1, d); math.Abs(before-value(t, parse(t, "rl1", c)[0], d)) > 0 {
		t.Error("the problem's own term was changed")
	}
}
