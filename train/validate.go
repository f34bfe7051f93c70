package train

import (
	"fmt"
	"slices"
	"strings"

	"fringe/internal/torch"
	"fringe/internal/words"
)

// checkMonitor refuses a metric that the task is known not to measure.
func checkMonitor(name string, task any) error {
	measured, ok := task.(Measured)
	if !ok || name == "" {
		return nil
	}
	names := measured.MetricNames()
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("train: loop.monitor is %q, which is not measured: must be one of %s%s", name, strings.Join(names, ", "), words.DidYouMean(name, names))
}

// validation is what a validation brought.
type validation struct {
	metrics map[string]float64 // nil for no validation
	picture []byte             // PNG; nil for none
}

// validate measures the averaged weights, keeps the best ones, and puts the weights back.
func (l *loop) validate(s *torch.Scope) (v validation, err error) {
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		s.NoGrad(func() {
			for i, p := range l.weights {
				now := s.MulScalar(p.Tensor, 1)
				s.Copy(p.Tensor, l.ema[i].Tensor)
				defer s.Copy(p.Tensor, now)
			}
			if v.metrics, err = l.validator.Validate(s); err == nil {
				err = allFinite(v.metrics)
			}
			if err == nil && l.draws() {
				v.picture, err = draw(s, l.shower)
			}
		})
		return nil
	})
	if err != nil {
		return validation{}, err
	}
	l.metrics = v.metrics
	if err := l.keepBest(); err != nil {
		return validation{}, err
	}
	l.plateau()
	return v, nil
}

func allFinite(metrics map[string]float64) error {
	for name, value := range metrics {
		if !finite(value) {
			return fmt.Errorf("metric %q is %g", name, value)
		}
	}
	return nil
}

// keepBest saves the averaged weights when the monitored metric is larger than ever.
func (l *loop) keepBest() error {
	if l.cfg.Monitor == "" {
		return nil
	}
	value, ok := l.metrics[l.cfg.Monitor]
	if !ok {
		return fmt.Errorf("the monitored metric %q is not measured", l.cfg.Monitor)
	}
	if value <= l.best {
		l.stale++
		return nil
	}
	l.best, l.bestStep, l.stale = value, l.step, 0
	if l.cfg.Dir == "" {
		return nil
	}
	return l.saveBest(l.cfg.Dir, l.cfg.Manifest)
}
