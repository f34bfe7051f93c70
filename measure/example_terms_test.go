package measure_test

import (
	"fmt"
	"slices"

	"fringe/measure"
	"fringe/radio"
)

// A hundred visibilities of a point source of 1 Jy, σ = 0.1 Jy, of which one is off: by how many standard errors, σ/10, does the
// flux move that fits best? The table is that of docs/guide/data-terms.md.
func ExampleNewRobustVis() {
	fmt.Println("outlier  Gaussian  Huber(3)  StudentT(4)")
	for _, off := range []float64{0, 2, 5, 20, 100, 1000} {
		fmt.Printf("%5g σ", off)
		for _, density := range []measure.Density{measure.Gaussian{}, measure.Huber{}, measure.StudentT{}} {
			flux, err := fitFlux(density, off)
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Printf("  %8.2f", (flux-1)/0.01)
		}
		fmt.Println()
	}
	// Output:
	// outlier  Gaussian  Huber(3)  StudentT(4)
	//     0 σ      0.00      0.00      0.00
	//     2 σ      0.20      0.20      0.10
	//     5 σ      0.50      0.30      0.07
	//    20 σ      2.00      0.30      0.02
	//   100 σ     10.00      0.30      0.00
	//  1000 σ    100.00      0.30      0.00
}

// fitFlux returns the flux of a single pixel that fits best when one visibility of a hundred is off by so many σ.
func fitFlux(density measure.Density, off float64) (float64, error) {
	const n = 100
	v := &radio.Visibilities{U: make([]float64, n), V: make([]float64, n),
		Vis: slices.Repeat([]complex128{1}, n), Weight: slices.Repeat([]float64{100}, n)}
	v.Vis[7] += complex(0.1*off, 0)
	term, err := measure.NewRobustVis(v, density)
	if err != nil {
		return 0, err
	}
	pixel := radio.Grid{NX: 1, NY: 1, CellRad: radio.Milliarcsecond}
	l := measure.Likelihood{Op: radio.NewDFT(pixel, v.U, v.V), Terms: []measure.Weighted{{Term: term, Weight: 1}}}
	low, high := 0.9, 3.0 // the gradient is negative at the one and positive at the other
	for high-low > 1e-9 {
		middle, grad := (low+high)/2, []float64{0}
		if _, err := l.ValueGrad(grad, []float64{middle}); err != nil {
			return 0, err
		}
		if grad[0] < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return high, nil
}
