package train

import "fringe/internal/torch"

// gradient returns the mean over the parts of a batch of the loss and of its gradients. The graph of a part is freed before the next one
// is worked on.
func gradient(
	s *torch.Scope, params []*torch.Tensor, parts int, loss func(s *torch.Scope, part int) (*torch.Tensor, error),
) (value float64, grads []*torch.Tensor, err error) {
	for part := range parts {
		y, err := loss(s, part)
		if err != nil {
			return 0, nil, err
		}
		value += s.Item(y) / float64(parts)
		grads = sum(s, grads, s.Grad(y, params, false))
	}
	if parts > 1 {
		for i, g := range grads {
			grads[i] = s.MulScalar(g, 1/float64(parts))
		}
	}
	return value, grads, nil
}

// sum returns a + b and drops both; a is nil for nothing yet.
func sum(s *torch.Scope, a, b []*torch.Tensor) []*torch.Tensor {
	if a == nil {
		return b
	}
	total := make([]*torch.Tensor, len(a))
	for i := range a {
		total[i] = s.Add(a[i], b[i])
		a[i].Drop()
		b[i].Drop()
	}
	return total
}
