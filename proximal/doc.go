// Package proximal holds what solvers for objectives with corners are made of: norms of images (ℓ1, total variation, ℓ1 in a
// tight frame of wavelets), their proximal operators
//
//	prox(v) = argmin over x in C of weight·R(x) + ½‖x − v‖²,
//
// and one step of each solver: [FISTAStep], [ADMMStep], [PrimalDualStep]. The plain gradient step is measure.Step.
//
// A step is a pure function of tensors (the state, the operator, the step sizes) that autograd can differentiate. Package infer
// iterates it; an unrolled network may iterate the same function with step sizes and weights that it learns:
//
//	gradient := proximal.LeastSquares(normal, dirty)
//	threshold := func(s *torch.Scope, v, eta *torch.Tensor) (*torch.Tensor, error) {
//		return proximal.SoftThreshold(s, v, s.Mul(eta, weight))
//	}
//	state, err = proximal.FISTAStep(s, state, gradient, threshold, eta, momentum)
//
// # Conventions
//
// Images are [batch, 1, ny, nx], float32 or float64. Step sizes, weights and radii are tensors of the images' element type, positive,
// that broadcast against them: [1, 1, 1, 1], or [batch, 1, 1, 1] for one per image. Functions borrow their arguments; results
// belong to the scope.
package proximal
