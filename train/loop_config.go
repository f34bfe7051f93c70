package train

import (
	"errors"
	"fmt"
	"math"
	"time"

	"fringe/checkpoints"
)

// LoopConfig says how long and how fast to train. Steps and Batch have no default.
type LoopConfig struct {
	Steps         int     `yaml:"steps"`          // updates of the weights
	Batch         int     `yaml:"batch"`          // examples per update
	LearningRate  float64 `yaml:"learning_rate"`  // at its highest; 0 means 1e-3
	WarmupSteps   int     `yaml:"warmup_steps"`   // updates in which the learning rate rises linearly; then Schedule says
	WeightDecay   float64 `yaml:"weight_decay"`   // see OptimizerConfig.Name; 0 for none
	ClipNorm      float64 `yaml:"clip_norm"`      // gradients longer than this are shortened to it; 0 means 1
	EMADecay      float64 `yaml:"ema_decay"`      // of the moving average of the weights, below 1; 0 means 0.999
	ReportEvery   int     `yaml:"report_every"`   // steps between reports, after one at each of the first that many steps; 0 means 20
	ValidateEvery int     `yaml:"validate_every"` // steps between validations; 0 means 500
	SaveEvery     int     `yaml:"save_every"`     // steps between checkpoints; 0 means 500
	Workers       int     `yaml:"workers"`        // goroutines that prepare batches; 0 means 1
	Monitor       string  `yaml:"monitor"`        // metric whose largest value marks the best weights; empty for none

	Optimizer  OptimizerConfig `yaml:"optimizer,omitempty"`
	Schedule   ScheduleConfig  `yaml:"schedule,omitempty"`
	Accumulate int             `yaml:"accumulate,omitempty"` // parts of a batch that are worked on one after the other, to save memory; 0 means 1
	Patience   int             `yaml:"patience,omitempty"`   // validations without a new best after which training ends; 0 for never
	Keep       int             `yaml:"keep,omitempty"`       // checkpoints that stay in the folder steps, the latest ones; 0 for none

	Pictures    int  `yaml:"pictures,omitempty"`    // pictures of validations that stay in the folder pictures, the latest ones; 0 means 3, -1 none
	TensorBoard bool `yaml:"tensorboard,omitempty"` // write an event file for TensorBoard

	Dir      string               `yaml:"-"` // folder of the run; empty saves nothing
	Resume   bool                 `yaml:"-"` // go on from the checkpoint in Dir
	Manifest checkpoints.Manifest `yaml:"-"` // kind, config, data and seed of the checkpoints
	Clock    func() time.Time     `yaml:"-"` // for items per second and the times of event files; nil reports none
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c LoopConfig) WithDefaults() LoopConfig {
	for _, f := range []struct {
		p *float64
		v float64
	}{{&c.LearningRate, 1e-3}, {&c.ClipNorm, 1}, {&c.EMADecay, 0.999}} {
		if *f.p == 0 {
			*f.p = f.v
		}
	}
	for _, f := range []struct {
		p *int
		v int
	}{{&c.ReportEvery, 20}, {&c.ValidateEvery, 500}, {&c.SaveEvery, 500}, {&c.Workers, 1}} {
		if *f.p == 0 {
			*f.p = f.v
		}
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c LoopConfig) Validate() error {
	c = c.WithDefaults()
	switch {
	case c.Steps == 0:
		return errors.New("train: loop.steps is missing: say how many updates of the weights to make, such as 3000")
	case c.Batch == 0:
		return errors.New("train: loop.batch is missing: say how many examples an update learns from, such as 8")
	}
	for _, f := range []struct {
		name          string
		value, lo, hi int
	}{
		{"steps", c.Steps, 1, math.MaxInt32}, {"batch", c.Batch, 1, 4096}, {"warmup_steps", c.WarmupSteps, 0, math.MaxInt32},
		{"report_every", c.ReportEvery, 1, math.MaxInt32}, {"validate_every", c.ValidateEvery, 1, math.MaxInt32},
		{"save_every", c.SaveEvery, 1, math.MaxInt32}, {"workers", c.Workers, 1, 256},
		{"accumulate", c.Accumulate, 0, max(c.Batch, 1)}, {"patience", c.Patience, 0, math.MaxInt32}, {"keep", c.Keep, 0, 1000},
		{"pictures", c.Pictures, -1, 1_000_000},
	} {
		if f.value < f.lo || f.value > f.hi {
			return fmt.Errorf("train: loop.%s is %d, must be between %d and %d", f.name, f.value, f.lo, f.hi)
		}
	}
	for _, f := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"learning_rate", c.LearningRate, 1e-12, 10}, {"weight_decay", c.WeightDecay, 0, 1},
		{"clip_norm", c.ClipNorm, 1e-12, 1e12}, {"ema_decay", c.EMADecay, 0, 0.999999},
	} {
		if !(f.value >= f.lo && f.value <= f.hi) {
			return fmt.Errorf("train: loop.%s is %g, must be between %g and %g", f.name, f.value, f.lo, f.hi)
		}
	}
	if c.Batch%c.parts() != 0 {
		return fmt.Errorf("train: loop.accumulate is %d, must divide the batch of %d", c.Accumulate, c.Batch)
	}
	if c.Monitor == "" && (c.Patience > 0 || c.Schedule.Name == "plateau") {
		return errors.New("train: loop.monitor is missing: patience and the schedule plateau need a metric to watch")
	}
	return errors.Join(c.Optimizer.Validate(), c.Schedule.Validate())
}

// parts returns the number of parts of a batch.
func (c LoopConfig) parts() int { return max(c.Accumulate, 1) }

// pictures returns how many pictures stay.
func (c LoopConfig) pictures() int {
	if c.Pictures == 0 {
		return 3
	}
	return max(c.Pictures, 0)
}

// Part returns how many examples a function of batches for [Run] makes at once.
func (c LoopConfig) Part() int { return c.Batch / c.parts() }
