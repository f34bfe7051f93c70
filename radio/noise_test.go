package radio_test

import (
	"math"
	"testing"

	"fringe/radio"
)

func TestNoiseFloorAndSystematicErrorAddInQuadrature(t *testing.T) {
	v := &radio.Visibilities{
		U: make([]float64, 3), V: make([]float64, 3),
		Vis:    []complex128{3 + 4i, 1, 100}, // the brightest is flagged and must not set the floor
		Weight: []float64{4, 1, 0},
		Ant1:   make([]int, 3), Ant2: []int{1, 1, 1},
		TimeSec: make([]float64, 3), IntSec: make([]float64, 3), FreqHz: make([]float64, 3),
		Stations: make([]radio.Station, 2),
	}
	floor, systematic := v.WithNoiseFloor(0.1), v.WithSystematic(0.1)
	for k, want := range []struct{ floor, systematic float64 }{
		{1 / (0.25 + 0.25), 1 / (0.25 + 0.25)}, // 0.1·5 Jy both ways
		{1 / (1 + 0.25), 1 / (1 + 0.01)},
		{0, 0},
	} {
		if math.Abs(floor.Weight[k]-want.floor) > 1e-15 || math.Abs(systematic.Weight[k]-want.systematic) > 1e-15 {
			t.Errorf("visibility %d: weights %g and %g, want %g and %g", k, floor.Weight[k], systematic.Weight[k], want.floor, want.systematic)
		}
	}
	if v.Weight[0] != 4 {
		t.Error("the original was changed")
	}
}
