package infer_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"fringe/infer"
	"fringe/radio"
)

// The score is a parabola in the logarithm of the strength, with its minimum at 0.02.
func ExampleSearchStrengths() {
	imager := infer.Validation{
		Folds: 3,
		Fit: func(_ context.Context, fold int, strengths, start []float64) ([]float64, error) {
			return []float64{strengths[0]}, nil
		},
		Score: func(fold int, image []float64) (float64, error) {
			off := math.Log10(image[0] / 0.02)
			return 1 + off*off + 0.01*float64(fold), nil
		},
	}
	table, err := infer.SearchStrengths(context.Background(), imager, []float64{1}, infer.CVConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f after %d candidates\n", table.Strengths()[0], len(table.Candidates))
	// Output: 0.018 after 8 candidates
}

// Choosing the strength of total squared variation for 300 noisy visibilities of a Gaussian.
func ExampleStrengthSearch() {
	grid := radio.Grid{NX: 16, NY: 16, CellRad: 1e-9}
	rng := rand.New(rand.NewPCG(1, 2))
	vis := &radio.Visibilities{}
	for range 300 {
		vis.U, vis.V = append(vis.U, (rng.Float64()-0.5)/grid.CellRad), append(vis.V, (rng.Float64()-0.5)/grid.CellRad)
		vis.Vis, vis.Weight = append(vis.Vis, 0), append(vis.Weight, 1/(0.2*0.2))
		vis.Ant1, vis.Ant2, vis.FreqHz = append(vis.Ant1, -1), append(vis.Ant2, -1), append(vis.FreqHz, 1e9)
		vis.TimeSec, vis.IntSec = append(vis.TimeSec, 0), append(vis.IntSec, 0)
	}
	sky, _ := infer.StartGaussian(grid, 1, 5*grid.CellRad)
	radio.NewDFT(grid, vis.U, vis.V).Forward(vis.Vis, sky)
	for k := range vis.Vis {
		vis.Vis[k] += complex(0.2*rng.NormFloat64(), 0.2*rng.NormFloat64())
	}

	folds, err := radio.CellFolds(vis, grid, 4, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	tsv, _ := infer.NewTSV(infer.Scale{Grid: grid, FluxJy: 1, BeamRad: 2 * grid.CellRad})
	start, _ := infer.StartFlat(grid, 1)
	problem := infer.Problem{Grid: grid, Start: start, Terms: []infer.Part{{Name: "tsv", Weight: 100, Term: tsv}}}
	problem, table, err := infer.StrengthSearch{Vis: vis, Folds: folds}.Choose(context.Background(), problem, infer.CVConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s has weight %.0f, held-out χ² %.2f\n", problem.Terms[0].Name, problem.Terms[0].Weight, table.Candidates[table.Chosen].Mean)
	// Output: tsv has weight 1000, held-out χ² 1.14
}
