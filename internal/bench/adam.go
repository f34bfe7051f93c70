package main

import "fringe/internal/torch"

// adam is the state of the optimizer, as package train keeps it.
type adam struct {
	rule         torch.Adam
	params, m, v []*torch.Tensor
}

func newAdam(params []torch.Param) (*adam, error) {
	a := &adam{rule: torch.Adam{LearningRate: 1e-4, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}}
	err := torch.Do(func(s *torch.Scope) error {
		for _, p := range params {
			a.params = append(a.params, p.Tensor)
			a.m = append(a.m, s.Keep(s.Zeros(torch.Float32, p.Tensor.Shape()...)))
			a.v = append(a.v, s.Keep(s.Zeros(torch.Float32, p.Tensor.Shape()...)))
		}
		return nil
	})
	return a, err
}

// step is one training step on the mean square error.
func (a *adam) step(s *torch.Scope, net imageNetwork, x, y *torch.Tensor) error {
	out, err := net.forward(s, x)
	if err != nil {
		return err
	}
	grads := s.Grad(s.Mean(s.Square(s.Sub(out, y))), a.params, false)
	a.rule.Step++
	s.AdamStep(a.rule, a.params, grads, a.m, a.v)
	return nil
}

// drop frees the moments; the parameters belong to the network.
func (a *adam) drop() {
	for i := range a.m {
		a.m[i].Drop()
		a.v[i].Drop()
	}
}
