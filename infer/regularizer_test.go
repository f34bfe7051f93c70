package infer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// names are all regularizers of an image; a cube has tv_channel as well.
const names = "entropy,l1,rl1,tv,tsv,sara,psd,edge,flux,centroid,compact,uv_sparsity"

// all returns all regularizers.
func all(t *testing.T, c infer.Scale) []infer.Part {
	t.Helper()
	list := names
	if c.Channels > 1 {
		list += ",tv_channel"
	}
	return parse(t, list, c)
}

func parse(t *testing.T, list string, c infer.Scale) []infer.Part {
	t.Helper()
	parts, err := infer.ParseRegularizers(list, c)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func value(t *testing.T, p infer.Part, x []float64) float64 {
	t.Helper()
	v, err := p.Term.ValueGrad(nil, x)
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return v
}

// The gradient of every regularizer equals central differences, element by element, the border included. On a flat or black image
// the steps h must be small against the scale on which the function bends (δ of entropy, ε of TV). The prior of entropy is not
// flat, so that its gradient does not vanish there. Where the gradient does vanish on a flat image, differences show nothing but
// rounding; see TestVariationOfFlatImagesIsZero.
func TestGradientEqualsCentralDifferences(t *testing.T) {
	g := grid()
	vanishes := map[string]bool{"tv": true, "tsv": true, "tv_channel": true, "uv_sparsity": true}
	for _, channels := range []int{1, 3} {
		c := scale(g)
		c.Channels = channels
		c.Prior = randomImage(g, 1)
		slices.Reverse(c.Prior)
		n := channels * g.Len()
		mean := c.FluxJy / float64(g.Len())
		images := map[string]struct {
			x []float64
			h float64
		}{
			"random": {randomCube(g, channels, c.FluxJy), 1e-5 * mean},
			"flat":   {slices.Repeat([]float64{mean}, n), 1e-5 * mean},
			"black":  {make([]float64, n), 3e-9 * mean},
		}
		for name, image := range images {
			for _, p := range all(t, c) {
				if name != "random" && vanishes[p.Name] {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%d", p.Name, name, channels), func(t *testing.T) {
					radiotest.Gradient(t, p.Term.ValueGrad, image.x, image.h, radiotest.DefaultGradient)
				})
			}
		}
	}
}

// Values and gradients are finite on images without structure, of a single pixel, row or column, and with a single bright pixel.
func TestRegularizersAreFinite(t *testing.T) {
	for _, g := range []radio.Grid{
		{NX: 1, NY: 1, CellRad: 1e-11}, {NX: 5, NY: 1, CellRad: 1e-11}, {NX: 1, NY: 4, CellRad: 1e-11}, {NX: 2, NY: 2, CellRad: 1e-11}, grid(),
	} {
		c := infer.Scale{Grid: g, FluxJy: 0.6, Channels: 2}
		if g.NX > 2 {
			c.BeamRad = 3 * g.CellRad
		}
		list := names + ",tv_channel"
		if g.NX <= 2 {
			list = strings.Replace(list, ",uv_sparsity", "", 1) // has nothing beyond a beam of ten pixels there
		}
		n := 2 * g.Len()
		point := make([]float64, n)
		point[n-1] = 1e6
		for name, x := range map[string][]float64{"black": make([]float64, n), "flat": slices.Repeat([]float64{0.01}, n), "point": point} {
			for _, p := range parse(t, list, c) {
				grad := make([]float64, n)
				v, err := p.Term.ValueGrad(grad, x)
				if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < -1e-12 {
					t.Errorf("%s of a %s image of %d x %d: value %g, error %v", p.Name, name, g.NX, g.NY, v, err)
				}
				if i := slices.IndexFunc(grad, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); i >= 0 {
					t.Errorf("%s of a %s image of %d x %d: gradient %g at pixel %d", p.Name, name, g.NX, g.NY, grad[i], i)
				}
			}
		}
	}
}

