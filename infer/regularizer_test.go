package infer_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/radio/radiotest"
)

func all(t *testing.T, c infer.Scale) []infer.Part {
	t.Helper()
	parts, err := infer.ParseRegularizers("entropy,l1,tv,tsv", c)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// The gradient of every regularizer equals central differences, element by element. On a flat or black image the steps h must
// be small against the scale on which the function bends (δ of entropy, ε of TV). The prior of entropy is not flat, so that its
// gradient does not vanish there; that of TV and TSV does, see the next test.
func TestGradientEqualsCentralDifferences(t *testing.T) {
	g := grid()
	mean := 0.6 / float64(g.Len())
	images := map[string]struct {
		x []float64
		h float64
	}{
		"random": {randomImage(g, 0.6), 1e-5 * mean},
		"flat":   {slices.Repeat([]float64{mean}, g.Len()), 1e-5 * mean},
		"black":  {make([]float64, g.Len()), 3e-9 * mean},
	}
	for name, image := range images {
		c := scale(g)
		c.Prior = randomImage(g, 1)
		slices.Reverse(c.Prior)
		for _, p := range all(t, c) {
			if flat := name != "random"; flat && (p.Name == "tv" || p.Name == "tsv") {
				continue
			}
			t.Run(p.Name+"/"+name, func(t *testing.T) {
				radiotest.Gradient(t, p.Term.ValueGrad, image.x, image.h, radiotest.DefaultGradient)
			})
		}
	}
}

// A flat image is the minimum of TV and TSV: value and gradient are zero, not merely small, and no pixel moves without a cost.
func TestVariationOfFlatImagesIsZero(t *testing.T) {
	g := grid()
	for _, level := range []float64{0, 0.01} {
		for _, p := range all(t, scale(g))[2:] {
			x, grad := slices.Repeat([]float64{level}, g.Len()), make([]float64, g.Len())
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

// TV and TSV equal a double loop over the pixels to rounding (sums of some 40 terms: 1e-13 relative).
func TestVariationEqualsDoubleLoop(t *testing.T) {
	g := grid()
	c := scale(g)
	x := randomImage(g, c.FluxJy)
	b := c.BeamRad / g.CellRad
	eps := 1e-3 * c.FluxJy / (b * b * b)
	var tv, tsv float64
	for y := range g.NY {
		for col := range g.NX {
			var dx, dy float64
			if col+1 < g.NX {
				dx = x[y*g.NX+col+1] - x[y*g.NX+col]
			}
			if y+1 < g.NY {
				dy = x[(y+1)*g.NX+col] - x[y*g.NX+col]
			}
			tv += math.Sqrt(dx*dx+dy*dy+eps*eps) - eps
			tsv += dx*dx + dy*dy
		}
	}
	want := map[string]float64{"tv": tv * b / c.FluxJy, "tsv": tsv * math.Pow(b*b/c.FluxJy, 2)}
	for _, p := range all(t, c) {
		w, ok := want[p.Name]
		if !ok {
			continue
		}
		if got, err := p.Term.ValueGrad(nil, x); err != nil || math.Abs(got-w) > 1e-13*w {
			t.Errorf("%s = %v (error %v), the double loop gives %v", p.Name, got, err, w)
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
		"entropie": "known are entropy, l1, tv, tsv",
		"tv=high":  `strength "high"`,
		"tv=-1":    `strength "-1"`,
		"tv=NaN":   `strength "NaN"`,
		"tv,tv=2":  "listed twice",
	} {
		if _, err := infer.ParseRegularizers(list, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", list, err, want)
		}
	}
}

// A regularizer of a smooth image depends little on the cell: twice the pixels change it by less than a tenth.
func TestRegularizersDoNotDependOnCell(t *testing.T) {
	coarse := scale(grid())
	coarse.Grid.NX, coarse.Grid.NY = 32, 32
	coarse.BeamRad = 12e-6 * 4.848e-6
	fine := coarse
	fine.Grid.NX, fine.Grid.NY, fine.Grid.CellRad = 64, 64, coarse.Grid.CellRad/2
	a, b := all(t, coarse), all(t, fine)
	for i := range a {
		va := gaussianValue(t, a[i], coarse)
		vb := gaussianValue(t, b[i], fine)
		if math.Abs(va/vb-1) > 0.1 {
			t.Errorf("%s: %g on the coarse grid, %g on the fine one", a[i].Name, va, vb)
		}
	}
}

func gaussianValue(t *testing.T, p infer.Part, c infer.Scale) float64 {
	t.Helper()
	x, err := infer.StartGaussian(c.Grid, c.FluxJy, 10*2*4.848e-12)
	if err != nil {
		t.Fatal(err)
	}
	value, err := p.Term.ValueGrad(nil, x)
	if err != nil {
		t.Fatal(err)
	}
	return value
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
