package train

import (
	"fmt"
	"math"
)

// ScheduleConfig says how the learning rate goes on after the warm-up. The zero value is the cosine.
type ScheduleConfig struct {
	// Name is cosine (falls as half a cosine to 0), constant, step (times Factor after each Every updates) or plateau (times Factor when
	// the monitored metric has not risen in more than Patience validations); "" means cosine.
	Name     string  `yaml:"name,omitempty"`
	Factor   float64 `yaml:"factor,omitempty"`   // of step and plateau; 0 means 0.1
	Every    int     `yaml:"every,omitempty"`    // updates; step needs it
	Patience int     `yaml:"patience,omitempty"` // validations without a new best that plateau bears; 0 means 10
}

func (c ScheduleConfig) withDefaults() ScheduleConfig {
	if c.Factor == 0 {
		c.Factor = 0.1
	}
	if c.Patience == 0 {
		c.Patience = 10
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c ScheduleConfig) Validate() error {
	switch c.Name {
	case "", "cosine", "constant", "step", "plateau":
	default:
		return fmt.Errorf("train: loop.schedule.name is %q, must be cosine, constant, step or plateau", c.Name)
	}
	if every := c.Every; (c.Name == "step") != (every != 0) || every < 0 {
		return fmt.Errorf("train: loop.schedule.every is %d, must be at least 1 for step and away for the others", every)
	}
	d := c.withDefaults()
	if !(d.Factor > 0 && d.Factor < 1) {
		return fmt.Errorf("train: loop.schedule.factor is %g, must lie between 0 and 1", c.Factor)
	}
	if d.Patience < 1 {
		return fmt.Errorf("train: loop.schedule.patience is %d, must be at least 1", c.Patience)
	}
	return nil
}

// rateAt returns the learning rate of update step (1, 2, …, Steps): a linear rise over WarmupSteps, then what the schedule says. The cosine
// (Loshchilov & Hutter 2017, without restarts) would reach 0 one step after the last.
func (c LoopConfig) rateAt(step int) float64 {
	if step <= c.WarmupSteps {
		return c.LearningRate * float64(step) / float64(c.WarmupSteps)
	}
	after := step - 1 - c.WarmupSteps
	schedule := c.Schedule.withDefaults()
	switch schedule.Name {
	case "constant", "plateau":
		return c.LearningRate
	case "step":
		return c.LearningRate * math.Pow(schedule.Factor, float64(after/schedule.Every))
	}
	done := float64(after) / float64(c.Steps-c.WarmupSteps)
	return c.LearningRate * (1 + math.Cos(math.Pi*done)) / 2
}

// rate returns the learning rate of an update, with what the plateaus so far have made of it.
func (l *loop) rate(step int) float64 { return l.cfg.rateAt(step) * l.plateauScale }

// plateau lowers the learning rate when the validations have brought nothing new for too long. It is called after each of them.
func (l *loop) plateau() {
	schedule := l.cfg.Schedule.withDefaults()
	if schedule.Name != "plateau" {
		return
	}
	l.plateauStale++
	if l.stale == 0 {
		l.plateauStale = 0
	}
	if l.plateauStale > schedule.Patience {
		l.plateauScale, l.plateauStale = l.plateauScale*schedule.Factor, 0
	}
}

// emaAt returns the decay of the moving average at update step: smaller at first, so that the average forgets the random
// first weights (as in TensorFlow's ExponentialMovingAverage with num_updates).
func (c LoopConfig) emaAt(step int) float64 {
	t := float64(step)
	return min(c.EMADecay, (1+t)/(10+t))
}
