package figure

import (
	"math"
	"slices"
	"testing"
)

// With a softening of 1, asinh(sinh 1) = 1 lies at half of asinh(sinh 2) = 2; negative values mirror positive ones.
func TestStretch(t *testing.T) {
	s := stretch{0, math.Sinh(2), 1}
	if got := s.position(math.Sinh(1)); math.Abs(got-0.5) > 1e-15 {
		t.Errorf("position %g, want 0.5", got)
	}
	both := stretch{-math.Sinh(2), math.Sinh(2), 1}
	if a, b := both.position(math.Sinh(1)), both.position(-math.Sinh(1)); math.Abs(a-0.75) > 1e-15 || math.Abs(b-0.25) > 1e-15 {
		t.Errorf("positions %g and %g, want 0.75 and 0.25", a, b)
	}
	if linear := (stretch{-1, 3, 0}); linear.position(1) != 0.5 || linear.position(-7) != 0 || linear.position(7) != 1 {
		t.Error("without softening the scale is not linear between its ends")
	}
	if got, want := (stretch{-0.005, 1.3, 0.005}).ticks(), []float64{0, 0.01, 0.1, 1}; !near(got, want) {
		t.Errorf("ticks %v, want %v", got, want)
	}
	if got, want := (stretch{0, 10, 0}).ticks(), []float64{0, 2, 4, 6, 8, 10}; !near(got, want) {
		t.Errorf("linear ticks %v, want %v", got, want)
	}
}

func near(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-12*math.Abs(y) })
}

// A tenth of a percent of the peak is black on a linear scale and seen on the other.
func TestSofteningShowsWhatIsFaint(t *testing.T) {
	img := make([]float64, grid.Len())
	for i := range img {
		img[i] = 1e-3
	}
	img[0] = 1
	brightness := func(style SkyStyle) uint32 {
		picture := render(t, img, grid, style)
		r := newSheet(grid, "").mapRect
		red, green, _, _ := picture.At(r.Min.X+r.Dx()/2, r.Min.Y+r.Dy()/3).RGBA()
		return (red + green) >> 8
	}
	if linear, bent := brightness(SkyStyle{}), brightness(SkyStyle{Softening: 1e-3}); linear > 10 || bent < 40 {
		t.Errorf("brightness %d linearly and %d with a softening, want none and some", linear, bent)
	}
}
