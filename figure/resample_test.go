package figure

import (
	"slices"
	"testing"
)

// A single pixel of an image that is larger than its picture is there with its full value wherever it lies, one below zero too
// where signs count.
func TestShrinkingKeepsEveryPixel(t *testing.T) {
	const n, out = 331, 64
	for at := range n {
		img := make([]float64, n)
		img[at] = 2
		if got := slices.Max(resample(img, n, 1, out, 1, resampling{})); got != 2 {
			t.Fatalf("pixel %d has %g in the picture, want 2", at, got)
		}
		if got := slices.Max(resample(img, 1, n, 1, out, resampling{nearest: true})); got != 2 {
			t.Fatalf("row %d has %g in the picture, want 2", at, got)
		}
		img[at] = -2
		if got := slices.Min(resample(img, n, 1, out, 1, resampling{signed: true})); got != -2 {
			t.Fatalf("pixel %d has %g in the picture, want -2", at, got)
		}
		if got := slices.Min(resample(img, n, 1, out, 1, resampling{})); got != 0 {
			t.Fatalf("pixel %d is %g below zero where only brightness counts", at, got)
		}
	}
}
