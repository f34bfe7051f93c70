package figure

import (
	"bytes"
	"errors"
	"image/color"
	"image/png"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"fringe/radio"
)

// count returns how many pixels of a PNG have exactly a colour, left and right of the middle, above and below it.
func count(t *testing.T, b *bytes.Buffer, c color.RGBA) (quarter [2][2]int) {
	t.Helper()
	picture, err := png.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds().Size()
	if size.X != plotWidth || size.Y != plotHeight {
		t.Fatalf("size %v, want %d x %d", size, plotWidth, plotHeight)
	}
	for y := range size.Y {
		for x := range size.X {
			if color.RGBAModel.Convert(picture.At(x, y)) == c {
				quarter[2*y/size.Y][2*x/size.X]++
			}
		}
	}
	return quarter
}

// One bright visibility on a long baseline and a faint one on a short baseline: blue at the right, grey at the left, in both panels.
func TestRadial(t *testing.T) {
	v := &radio.Visibilities{
		U: []float64{1e9, 8e9, 8e9}, V: make([]float64, 3), Vis: []complex128{0.1i, 1, 100}, Weight: []float64{100, 100, 0},
		FreqHz: make([]float64, 3), TimeSec: make([]float64, 3),
	}
	var b bytes.Buffer
	if err := WriteRadial(&b, v); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	blue, grey := count(t, &b, dataColour), count(t, bytes.NewBufferString(text), faintColour)
	// A dot of radius 1.1 points or 2.2 pixels covers 15 pixels, of which some only in part. The legend at the upper right has a dot of each.
	const some = 5
	if blue[0][0]+blue[1][0] > 0 || blue[0][1] < some || blue[1][1] < some {
		t.Errorf("blue pixels %v, want some at the right of both panels and none at the left", blue)
	}
	if grey[0][0] < some || grey[1][0] < some || grey[1][1] > 0 {
		t.Errorf("grey pixels %v, want some at the left of both panels, and at the right none in the lower one", grey)
	}
	v.Vis[0] = cmplx.Inf()
	b.Reset()
	if err := WriteRadial(&b, v); err != nil {
		t.Errorf("an infinite visibility counts as flagged, got %v", err)
	}
	if grey := count(t, &b, faintColour); grey != [2][2]int{} {
		t.Errorf("grey pixels %v, want none of the infinite visibility", grey)
	}
	v.Weight = make([]float64, 3)
	if err := WriteRadial(&b, v); err == nil || !strings.Contains(err.Error(), "no unflagged visibilities") {
		t.Errorf("error %v, want one that says that all are flagged", err)
	}
}

// A point source has closure phases 0 in the middle of both panels, and the drawn area is that of the triangle.
func TestTriangles(t *testing.T) {
	v, _ := observation()
	for k := range v.Vis {
		v.Vis[k] = cmplx.Exp(complex(0, 1e-10*v.U[k]))
	}
	c := radio.ClosurePhases(v, 0)
	var b bytes.Buffer
	if err := WriteTriangles(&b, v, c); err != nil {
		t.Fatal(err)
	}
	if blue := count(t, &b, dataColour); blue[0][0]+blue[0][1] == 0 || blue[1][0]+blue[1][1] == 0 {
		t.Errorf("blue pixels %v, want some in both panels", blue)
	}
	// Right angle: legs of 3 and 4 enclose 6. The third baseline closes the triangle.
	right := &radio.Visibilities{U: []float64{3, 0, -3}, V: []float64{0, 4, -4}}
	if area := triangleArea(right, &radio.Closures{Order: 3, Index: []int32{0, 1, 2}}, 0); area != 6 {
		t.Errorf("area %g, want 6", area)
	}
	c.Value[0] = math.NaN()
	b.Reset()
	if err := WriteTriangles(&b, v, c); !errors.Is(err, ErrNotFinite) || b.Len() > 0 {
		t.Errorf("NaN: error %v, %d bytes; want %v and none", err, b.Len(), ErrNotFinite)
	}
	if err := WriteTriangles(&b, v, radio.LogClosureAmplitudes(v, 0)); err == nil || !strings.Contains(err.Error(), "want some of 3") {
		t.Errorf("error %v, want one that says that these are no closure phases", err)
	}
}
