package measure_test

import (
	"fmt"

	"fringe/measure"
	"fringe/radio"
)

// A point of 2 Jy at the phase centre, seen on six baselines: the dirty image is twice the beam.
func ExampleNewProducts() {
	v := &radio.Visibilities{
		U: []float64{3e9, 0, 2e9, -2e9, 5e9, 1e9}, V: []float64{0, 3e9, 2e9, 2e9, 1e9, 5e9}, Vis: []complex128{2, 2, 2, 2, 2, 2},
		Weight: []float64{1e4, 1e4, 1e4, 1e4, 1e4, 1e4},
	}
	g := radio.Grid{NX: 64, NY: 64, CellRad: 3 * radio.Microarcsecond}
	p, err := measure.NewProducts(v, g, nil, radio.Weighting{Scheme: radio.Briggs, Robust: 0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	centre := g.NY/2*g.NX + g.NX/2
	fmt.Printf("%.3f Jy/beam, beam %v\n", p.Dirty[centre], p.Restoring)
	// Output: 2.000 Jy/beam, beam 31 x 24.8 uas at -45 deg
}
