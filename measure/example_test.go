package measure_test

import (
	"fmt"
	"math"
	"slices"

	"fringe/measure"
	"fringe/radio"
)

// A point source of 2 Jy, three pixels North of the centre: the dirty image peaks there.
func ExampleNewGram() {
	g := radio.Grid{NX: 16, NY: 16, CellRad: 1 * radio.Milliarcsecond}
	v := &radio.Visibilities{U: []float64{4e7, 1e7, -6e7, 2e7}, V: []float64{0, 5e7, 3e7, -8e7},
		Vis: make([]complex128, 4), Weight: []float64{1, 1, 1, 1}}
	sky := make([]float64, g.Len())
	sky[11*g.NX+8] = 2
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, sky)

	gram, err := measure.NewGram(g, v)
	if err != nil {
		fmt.Println(err)
		return
	}
	peak := slices.Max(gram.Dirty)
	at := slices.Index(gram.Dirty, peak)
	fmt.Printf("%.3f Jy/beam at row %d, column %d\n", peak, at/g.NX, at%g.NX)
	// Output: 2.000 Jy/beam at row 11, column 8
}

// The true image of data without noise has χ² = 0, and a residual image that is black.
func ExampleQuadratic() {
	g := radio.Grid{NX: 16, NY: 16, CellRad: 1 * radio.Milliarcsecond}
	v := &radio.Visibilities{U: []float64{4e7, 1e7, -6e7, 2e7}, V: []float64{0, 5e7, 3e7, -8e7},
		Vis: []complex128{2, 2, 2, 2}, Weight: []float64{1, 1, 1, 1}}
	gram, err := measure.NewGram(g, v)
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := measure.NewQuadratic(gram) // a Gram for each spectral channel
	if err != nil {
		fmt.Println(err)
		return
	}
	defer q.Close()
	black, sky, grad := make([]float64, g.Len()), make([]float64, g.Len()), make([]float64, g.Len())
	sky[8*g.NX+8] = 2 // Jy at the phase centre
	first, err := q.ValueGrad(grad, black)
	if err != nil {
		fmt.Println(err)
		return
	}
	last, err := q.ValueGrad(nil, sky)
	fmt.Printf("%.3f, then 0: %v, %v\n", first, math.Abs(last) < 1e-12, err)
	// Output: 8.000, then 0: true, <nil>
}

// Closure phases do not see that every phase is wrong.
func ExampleLikelihood() {
	g := radio.Grid{NX: 16, NY: 16, CellRad: 1 * radio.Milliarcsecond}
	v := &radio.Visibilities{U: []float64{4e7, 1e7, -3e7}, V: []float64{0, 5e7, 5e7}, Vis: []complex128{1i, -2, 2i},
		Weight: []float64{100, 100, 100}, Ant1: []int{0, 0, 1}, Ant2: []int{1, 2, 2}, Stations: make([]radio.Station, 3),
		TimeSec: make([]float64, 3), FreqHz: []float64{1e9, 1e9, 1e9}, IntSec: make([]float64, 3)}
	phases, err := measure.NewClosurePhase(radio.ClosurePhases(v, 0))
	if err != nil {
		fmt.Println(err)
		return
	}
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-12)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer op.Close()
	sky := make([]float64, g.Len())
	sky[8*g.NX+8] = 1 // a point source has closure phase 0, and so has 90° + 90° − 180°
	l := measure.Likelihood{Op: op, Terms: []measure.Weighted{{Term: phases, Weight: 1}}}
	chi2, err := l.ReducedChi2(sky)
	fmt.Printf("%.3f %v\n", chi2["cphase"], err)
	// Output: 0.000 <nil>
}
