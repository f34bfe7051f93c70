package train

import (
	"fmt"

	"fringe/internal/torch"
)

// validate measures the averaged weights, keeps the best ones, and puts the weights back.
func (l *loop) validate(s *torch.Scope) (metrics map[string]float64, err error) {
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		s.NoGrad(func() {
			for i, p := range l.params {
				now := s.MulScalar(p.Tensor, 1)
				s.Copy(p.Tensor, l.ema[i].Tensor)
				defer s.Copy(p.Tensor, now)
			}
			metrics, err = l.validator.Validate(s)
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, v := range metrics {
		if !finite(v) {
			return nil, fmt.Errorf("metric %q is %g", name, v)
		}
	}
	l.metrics = metrics
	if err := l.keepBest(); err != nil {
		return nil, err
	}
	l.plateau()
	return metrics, nil
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
