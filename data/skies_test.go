package data_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

var grid = radio.Grid{NX: 64, NY: 64, CellRad: 2 * radio.Microarcsecond}

func draw(t *testing.T, family string, index uint64) data.Sky {
	t.Helper()
	return drawOn(t, grid, family, index)
}

func drawOn(t *testing.T, g radio.Grid, family string, index uint64) data.Sky {
	t.Helper()
	c := data.SkyConfig{Families: map[string]float64{family: 1}}
	sky, err := c.Draw(data.Training, data.Rng(7, data.Training, data.SkyStream, index), g)
	if err != nil {
		t.Fatal(err)
	}
	return sky
}

// names are those of all families.
func names() (all []string) {
	for _, f := range data.AllFamilies() { // images need a folder
		if f.Name == "images" {
			continue
		}
		all = append(all, f.Name)
	}
	return all
}

// Ten thousand skies on a coarse grid, where everything is narrow: each is [proper], no two are equal, and none has structure that the
// pixels would alias. The narrowest Gaussian, two pixels wide, has 3.7 % of its flux at the highest frequency of the pixels.
func TestSkiesAreProper(t *testing.T) {
	coarse, draws := radio.Grid{NX: 32, NY: 32, CellRad: 1e-9}, 10000/len(names())
	if testing.Short() {
		draws /= 10
	}
	for _, family := range names() {
		t.Run(family, func(t *testing.T) {
			t.Parallel()
			seen, worst := map[float64]int{}, 0.0
			for index := range draws {
				img := drawOn(t, coarse, family, uint64(index)).Render(coarse)
				if err := proper(coarse, img); err != nil {
					t.Fatalf("sky %d: %v", index, err)
				}
				share := finest(img, 32)
				worst = max(worst, share)
				if other, ok := seen[share]; ok {
					t.Errorf("skies %d and %d are equal", other, index)
				}
				seen[share] = index
			}
			most := 0.05 // products of narrow profiles are a little narrower
			if data.Families()[family] > 0 || family == "composite" {
				most = 0.1 // what does not fit into so few pixels is shrunk, and shipped networks were trained on that
			}
			if worst > most {
				t.Errorf("%.3g of the flux of a sky is at the highest frequency of the pixels", worst)
			}
		})
	}
}

// finest returns the share of the flux of an image n pixels wide that is at the highest frequency of the pixels, in the worse direction.
func finest(img []float64, n int) float64 {
	east, north := 0.0, 0.0
	for k, b := range img {
		east += b * float64(1-k%n%2*2)
		north += b * float64(1-k/n%2*2)
	}
	return max(math.Abs(east), math.Abs(north))
}

// proper wants non-negative, finite pixels that sum to 1, a border that is dark, within 1/16 of the field less than 1 % of the peak, and
// there, where brightness is tapered, less than 1 % of the flux.
func proper(g radio.Grid, img []float64) error {
	sum, outer, peak := 0.0, 0.0, slices.Max(img)
	for k, b := range img {
		if !(b >= 0) || math.IsInf(b, 0) {
			return fmt.Errorf("pixel %d is %g", k, b)
		}
		sum += b
		x, y := k%g.NX, k/g.NX
		edge := min(x, y, g.NX-1-x, g.NY-1-y)
		if edge == 0 && b != 0 || edge < g.NX/16 && b > 0.01*peak {
			return fmt.Errorf("pixel (%d, %d) at the border is %.2g of the peak", x, y, b/peak)
		}
		if edge < g.NX/16 {
			outer += b
		}
	}
	if math.Abs(sum-1) > 1e-12 || outer > 0.01 {
		return fmt.Errorf("flux is %v, of which %.2g at the border", sum, outer)
	}
	return nil
}

func TestSkiesAreReproducibleAndDifferent(t *testing.T) {
	for _, family := range names() {
		a, again, b := draw(t, family, 1).Render(grid), draw(t, family, 1).Render(grid), draw(t, family, 2).Render(grid)
		if !slices.Equal(a, again) {
			t.Errorf("%s: equal seeds give different skies", family)
		}
		if slices.Equal(a, b) {
			t.Errorf("%s: two draws are equal", family)
		}
	}
}

// TestRenderAgreesBetweenGrids renders three times finer and adds up the pixels. The finer image is sampled six times per
// coarse pixel and the other four times, which differs by less than 1 % of the peak at the sharpest edges (2 pixels FWHM).
func TestRenderAgreesBetweenGrids(t *testing.T) {
	fine := radio.Grid{NX: 192, NY: 192, CellRad: grid.CellRad / 3}
	for _, family := range names() {
		worst := 0.0
		for index := range uint64(20) {
			sky := draw(t, family, index)
			worst = max(worst, difference(sky.Render(grid), sky.Render(fine)))
		}
		t.Logf("%s: %.2g of the peak", family, worst)
		if worst > 0.01 {
			t.Errorf("%s: renderings differ by %.2g of the peak", family, worst)
		}
	}
}

