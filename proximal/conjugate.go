package proximal

import "fringe/internal/torch"

// Linear applies a symmetric, positive definite operator to images.
type Linear func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)

// Conjugate solves Ax = b by conjugate gradients (Hestenes & Stiefel 1952), each image of a batch by itself.
type Conjugate struct {
	Iterations int     // cap, 0 for 20
	Tolerance  float64 // ends when ‖b − Ax‖ ≤ Tolerance·‖b‖ for every image; 0 makes all iterations, as an unrolled network wants
}

// Solve returns x from the start x0.
func (c Conjugate) Solve(s *torch.Scope, a Linear, b, x0 *torch.Tensor) (x *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if c.Iterations == 0 {
		c.Iterations = 20
	}
	ax, err := a(s, x0)
	if err != nil {
		return nil, err
	}
	x, r := s.MulScalar(x0, 1), s.Sub(b, ax)
	p, rr := s.MulScalar(r, 1), dot(s, r, r)
	enough := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.MulScalar(dot(s, b, b), c.Tolerance*c.Tolerance) })
	for range c.Iterations {
		if c.Tolerance > 0 && below(s, rr, enough) {
			break
		}
		ap, err := a(s, p)
		if err != nil {
			return nil, err
		}
		length := s.Tidy(func(s *torch.Scope) *torch.Tensor { return quotient(s, rr, dot(s, p, ap)) })
		x, r = replace(s, x, length, p, 1), replace(s, r, length, ap, -1)
		next := dot(s, r, r)
		turn := quotient(s, next, rr)
		q := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Add(r, s.Mul(turn, p)) })
		drop(ap, length, turn, p, rr)
		p, rr = q, next
	}
	drop(r, p, rr, enough)
	return x, nil
}

// replace returns x + factor·a·d and drops x.
func replace(s *torch.Scope, x, a, d *torch.Tensor, factor float64) *torch.Tensor {
	y := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Add(x, s.MulScalar(s.Mul(a, d), factor)) })
	x.Drop()
	return y
}

// dot returns ⟨a, b⟩ of each image of the batch, [batch, 1, 1, 1].
func dot(s *torch.Scope, a, b *torch.Tensor) *torch.Tensor {
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.SumDims(s.Mul(a, b), 1, 2, 3) })
}

// quotient returns a/b for b ≥ 0; a number next to the smallest of the element type makes 0/0, an exact solution, 0.
func quotient(s *torch.Scope, a, b *torch.Tensor) *torch.Tensor {
	tiny := 1e-300
	if a.DType() == torch.Float32 {
		tiny = 1e-37
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Div(a, s.AddScalar(b, tiny)) })
}

func below(s *torch.Scope, a, b *torch.Tensor) bool {
	left, right := s.Float64s(a), s.Float64s(b)
	for i, v := range left {
		if v > right[i] {
			return false
		}
	}
	return true
}

func drop(xs ...*torch.Tensor) {
	for _, x := range xs {
		x.Drop()
	}
}
