package main

import (
	"fmt"
	"math/rand/v2"

	"fringe/radio"
	"fringe/train"
	"fringe/unrolled"
)

// unrolledConfig is the training file of an unrolled network. [networkConfig] reads the network back from a checkpoint.
type unrolledConfig struct {
	train.Config   `yaml:",inline"`
	Reconstruction train.ReconstructionConfig `yaml:"reconstruction"`
	Unrolled       unrolled.Config            `yaml:"unrolled"`
}

func newUnrolledTraining(text []byte, steps int) (*training, error) {
	var c unrolledConfig
	config, err := readTraining(text, steps, &c, &c.Config)
	if err != nil {
		return nil, err
	}
	net, err := unrolled.New(c.Unrolled, rand.New(rand.NewPCG(c.Seed, weightsStream)))
	if err != nil {
		return nil, err
	}
	task, err := train.NewReconstruction(net, c.Reconstruction, c.Seed)
	if err != nil {
		net.Drop()
		return nil, err
	}
	batches := train.ReconstructionBatches(c.Reconstruction, c.Seed, c.Loop.Batch)
	return assemble(c.Config, config, describeObservations(c.Reconstruction), net.Drop, task, batches), nil
}

// describeObservations says in words what an unrolled network is trained on.
func describeObservations(c train.ReconstructionConfig) string {
	array := c.Observation.Array
	if array == "" {
		array = "eht2017"
	}
	grid := c.Grid()
	return fmt.Sprintf("simulated skies (%s) on %d x %d pixels of a %.4g uas field, seen by random parts of the array %s with thermal noise and %g %% systematic error in the weights",
		familyWeights(c.Sky), grid.NX, grid.NY, float64(grid.NX)*grid.CellRad/radio.Microarcsecond, array, 100*c.Systematic)
}
