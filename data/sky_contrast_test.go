package data_test

import (
	"math"
	"slices"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// a = (1 + (a − 1)·σ)^(1/σ₀) takes the level σ₀ to σ, as the authors of AIRI solve it, but for their a in place of a − 1.
func TestSteepnessSolvesTheEquation(t *testing.T) {
	for _, level := range []float64{1e-3, 0.01, 0.1} {
		for _, dynamic := range []float64{1.5 / level, 1e4, 5e5} {
			a := math.Exp(data.Steepness(level, dynamic))
			if want := math.Pow(1+(a-1)/dynamic, 1/level); math.Abs(a/want-1) > 1e-6 {
				t.Errorf("level %g to 1/%g: a is %g, not %g", level, dynamic, a, want)
			}
		}
		if steep := data.Steepness(level, 1/level); steep > 1e-6 {
			t.Errorf("level %g is 1/%g already, and ln a is %g", level, 1/level, steep)
		}
	}
}

// raisedSky draws a sky of a family with a dynamic range.
func raisedSky(t *testing.T, family string, index uint64, dynamic float64, g radio.Grid) data.Sky {
	t.Helper()
	c := data.SkyConfig{Families: map[string]float64{family: 1}, DynamicRange: data.Range{dynamic, dynamic}}
	sky, err := c.Draw(data.Training, data.Rng(9, data.Training, data.SkyStream, index), g)
	if err != nil {
		t.Fatal(err)
	}
	return sky
}

// On a grid as fine as the samples, where pixels average over nothing, the median brightness of the emission, or a tenth of the peak when
// that is less, lies at 1/range of the peak: within a factor of 1.5, as the samples are not those at which the peak was looked for, and it
// is steep there. Brightness keeps its order, the flux is 1, and the border stays dark on the grid of the draw.
func TestDynamicRangeIsReached(t *testing.T) {
	fine := radio.Grid{NX: 256, NY: 256, CellRad: grid.CellRad / 4}
	for _, family := range names() {
		for index, dynamic := range []float64{10, 300, 1e4, 5e5} {
			sky := raisedSky(t, family, uint64(index), dynamic, grid)
			if err := proper(grid, sky.Render(grid)); err != nil {
				t.Errorf("%s with a range of %g: %v", family, dynamic, err)
			}
			before, raised := data.Unraised(sky)
			drawn, got := before.Render(fine), sky.Render(fine)
			order := emission(drawn)
			k := order[len(order)/2]
			for i := len(order) / 2; i > 0 && drawn[k] > 0.1*slices.Max(drawn); i-- {
				k = order[i]
			}
			if reached := slices.Max(got) / got[k] / dynamic; reached < 1/1.5 || raised && reached > 1.5 {
				t.Errorf("%s: a range of %g was asked for and reached to %.3f", family, dynamic, reached)
			}
			for i, k := range order[1:] {
				if before := order[i]; drawn[before] < 0.999*drawn[k] && got[before] > got[k] {
					t.Fatalf("%s with a range of %g: %g < %g became %g > %g", family, dynamic, drawn[before], drawn[k], got[before], got[k])
				}
			}
		}
	}
}

// emission returns the pixels above 1e-3 of the peak and not in the tapered border, from faint to bright.
func emission(img []float64) (order []int) {
	peak := slices.Max(img)
	for k, b := range img {
		if x, y := k%256, k/256; b > 1e-3*peak && min(x, y, 255-x, 255-y) > 256/16 {
			order = append(order, k)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return int(math.Copysign(1, img[a]-img[b])) })
	return order
}

// A sky with a raised dynamic range is one brightness for all grids: rendered three times finer and added up it is the same, to 1 % of
// the peak.
func TestDynamicRangeAgreesBetweenGrids(t *testing.T) {
	fine := radio.Grid{NX: 192, NY: 192, CellRad: grid.CellRad / 3}
	for _, family := range names() {
		sky := raisedSky(t, family, 1, 1e4, grid)
		if worst := difference(sky.Render(grid), sky.Render(fine)); worst > 0.01 {
			t.Errorf("%s: renderings differ by %.2g of the peak", family, worst)
		}
	}
}

func TestDynamicRangeIsValidated(t *testing.T) {
	for _, r := range []data.Range{{1, 100}, {100, 50}, {10, 1e6}, {math.NaN(), 100}} {
		if err := (data.SkyConfig{DynamicRange: r}).Validate(); err == nil {
			t.Errorf("%v: no error", r)
		}
	}
}

// Of 400 skies with a share of a quarter, between 65 and 135 are raised: four standard deviations of the binomial, 8.7, either way.
func TestDynamicShare(t *testing.T) {
	c := data.SkyConfig{Families: map[string]float64{"gaussian": 1}, DynamicRange: data.Range{1e4, 1e4}, DynamicShare: 0.25}
	count := 0
	for index := range uint64(400) {
		sky, err := c.Draw(data.Training, data.Rng(3, data.Training, data.SkyStream, index), grid)
		if err != nil {
			t.Fatal(err)
		}
		if _, raised := data.Unraised(sky); raised {
			count++
		}
	}
	if count < 65 || count > 135 {
		t.Errorf("%d of 400 skies are raised, a quarter was asked for", count)
	}
	for _, c := range []data.SkyConfig{{DynamicShare: 0.5}, {DynamicRange: data.Range{10, 100}, DynamicShare: 2}, {DynamicRange: data.Range{10, 100}, DynamicShare: -1}} {
		if err := c.Validate(); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}
