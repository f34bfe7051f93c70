package infer_test

import (
	"context"
	"fmt"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// The only datum is the total flux, so the image is the prior of entropy: a Gaussian.
func ExampleRML() {
	grid := radio.Grid{NX: 16, NY: 16, CellRad: 5 * radio.Microarcsecond}
	prior, err := infer.StartGaussian(grid, 1, 30*radio.Microarcsecond)
	if err != nil {
		fmt.Println(err)
		return
	}
	start, err := infer.StartFlat(grid, 0.3)
	if err != nil {
		fmt.Println(err)
		return
	}
	flux, err := measure.NewFlux(0.6, 0.01)
	if err != nil {
		fmt.Println(err)
		return
	}
	terms, err := infer.ParseRegularizers("entropy", infer.Scale{Grid: grid, FluxJy: 0.6, Prior: prior})
	if err != nil {
		fmt.Println(err)
		return
	}
	terms = append(terms, infer.Part{Name: flux.Name(), Weight: 1, Term: flux})
	result, err := infer.RML(context.Background(), infer.Problem{Grid: grid, Terms: terms, Start: start}, infer.RMLConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	peak, half := result.Image[8*16+8], result.Image[8*16+11]
	fmt.Printf("%s; half of the peak at 15 µas: %.2f\n", result.Stop, half/peak)
	// Output: converged; half of the peak at 15 µas: 0.50
}
