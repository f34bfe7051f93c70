package data_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"fringe/data"
)

// The name "all" stands for each family in equal shares, besides those that are named.
func TestAllFamiliesAreDrawnByOneName(t *testing.T) {
	c := data.SkyConfig{Families: map[string]float64{"all": 1, "jet": 2}}.WithDefaults()
	share := 1 / float64(len(names()))
	for _, name := range names() {
		want := share
		if name == "jet" {
			want += 2
		}
		if got := c.Families[name]; math.Abs(got-want) > 1e-15 {
			t.Errorf("%s has a weight of %g, not %g", name, got, want)
		}
	}
	if len(c.Families) != len(names()) {
		t.Errorf("%d families, not %d: %v", len(c.Families), len(names()), slices.Sorted(maps.Keys(c.Families)))
	}
}

// A config without families draws the compact ones, whatever else there is to draw.
func TestNoFamiliesMeansTheCompactOnes(t *testing.T) {
	want := map[string]float64{"ring": 3, "disc": 2, "gaussian": 3, "jet": 4, "blobs": 3, "field": 3, "mixed": 2}
	if got := (data.SkyConfig{}).WithDefaults().Families; !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
