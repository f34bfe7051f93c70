package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"fringe/checkpoints"
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
	if err := train.Decode(text, &c); err != nil {
		return nil, err
	}
	if steps != 0 {
		c.Loop.Steps = steps
	}
	if err := c.Config.Validate(); err != nil {
		return nil, err
	}
	config, err := train.ConfigJSON(c)
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
	return &training{
		Config:   c.Config,
		manifest: checkpoints.Manifest{Kind: c.Kind, Config: config, Seed: c.Seed, Data: describeObservations(c)},
		params:   countParams(net.Params()),
		run: func(ctx context.Context, cfg train.LoopConfig, hooks ...train.Hook) (train.Result, error) {
			return train.Run(ctx, cfg, task, batches, hooks...)
		},
		close: net.Drop,
	}, nil
}

// describeObservations says in words what an unrolled network is trained on.
func describeObservations(c unrolledConfig) string {
	array := c.Reconstruction.Observation.Array
	if array == "" {
		array = "eht2017"
	}
	grid := c.Reconstruction.Grid()
	return fmt.Sprintf("simulated skies (%s) on %d x %d pixels of a %.4g uas field, seen by random parts of the array %s with thermal noise and %g %% systematic error in the weights",
		familyWeights(c.Reconstruction.Sky), grid.NX, grid.NY, float64(grid.NX)*grid.CellRad/radio.Microarcsecond, array, 100*c.Reconstruction.Systematic)
}
