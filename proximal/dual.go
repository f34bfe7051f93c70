package proximal

import (
	"math"

	"fringe/internal/torch"
)

// Dual computes proximal operators that have no closed form, by accelerated projected gradients on the dual problem (Beck &
// Teboulle 2009, IEEE Trans. Image Process. 18, 2419, there for total variation; for a frame it is dual forward-backward with momentum).
type Dual struct {
	// Iterations is the cap, 0 for 200. One costs one Analyse and one Synthesise.
	Iterations int
	// Tolerance ends the iterations when the error is known to be below Tolerance·‖x‖, from the duality gap G:
	// ½‖x − prox‖² ≤ G = radius·R(x) − ⟨u, Lx⟩. 0 makes all iterations, as an unrolled network wants. The gap is a
	// difference of sums, so float64 cannot tell tolerances below about 1e-8.
	Tolerance float64
}

// gapEvery is the number of iterations between two looks at the gap, which costs as much as an iteration.
const gapEvery = 5

// Prox returns x = argmin over C of radius·R(x) + ½‖x − v‖² and the dual solution u, of the shape of the coefficients, with x =
// P(v − Lᵀu). start is a u to start from, such as that of a nearby v; nil for zeros.
func (d Dual) Prox(s *torch.Scope, n Norm, c Constraint, v, radius, start *torch.Tensor) (x, u *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if u, err = d.start(s, n, v, start); err != nil {
		return nil, nil, err
	}
	iterations := d.Iterations
	if iterations == 0 {
		iterations = 200
	}
	w, momentum := s.MulScalar(u, 1), 1.0
	for k := range iterations {
		next, err := dualStep(s, n, c, v, radius, w)
		if err != nil {
			return nil, nil, err
		}
		var push float64
		momentum, push = NextMomentum(momentum)
		w.Drop()
		w = extrapolate(s, next, u, push)
		u.Drop()
		u = next
		if d.Tolerance > 0 && (k+1)%gapEvery == 0 {
			if close, err := d.closed(s, n, c, v, radius, u); close || err != nil {
				w.Drop()
				x, err = primal(s, n, c, v, u)
				return x, u, err
			}
		}
	}
	w.Drop()
	x, err = primal(s, n, c, v, u)
	return x, u, err
}

func (d Dual) start(s *torch.Scope, n Norm, v, start *torch.Tensor) (*torch.Tensor, error) {
	if start != nil {
		return s.MulScalar(start, 1), nil
	}
	lv, err := n.Analyse(s, v)
	if err != nil {
		return nil, err
	}
	u := s.MulScalar(lv, 0)
	lv.Drop()
	return u, nil
}

// primal returns P(v − Lᵀu).
func primal(s *torch.Scope, n Norm, c Constraint, v, u *torch.Tensor) (*torch.Tensor, error) {
	back, err := n.Synthesise(s, u)
	if err != nil {
		return nil, err
	}
	x := s.Tidy(func(s *torch.Scope) *torch.Tensor { return c.project(s, s.Sub(v, back)) })
	back.Drop()
	return x, nil
}

// dualStep returns the projection of w + L·primal(w)/Gain onto the ball.
func dualStep(s *torch.Scope, n Norm, c Constraint, v, radius, w *torch.Tensor) (*torch.Tensor, error) {
	x, err := primal(s, n, c, v, w)
	if err != nil {
		return nil, err
	}
	lx, err := n.Analyse(s, x)
	if err != nil {
		return nil, err
	}
	x.Drop()
	moved := s.Tidy(func(s *torch.Scope) *torch.Tensor { return s.Add(w, s.MulScalar(lx, 1/n.Gain())) })
	lx.Drop()
	u, err := n.Project(s, moved, radius)
	moved.Drop()
	return u, err
}

// closed reports whether the duality gap proves the tolerance.
func (d Dual) closed(s *torch.Scope, n Norm, c Constraint, v, radius, u *torch.Tensor) (closed bool, err error) {
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var x, lx, norm *torch.Tensor
		if x, err = primal(s, n, c, v, u); err != nil {
			return nil
		}
		if lx, err = n.Analyse(s, s.Mul(x, radius)); err != nil {
			return nil
		}
		if norm, err = n.Measure(s, lx); err != nil {
			return nil
		}
		inner := s.Sum(s.Div(s.Mul(u, lx), radius))
		size := s.Item(s.Sum(s.Square(x)))
		gap := math.Max(0, s.Item(norm)-s.Item(inner))
		closed = 2*gap <= d.Tolerance*d.Tolerance*size
		return nil
	})
	return closed, err
}