// difference returns by how much an image on grid differs from one on three times finer pixels, in units of its peak.
func difference(coarse, fine []float64) (worst float64) {
	sum := make([]float64, len(coarse))
	for k, b := range fine {
		// Fine column 96 is the phase centre, in the middle of coarse column 32.
		if x, y := (k%192+1)/3, (k/192+1)/3; x < 64 && y < 64 {
			sum[y*64+x] += b
		}
	}
	for k := range sum {
		worst = max(worst, math.Abs(sum[k]-coarse[k]))
	}
	return worst / slices.Max(coarse)
}

func TestFewRings(t *testing.T) {
	rings, n := 0, 3000
	for index := range n {
		sky, err := data.SkyConfig{}.Draw(data.Training, data.Rng(1, data.Training, data.SkyStream, uint64(index)), grid)
		if err != nil {
			t.Fatal(err)
		}
		if sky.Family == "ring" {
			rings++
		}
	}
	// 3 of 20 with a scatter of 0.65 %.
	if share := float64(rings) / float64(n); math.Abs(share-0.15) > 0.03 {
		t.Errorf("%.3f of the skies are rings, want 0.15", share)
	}
}

func TestRectangularAndOddGrids(t *testing.T) {
	for _, g := range []radio.Grid{{NX: 33, NY: 47, CellRad: 1e-6}, {NX: 128, NY: 40, CellRad: 1e-9}} {
		for index := range uint64(20) {
			sky, err := data.SkyConfig{}.Draw(data.Validation, data.Rng(1, data.Validation, data.SkyStream, index), g)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, b := range sky.Render(g) {
				sum += b
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Errorf("%v, %s sky %d: flux %v", g, sky.Family, index, sum)
			}
		}
	}
}

func TestSkyConfigValidate(t *testing.T) {
	for want, c := range map[string]data.SkyConfig{
		`no family "rings"`: {Families: map[string]float64{"rings": 1}},
		`weight of "jet"`:   {Families: map[string]float64{"jet": math.NaN()}},
		"all weights":       {Families: map[string]float64{"jet": 0}},
		"min_width_pixels":  {MinWidthPixels: 0.5},
		"max_extent":        {MaxExtent: 1},
		"max_offset":        {MaxOffset: -1},
	} {
		_, err := c.Draw(0, data.Rng(1, 0, 0, 0), grid)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", c, err, want)
		}
	}
	if _, err := (data.SkyConfig{}).Draw(0, data.Rng(1, 0, 0, 0), radio.Grid{NX: 8, NY: 8, CellRad: 1}); err == nil {
		t.Error("a grid of 8 pixels: no error")
	}
}

// TestSplitsAreDisjoint looks at the first numbers of many generators. That they come from different states follows from
// the construction of Rng; here all differ in what they give.
func TestSplitsAreDisjoint(t *testing.T) {
	seen := map[[2]uint64]string{}
	for _, split := range []data.Split{data.Training, data.Validation, data.Evaluation} {
		for _, stream := range []data.Stream{data.SkyStream, data.ObservationStream, data.NoiseStream} {
			for index := range uint64(3000) {
				if index >= 2900 {
					index = data.MaxIndex - index
				}
				rng, name := data.Rng(5, split, stream, index), fmt.Sprintf("%s stream %d index %d", split, stream, index)
				first := [2]uint64{rng.Uint64(), rng.Uint64()}
				if other, ok := seen[first]; ok {
					t.Fatalf("%s starts as %s", name, other)
				}
				seen[first] = name
			}
		}
	}
}

// A share of the flux does not depend on how many pixels there are: on 32 the fainter part of 400 skies comes near the smallest share of its
// range, 0.02. Of at least 80 parts that are uniform in the logarithm none would be within 0.03 once in 1e6 times.
func TestSharesOfFluxAreNoLengths(t *testing.T) {
	few := radio.Grid{NX: 32, NY: 32, CellRad: 1e-9}
	for _, family := range []string{"crescent", "mring"} {
		faintest := 1.0
		for index := range uint64(400) {
			if fluxes := data.Fluxes(drawOn(t, few, family, index)); len(fluxes) == 2 {
				faintest = min(faintest, fluxes[1])
			}
		}
		if !(faintest >= 0.02 && faintest < 0.03) {
			t.Errorf("%s: the faintest part has %.3g of the flux of the other", family, faintest)
		}
	}
}
