package main

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"fringe/train"
	"fringe/unrolled"
)

// unrolledConfig is the training file of an unrolled network. [prior.buildUnrolled] reads it back from a checkpoint.
type unrolledConfig struct {
	train.Config   `yaml:",inline"`
	Reconstruction train.ReconstructionConfig `yaml:"reconstruction"`
	Unrolled       unrolled.Config            `yaml:"unrolled"`
}

func newUnrolledTraining(text []byte, steps int) (*training, error) {
	var c unrolledConfig
	if err := readTraining(text, steps, &c, &c.Config); err != nil {
		return nil, err
	}
	var err error
	if c.Reconstruction, err = c.Reconstruction.WithDefaults().Load(); err != nil {
		return nil, err
	}
	if c.Reconstruction, err = c.Reconstruction.Pin(); err != nil {
		return nil, err
	}
	if c.Unrolled.UNet.Float64 {
		return nil, errors.New("unrolled.unet.float64 is for exact comparisons, observations are in float32: leave it away")
	}
	net, err := unrolled.New(c.Unrolled, rand.New(rand.NewPCG(c.Seed, weightsStream)))
	if err != nil {
		return nil, err
	}
	c.Unrolled = net.Config()
	task, err := train.NewReconstruction(net, c.Reconstruction, c.Seed)
	if err != nil {
		net.Drop()
		return nil, err
	}
	batches := train.ReconstructionBatches(c.Reconstruction, c.Seed, c.Loop.Part())
	return assemble(c.Config, c, describeObservations(c.Reconstruction), net.Drop, task, batches)
}

// describeObservations says in words what an unrolled network is trained on.
func describeObservations(c train.ReconstructionConfig) string {
	c = c.WithDefaults()
	return fmt.Sprintf("simulated skies (%s) on %d x %d pixels of a %.4g uas field, "+
		"seen by random parts of the array %s with thermal noise and %g %% systematic error in the weights",
		familyWeights(c.Sky), c.Pixels, c.Pixels, c.FieldUas, c.Observation.Array, 100*c.Systematic)
}