// A cube has the sum over its channels, each with its own prior.
func TestCubesSumOverChannels(t *testing.T) {
	const channels = 3
	g := grid()
	c := scale(g)
	c.Prior = randomCube(g, channels, 2)
	x := randomCube(g, channels, c.FluxJy)
	slices.Reverse(x)
	cube := c
	cube.Channels = channels
	for _, p := range parse(t, strings.Replace(names, ",rl1", "", 1), cube) { // rl1 weighs all channels on one scale
		want := 0.0
		for k := range channels {
			plane := c
			plane.Prior = c.Prior[k*g.Len() : (k+1)*g.Len()]
			want += value(t, parse(t, p.Name, plane)[0], x[k*g.Len():(k+1)*g.Len()])
		}
		// Rounding of sums of some hundred terms.
		if got := value(t, p, x); math.Abs(got-want) > 1e-13*math.Abs(want) {
			t.Errorf("%s of the cube is %.15g, the sum of its channels %.15g", p.Name, got, want)
		}
	}
}

// A flat image is the minimum of TV and TSV: value and gradient are zero, not merely small, and no pixel moves without a cost.
func TestVariationOfFlatImagesIsZero(t *testing.T) {
	g := grid()
	c := scale(g)
	c.Channels = 2
	n := 2 * g.Len()
	for _, level := range []float64{0, 0.01} {
		for _, p := range parse(t, "tv,tsv,tv_channel", c) {
			x, grad := slices.Repeat([]float64{level}, n), make([]float64, n)
			value, err := p.Term.ValueGrad(grad, x)
			if err != nil || value != 0 || slices.ContainsFunc(grad, func(v float64) bool { return v != 0 }) {
				t.Errorf("%s at %g: value %g, gradient %v, error %v; want 0", p.Name, level, value, grad, err)
			}
			for i := range x {
				x[i] += 1e-3
				if value, err := p.Term.ValueGrad(nil, x); err != nil || value <= 0 {
					t.Errorf("%s at %g with pixel %d moved: value %g, error %v; want > 0", p.Name, level, i, value, err)
				}
				x[i] = level
			}
		}
	}
}

// No rounding ε makes a NaN on images without structure.
func TestTVIsFiniteForEveryEps(t *testing.T) {
	g := grid()
	for _, eps := range []float64{1e-300, 1e-160, 1e-20, 1e-3, 1, 1e10} {
		for _, level := range []float64{0, 0.01} {
			c := scale(g)
			c.TVEps = eps
			tv, err := infer.NewTV(c)
			if err != nil {
				t.Fatal(err)
			}
			grad := make([]float64, g.Len())
			value, err := tv.ValueGrad(grad, slices.Repeat([]float64{level}, g.Len()))
			if err != nil || math.Abs(value) > 1e-12*eps || slices.ContainsFunc(grad, func(v float64) bool { return v != 0 }) {
				t.Errorf("eps %g, flat image of %g: value %g, gradient %v, error %v; want 0 to rounding of eps", eps, level, value, grad, err)
			}
		}
	}
}

// Entropy is zero, with zero gradient, at the prior, and positive elsewhere. The prior's own flux does not matter.
func TestEntropyIsZeroAtPrior(t *testing.T) {
	c := scale(grid())
	c.Prior = randomImage(c.Grid, 5)
	entropy, err := infer.NewEntropy(c)
	if err != nil {
		t.Fatal(err)
	}
	x := slices.Clone(c.Prior)
	total := 0.0
	for _, v := range x {
		total += v
	}
	for i := range x {
		x[i] *= c.FluxJy / total
	}
	grad := make([]float64, len(x))
	value, err := entropy.ValueGrad(grad, x)
	// Rounding of terms of order 1: a few 1e-16, 1e-14 with the logarithm of a ratio that is off by one bit.
	if err != nil || math.Abs(value) > 1e-14 || worst(grad, make([]float64, len(grad))) > 1e-14 {
		t.Errorf("at the prior: value %g, gradient up to %g, error %v; want 0", value, worst(grad, make([]float64, len(grad))), err)
	}
	if value, err := entropy.ValueGrad(nil, randomImage(c.Grid, 0.3)); err != nil || value <= 0 {
		t.Errorf("away from the prior: value %g, error %v; want > 0", value, err)
	}
}

