package calibrate_test

import (
	"strings"
	"testing"

	"fringe/calibrate"
	"fringe/radio"
)

// Data of unknown stations have no gains: solving and applying say so.
func TestDataWithoutStations(t *testing.T) {
	v := &radio.Visibilities{U: []float64{1}, V: []float64{1}, Vis: []complex128{1}, Weight: []float64{1}, Ant1: []int{radio.NoStation},
		Ant2: []int{radio.NoStation}, TimeSec: []float64{0}, IntSec: []float64{0}, FreqHz: []float64{1e9}}
	_, solve := calibrate.Solve(v, []complex128{1}, calibrate.Config{})
	_, apply := calibrate.Table{}.Apply(v)
	for name, err := range map[string]error{"Solve": solve, "Apply": apply} {
		if err == nil || !strings.Contains(err.Error(), "the stations of some visibilities are unknown") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
