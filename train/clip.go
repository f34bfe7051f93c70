package train

import "fringe/internal/torch"

// clip shortens grads, taken as one vector of length norm, to at most limit (Pascanu, Mikolov & Bengio 2013).
func clip(s *torch.Scope, grads []*torch.Tensor, norm, limit float64) []*torch.Tensor {
	if norm <= limit {
		return grads
	}
	short := make([]*torch.Tensor, len(grads))
	for i, g := range grads {
		short[i] = s.MulScalar(g, limit/norm)
	}
	return short
}
