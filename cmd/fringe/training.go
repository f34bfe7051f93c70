package main

import (
	"context"
	"fmt"
	"io"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/train"
)

// training is a config file turned into something that can run, whatever its kind.
type training struct {
	train.Config
	manifest checkpoints.Manifest
	params   int           // numbers in the weights
	weights  []torch.Param // the network's, with its buffers
	network  string        // block of the training file that names the network; empty for an unrolled one
	// norms measures how expansive a denoiser is by so many iterations; nil for an unrolled network.
	norms     func(ctx context.Context, iterations int) ([]train.JacobianNorms, error)
	anyScale  bool // a denoiser of pixels of any size
	certified bool // a denoiser that is firmly nonexpansive by construction
	run       func(ctx context.Context, cfg train.LoopConfig, hooks ...train.Hook) (train.Result, error)
	rehearse  func(ctx context.Context, cfg train.LoopConfig) (train.Rehearsal, error)
	close     func()
}

// title says what is trained.
func (t *training) title() string {
	if t.network == "" {
		return "An " + t.Kind + " network"
	}
	return fmt.Sprintf("A %s (%s)", t.Kind, t.network)
}

// weightsStream is the stream of the seed that first weights are drawn from.
const weightsStream = 0x77

// readTraining decodes a training file into whole, whose common part is c. steps replaces the config's number of updates unless
// it is 0. The defaults of the common part are filled in as far as [train.Config.WithDefaults] does, so that they are in the manifest. Loss,
// optimizer, schedule and the Jacobian penalty keep their zeros, which mean their defaults.
func readTraining(text []byte, steps int, whole any, c *train.Config) error {
	if err := train.Decode(text, whole); err != nil {
		return err
	}
	if steps != 0 {
		c.Loop.Steps = steps
	}
	if err := c.Validate(); err != nil {
		return err
	}
	*c = c.WithDefaults()
	return nil
}

// assemble puts a training together. whole is the config of the manifest, with the common part c; free drops the network.
func assemble[B any](
	c train.Config, whole any, data string, free func(), task train.Task[B], batches func(step int) (B, error),
) (*training, error) {
	config, err := train.ConfigJSON(whole)
	if err != nil {
		free()
		return nil, err
	}
	params, weights := 0, task.Params()
	if b, ok := task.(train.Buffered); ok {
		weights = append(weights, b.Buffers()...)
	}
	for _, p := range task.Params() {
		params += p.Tensor.Len()
	}
	return &training{
		Config:   c,
		manifest: checkpoints.Manifest{Kind: c.Kind, Config: config, Seed: c.Seed, Data: data},
		params:   params,
		weights:  weights,
		run: func(ctx context.Context, cfg train.LoopConfig, hooks ...train.Hook) (train.Result, error) {
			return train.Run(ctx, cfg, task, batches, hooks...)
		},
		rehearse: func(ctx context.Context, cfg train.LoopConfig) (train.Rehearsal, error) {
			return train.Rehearse(ctx, cfg, task, batches)
		},
		close: free,
	}, nil
}

// initialise overwrites the weights with those of the checkpoint that the config starts from, if any, and has the log and the manifest say which they
// were. A run that is resumed needs neither.
func (t *training) initialise(log io.Writer) error {
	if t.Init == "" {
		return nil
	}
	m, tensors, err := checkpoints.Load(t.Init)
	if err == nil {
		if err = checkpoints.Assign(t.weights, tensors); err != nil {
			err = otherNetwork(m.Config, t.manifest.Config, err)
		}
	}
	if err != nil {
		return withHint(fmt.Errorf("init %s: %w", t.Init, err), "init names the folder of a checkpoint of a network with the same settings")
	}
	fmt.Fprintf(log, "starting from the weights of %s: %s at step %d\n", t.Init, describeNetwork(m.Config), m.Step)
	t.manifest.Data += fmt.Sprintf("; from the weights of %s (SHA-256 %s)", t.Init, m.Weights.SHA256)
	return nil
}
