package measure

import "fringe/internal/torch"

// Step returns x + ηr and the residual r = b − Nx: one gradient step on χ²/(2Σw) = ½xᵀNx − xᵀb + const, the step of the
// plain solver and the data layer of the unrolled network. x and dirty (b of [Gram]) are [batch, 1, ny, nx]; eta is
// [batch or 1, 1, 1, 1] and may carry a gradient. It converges for 0 < η < 2/‖N‖, see [Gram.Norm].
func Step(s *torch.Scope, n *Normal, x, dirty, eta *torch.Tensor) (next, residual *torch.Tensor, err error) {
	defer torch.Catch(&err)
	nx, err := n.Apply(s, x)
	if err != nil {
		return nil, nil, err
	}
	residual = s.Sub(dirty, nx)
	nx.Drop()
	next = s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Add(x, s.Mul(eta, residual)) })
	return next, residual, nil
}
