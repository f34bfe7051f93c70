package radio_test

import (
	"fmt"
	"math"
	"math/cmplx"

	"fringe/radio"
)

// Three stations with phase errors of 1, 2 and 3 rad: the visibilities are spoiled, the closure phase is the sky's 0.5 rad.
func ExampleClosurePhases() {
	v := &radio.Visibilities{
		U: make([]float64, 3), V: make([]float64, 3),
		Vis:    []complex128{cmplx.Rect(1, 1-2), cmplx.Rect(1, 2-3), cmplx.Rect(1, 0.5+3-1)},
		Weight: []float64{300, 300, 300}, Ant1: []int{0, 1, 2}, Ant2: []int{1, 2, 0},
		TimeSec: make([]float64, 3), IntSec: make([]float64, 3), FreqHz: []float64{1e9, 1e9, 1e9},
		Stations: make([]radio.Station, 3),
	}
	c := radio.ClosurePhases(v, 0)
	fmt.Printf("%d closure phase: |ψ| = %.2f ± %.2f rad\n", c.Len(), math.Abs(c.Value[0]), c.Sigma[0])
	// Output: 1 closure phase: |ψ| = 0.50 ± 0.10 rad
}