func TestParseRegularizers(t *testing.T) {
	c := scale(grid())
	parts, err := infer.ParseRegularizers("entropy=2, tv=0.5,l1", c)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []infer.Part{{Name: "entropy", Weight: 200}, {Name: "tv", Weight: 5}, {Name: "l1", Weight: 10}} {
		if parts[i].Name != want.Name || parts[i].Weight != want.Weight {
			t.Errorf("part %d is %s with weight %g, want %s with %g", i, parts[i].Name, parts[i].Weight, want.Name, want.Weight)
		}
	}
	for list, want := range map[string]string{
		"entropie":  `known are entropy, l1, rl1, tv, tv_channel, tsv, sara, psd, edge, flux, centroid, compact, uv_sparsity; did you mean "entropy"?`,
		"TSV":       `did you mean "tsv"`,
		"tv_chanel": `did you mean "tv_channel"`,
		"tv=high":   `strength "high"`,
		"tv=-1":     `strength "-1"`,
		"tv=NaN":    `strength "NaN"`,
		"tv,tv=2":   "listed twice",
	} {
		if _, err := infer.ParseRegularizers(list, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", list, err, want)
		}
	}
}

// invariant are the regularizers of physical scales. Wavelets have the size of pixels.
const invariant = "entropy,l1,rl1,tv,tsv,psd,edge,flux,centroid,compact,uv_sparsity"

// A regularizer of a smooth image depends little on the cell: four times the pixels change it by less than a tenth. The image has
// a spot smaller than the beam away from the centre, and a halo that reaches the edge, so that every regularizer sees something.
func TestRegularizersDoNotDependOnCell(t *testing.T) {
	coarse := scale(radio.Grid{NX: 32, NY: 32, CellRad: 2 * radio.Microarcsecond})
	coarse.BeamRad = 12 * radio.Microarcsecond
	fine := coarse
	fine.Grid = radio.Grid{NX: 64, NY: 64, CellRad: radio.Microarcsecond}
	a, b := parse(t, invariant, coarse), parse(t, invariant, fine)
	for i := range a {
		va, vb := value(t, a[i], spotAndHalo(coarse)), value(t, b[i], spotAndHalo(fine))
		if math.Abs(va/vb-1) > 0.1 || va < 1e-3 {
			t.Errorf("%s: %g on the coarse grid, %g on the fine one", a[i].Name, va, vb)
		}
	}
}

func spotAndHalo(c infer.Scale) []float64 {
	x := gaussian(c.Grid, 0.5*c.FluxJy, 3.4*radio.Microarcsecond, 6*radio.Microarcsecond, -8*radio.Microarcsecond)
	for i, v := range gaussian(c.Grid, 0.9*c.FluxJy, 21*radio.Microarcsecond, 0, 0) {
		x[i] += v
	}
	return x
}

// gaussian is a Gaussian of standard deviation sigma at (l, m), sampled, whose flux on an infinite grid is flux.
func gaussian(g radio.Grid, flux, sigma, l, m float64) []float64 {
	x := make([]float64, g.Len())
	peak := flux * g.CellRad * g.CellRad / (2 * math.Pi * sigma * sigma)
	for i := range x {
		dl, dm := (g.L(i%g.NX)-l)/sigma, (g.M(i/g.NX)-m)/sigma
		x[i] = peak * math.Exp(-(dl*dl+dm*dm)/2)
	}
	return x
}

func TestRegularizersKeepNoTensors(t *testing.T) {
	before := torch.Live()
	g := grid()
	x := randomImage(g, 0.6)
	for _, p := range all(t, scale(g)) {
		if _, err := p.Term.ValueGrad(make([]float64, len(x)), x); err != nil {
			t.Fatal(err)
		}
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}

func randomCube(g radio.Grid, channels int, flux float64) []float64 {
	rng := rand.New(rand.NewPCG(5, 6))
	x := make([]float64, channels*g.Len())
	for i := range x {
		x[i] = 2 * rng.Float64() * flux / float64(g.Len())
	}
	return x
}
