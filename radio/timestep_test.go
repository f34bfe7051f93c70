package radio_test

import (
	"testing"

	"fringe/radio"
)

// Two baselines, one of them written the other way round, every 10 s in two channels, in no order, with a pause, and one time twice.
func TestTimeStep(t *testing.T) {
	v := &radio.Visibilities{Stations: make([]radio.Station, 3)}
	add := func(a, b int, freq float64, times ...float64) {
		for _, s := range times {
			v.Ant1, v.Ant2, v.TimeSec, v.FreqHz = append(v.Ant1, a), append(v.Ant2, b), append(v.TimeSec, s), append(v.FreqHz, freq)
		}
	}
	add(0, 1, 1e9, 30, 0, 10, 10, 1000)
	add(1, 0, 1e9, 20)
	add(0, 1, 2e9, 3, 13, 23)
	add(2, 1, 1e9, 5)
	if got := v.TimeStep(); got != 10 {
		t.Errorf("steps of %g s, want 10", got)
	}
	one := &radio.Visibilities{Stations: v.Stations, Ant1: v.Ant1[:1], Ant2: v.Ant2[:1], TimeSec: v.TimeSec[:1], FreqHz: v.FreqHz[:1]}
	if got := one.TimeStep(); got != 0 {
		t.Errorf("one visibility has steps of %g s, want 0", got)
	}
	bare := &radio.Visibilities{Ant1: []int{radio.NoStation, radio.NoStation}, Ant2: []int{radio.NoStation, radio.NoStation}, TimeSec: []float64{0, 1}, FreqHz: []float64{1, 1}}
	if got := bare.TimeStep(); got != 0 {
		t.Errorf("no stations, steps of %g s, want 0", got)
	}
}
