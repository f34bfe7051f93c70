package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/train"
)

// denoiserConfig is the training file of a denoiser. [networkConfig] reads the network back from a checkpoint.
type denoiserConfig struct {
	train.Config `yaml:",inline"`
	Denoising    train.DenoisingConfig `yaml:"denoising"`
	UNet         models.UNetConfig     `yaml:"unet"`
}

// weightsStream is the stream of the seed that first weights are drawn from.
const weightsStream = 0x77

func newDenoiserTraining(text []byte, steps int) (*training, error) {
	var c denoiserConfig
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
	net, err := models.NewDenoiser(c.UNet, rand.New(rand.NewPCG(c.Seed, weightsStream)))
	if err != nil {
		return nil, err
	}
	task, err := train.NewDenoising(net, c.Denoising, c.Seed)
	if err != nil {
		net.Drop()
		return nil, err
	}
	batches := train.DenoisingBatches(c.Denoising, c.Seed, c.Loop.Batch)
	return &training{
		Config:   c.Config,
		manifest: checkpoints.Manifest{Kind: c.Kind, Config: config, Seed: c.Seed, Data: describeSkies(c.Denoising)},
		params:   countParams(net.Params()),
		run: func(ctx context.Context, cfg train.LoopConfig, hooks ...train.Hook) (train.Result, error) {
			return train.Run(ctx, cfg, task, batches, hooks...)
		},
		close: net.Drop,
	}, nil
}

// describeSkies says in words what a denoiser is trained on.
func describeSkies(c train.DenoisingConfig) string {
	c = c.WithDefaults()
	return fmt.Sprintf("simulated skies (%s) on %d x %d pixels of a %g uas field, with white Gaussian noise of %g to %g of a peak of %g to %g",
		familyWeights(c.Sky), c.Pixels, c.Pixels, c.FieldUas, c.SigmaMin, c.SigmaMax, c.PeakMin, c.PeakMax)
}

// familyWeights lists the sky families with their relative frequencies.
func familyWeights(c data.SkyConfig) string {
	families := c.Families
	if len(families) == 0 {
		families = data.Families()
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(families)) {
		parts = append(parts, fmt.Sprintf("%s %g", name, families[name]))
	}
	return strings.Join(parts, ", ")
}

func countParams(params []torch.Param) (n int) {
	for _, p := range params {
		n += p.Tensor.Len()
	}
	return n
}
