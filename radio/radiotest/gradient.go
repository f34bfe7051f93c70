package radiotest

import (
	"math"
	"slices"
	"testing"
)

// GradientTolerance bounds the relative differences between a gradient and central differences, over the checked elements.
type GradientTolerance struct{ Median, Max float64 }

// DefaultGradient is what a right gradient reaches in float64 with steps of about 1e-5 of the image's scale: truncation and
// rounding leave about 1e-9; a wrong factor, sign or conjugate is off by 1.
var DefaultGradient = GradientTolerance{Median: 1e-6, Max: 1e-4}

// gradientElements is the number of elements that are checked at most, evenly spread, the first and the last among them.
const gradientElements = 60

// Gradient compares the gradient that valueGrad writes at x with central differences of its value, with steps of h.
// Differences are relative to the larger of the element and 1e-3 of the largest element, below which rounding of the
// value hides the element. valueGrad must overwrite grad, accept a nil grad, and leave x alone.
func Gradient(t testing.TB, valueGrad func(grad, x []float64) (float64, error), x []float64, h float64, tol GradientTolerance) {
	t.Helper()
	x = slices.Clone(x)
	grad := make([]float64, len(x))
	for i := range grad {
		grad[i] = math.NaN()
	}
	before := slices.Clone(x)
	value, err := valueGrad(grad, x)
	if err != nil {
		t.Fatal(err)
	}
	if alone, err := valueGrad(nil, x); err != nil || alone != value {
		t.Errorf("value without gradient: got %g and %v, want %g", alone, err, value)
	}
	if !slices.Equal(x, before) {
		t.Error("the image was changed")
	}
	largest := 0.0
	for i, g := range grad {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			t.Fatalf("gradient element %d is %g", i, g)
		}
		largest = math.Max(largest, math.Abs(g))
	}
	errs := relativeErrors(t, valueGrad, x, grad, h, 1e-3*largest)
	slices.Sort(errs)
	if median, max := errs[len(errs)/2], errs[len(errs)-1]; !(median <= tol.Median && max <= tol.Max) {
		t.Errorf("gradient against central differences: median %.2g, max %.2g, want at most %g and %g", median, max, tol.Median, tol.Max)
	}
}

func relativeErrors(t testing.TB, valueGrad func(grad, x []float64) (float64, error), x, grad []float64, h, floor float64) []float64 {
	t.Helper()
	value := func(i int, at float64) float64 {
		old := x[i]
		x[i] = at
		f, err := valueGrad(nil, x)
		if err != nil {
			t.Fatal(err)
		}
		x[i] = old
		return f
	}
	var errs []float64
	count := min(len(x), gradientElements)
	for e := range count {
		i := 0
		if count > 1 {
			i = e * (len(x) - 1) / (count - 1)
		}
		difference := (value(i, x[i]+h) - value(i, x[i]-h)) / (2 * h)
		scale := math.Max(math.Abs(difference), floor)
		if scale == 0 {
			scale = 1
		}
		errs = append(errs, math.Abs(grad[i]-difference)/scale)
	}
	return errs
}
