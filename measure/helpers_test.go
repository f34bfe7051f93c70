package measure_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/internal/torch"
	"fringe/radio"
)

// cell is that of a 64-pixel, 128 µas field.
const cell = 2 * radio.Microarcsecond

// grids are odd, even, rectangular and degenerate.
var grids = []radio.Grid{
	{NX: 16, NY: 16, CellRad: cell}, {NX: 15, NY: 15, CellRad: cell}, {NX: 12, NY: 17, CellRad: cell},
	{NX: 9, NY: 14, CellRad: cell}, {NX: 1, NY: 5, CellRad: cell}, {NX: 1, NY: 1, CellRad: cell},
}

// observation returns n visibilities on random baselines within the range of the cell, with random values and weights.
func observation(rng *rand.Rand, n int) *radio.Visibilities {
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	limit := 0.5 / cell
	for range n {
		v.U = append(v.U, (2*rng.Float64()-1)*limit)
		v.V = append(v.V, (2*rng.Float64()-1)*limit)
		v.Vis = append(v.Vis, complex(rng.NormFloat64(), rng.NormFloat64()))
		v.Weight = append(v.Weight, 1e4*(0.1+rng.Float64()))
		v.Ant1, v.Ant2 = append(v.Ant1, 0), append(v.Ant2, 1)
		v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 1), append(v.FreqHz, 230e9)
	}
	return v
}

func randomImage(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.Float64()
	}
	return x
}

// relative returns ‖a − b‖/‖b‖.
func relative(a, b []float64) float64 {
	d, n := 0.0, 0.0
	for i := range b {
		d += (a[i] - b[i]) * (a[i] - b[i])
		n += b[i] * b[i]
	}
	return math.Sqrt(d / n)
}

// noLeaks runs f and checks that it leaves no tensors behind.
func noLeaks(t *testing.T, f func(s *torch.Scope) error) {
	t.Helper()
	before := torch.Live()
	if err := torch.Do(f); err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}
