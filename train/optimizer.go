package train

import (
	"fmt"

	"fringe/internal/torch"
)

// OptimizerConfig says how gradients change the weights. The zero value is AdamW.
type OptimizerConfig struct {
	// Name is adamw, Adam with decoupled weight decay (Loshchilov & Hutter 2019), adam, sgd or rmsprop, in which weight decay is added to
	// the gradient as PyTorch does; "" means adamw.
	Name     string  `yaml:"name,omitempty"`
	Momentum float64 `yaml:"momentum,omitempty"` // of sgd and rmsprop; 0 for none
	Nesterov bool    `yaml:"nesterov,omitempty"` // sgd looks ahead along its momentum
	Beta1    float64 `yaml:"beta1,omitempty"`    // decay of Adam's mean gradient; 0 means 0.9
	Beta2    float64 `yaml:"beta2,omitempty"`    // decay of the mean square gradient of Adam and rmsprop; 0 means 0.999, for rmsprop 0.99
	Eps      float64 `yaml:"eps,omitempty"`      // added to the root of the mean square; 0 means 1e-8
}

// Validate says which field is wrong and what it may be.
func (c OptimizerConfig) Validate() error {
	if _, err := c.optimizer(0); err != nil {
		return err
	}
	for _, f := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"momentum", c.Momentum, 0, 0.9999}, {"beta1", c.Beta1, 0, 0.9999}, {"beta2", c.Beta2, 0, 0.999999}, {"eps", c.Eps, 0, 1},
	} {
		if !(f.value >= f.lo && f.value <= f.hi) {
			return fmt.Errorf("train: loop.optimizer.%s is %g, must be between %g and %g", f.name, f.value, f.lo, f.hi)
		}
	}
	adam := c.Name != "sgd" && c.Name != "rmsprop"
	switch {
	case adam && c.Momentum != 0:
		return fmt.Errorf("train: loop.optimizer.momentum is %g, but Adam's is beta1: leave it away", c.Momentum)
	case c.Nesterov && (c.Name != "sgd" || c.Momentum == 0):
		return fmt.Errorf("train: loop.optimizer.nesterov needs name: sgd and a momentum above 0")
	case !adam && c.Beta1 != 0, c.Name == "sgd" && (c.Beta2 != 0 || c.Eps != 0):
		return fmt.Errorf("train: loop.optimizer: %s has no beta1, and sgd has neither beta2 nor eps: leave them away", c.Name)
	}
	return nil
}

// optimizer turns gradients into updates of the weights.
type optimizer interface {
	slots() []string // names of the running tensors that it keeps for each weight, all 0 at first
	// update changes params in place; running[k] are the tensors of slot k. Updates count from 1.
	update(s *torch.Scope, step int, rate float64, params, grads []*torch.Tensor, running [][]*torch.Tensor)
}

// optimizer returns the optimizer of the config with the weight decay of the loop.
func (c OptimizerConfig) optimizer(decay float64) (optimizer, error) {
	or := func(v, otherwise float64) float64 {
		if v == 0 {
			return otherwise
		}
		return v
	}
	switch c.Name {
	case "", "adamw", "adam":
		a := torch.Adam{Beta1: or(c.Beta1, 0.9), Beta2: or(c.Beta2, 0.999), Eps: or(c.Eps, 1e-8)}
		if c.Name == "adam" {
			return coupled{adam{a}, decay}, nil
		}
		a.WeightDecay = decay
		return adam{a}, nil
	case "sgd":
		return coupled{sgd{torch.SGD{Momentum: c.Momentum, Nesterov: c.Nesterov}}, decay}, nil
	case "rmsprop":
		return coupled{rmsprop{torch.RMSprop{Alpha: or(c.Beta2, 0.99), Eps: or(c.Eps, 1e-8), Momentum: c.Momentum}}, decay}, nil
	}
	return nil, fmt.Errorf("train: loop.optimizer.name is %q, must be adamw, adam, sgd or rmsprop", c.Name)
}

type adam struct{ torch.Adam }

func (adam) slots() []string { return []string{"adam.m.", "adam.v."} }

func (o adam) update(s *torch.Scope, step int, rate float64, params, grads []*torch.Tensor, running [][]*torch.Tensor) {
	o.LearningRate, o.Step = rate, int64(step)
	s.AdamStep(o.Adam, params, grads, running[0], running[1])
}

type sgd struct{ torch.SGD }

func (sgd) slots() []string { return []string{"sgd.momentum."} }

func (o sgd) update(s *torch.Scope, _ int, rate float64, params, grads []*torch.Tensor, running [][]*torch.Tensor) {
	o.LearningRate = rate
	s.SGDStep(o.SGD, params, grads, running[0])
}

type rmsprop struct{ torch.RMSprop }

func (rmsprop) slots() []string { return []string{"rmsprop.square.", "rmsprop.momentum."} }

func (o rmsprop) update(s *torch.Scope, _ int, rate float64, params, grads []*torch.Tensor, running [][]*torch.Tensor) {
	o.LearningRate = rate
	s.RMSpropStep(o.RMSprop, params, grads, running[0], running[1])
}

// coupled adds decay times the weights to their gradients, that is, ½·decay·‖w‖² to the loss.
type coupled struct {
	optimizer
	decay float64
}

func (o coupled) update(s *torch.Scope, step int, rate float64, params, grads []*torch.Tensor, running [][]*torch.Tensor) {
	if o.decay != 0 {
		decayed := make([]*torch.Tensor, len(grads))
		s.NoGrad(func() {
			for i, g := range grads {
				decayed[i] = s.Add(g, s.MulScalar(params[i], o.decay))
			}
		})
		grads = decayed
	}
	o.optimizer.update(s, step, rate, params, grads, running)
}
