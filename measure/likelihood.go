package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// Weighted is a term and the factor in front of its ½χ². 1 is the negative log-likelihood.
type Weighted struct {
	Term
	Weight float64
}

// Likelihood is Σ weight·½χ² of an image through an operator: the data part of an objective. The terms index the operator's
// visibilities. One goroutine may use it at a time, outside of any [torch.Scope.NoGrad].
type Likelihood struct {
	Op    radio.Operator
	Terms []Weighted

	vis []complex128 // predicted visibilities, then the gradient with respect to them
}

// ValueGrad returns Σ weight·½χ² at the image x (Jy/pixel) and overwrites grad (1/(Jy/pixel)) with its gradient; a nil grad
// asks for the value only. It predicts the visibilities once, differentiates the terms with respect to them by autograd,
// and applies the adjoint: ∂f/∂x = Re Aᴴg with g = ∂f/∂Re V + i ∂f/∂Im V, which is LibTorch's gradient of a complex leaf.
// A NaN or infinity in x or in a term is an error.
func (l *Likelihood) ValueGrad(grad, x []float64) (float64, error) {
	if grad != nil && len(grad) != len(x) {
		return 0, fmt.Errorf("measure: gradient of %d pixels for an image of %d", len(grad), len(x))
	}
	value := 0.0
	err := l.predict(x, func(s *torch.Scope, vis *torch.Tensor) error {
		if grad != nil {
			s.RequireGrad(vis)
		}
		var total *torch.Tensor
		for _, t := range l.Terms {
			v, half, err := evaluate(s, t, vis)
			if err != nil {
				return err
			}
			value += t.Weight * half
			v = s.MulScalar(v, t.Weight)
			if total == nil {
				total = v
			} else {
				total = s.Add(total, v)
			}
		}
		if grad != nil {
			copy(l.vis, s.Complex128s(s.Grad(total, []*torch.Tensor{vis}, false)[0]))
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if grad != nil {
		l.Op.Adjoint(grad, l.vis)
	}
	return value, nil
}

// ReducedChi2 returns χ²/Len of each term at the image x, by name: about 1 for the true image. For "vis" that is χ²/(2N).
func (l *Likelihood) ReducedChi2(x []float64) (map[string]float64, error) {
	reduced := make(map[string]float64, len(l.Terms))
	err := l.predict(x, func(s *torch.Scope, vis *torch.Tensor) error {
		for _, t := range l.Terms {
			_, half, err := evaluate(s, t, vis)
			if err != nil {
				return err
			}
			if _, twice := reduced[t.Name()]; twice {
				return fmt.Errorf("measure: two terms are named %q", t.Name())
			}
			reduced[t.Name()] = 2 * half / float64(t.Len())
		}
		return nil
	})
	return reduced, err
}

// predict fills l.vis from x and calls f with it as a tensor.
func (l *Likelihood) predict(x []float64, f func(s *torch.Scope, vis *torch.Tensor) error) error {
	if l.Op == nil {
		return errors.New("measure: the likelihood has no operator")
	}
	if len(l.Terms) == 0 {
		return errors.New("measure: the likelihood has no terms")
	}
	for p, value := range x {
		if !finite(value) {
			return fmt.Errorf("measure: pixel %d of the image is %g, must be finite", p, value)
		}
	}
	if len(l.vis) != l.Op.Len() {
		l.vis = make([]complex128, l.Op.Len())
	}
	l.Op.Forward(l.vis, x)
	return torch.Do(func(s *torch.Scope) error {
		return f(s, s.FromComplex128s(l.vis, int64(len(l.vis))))
	})
}

// evaluate returns ½χ² of one term as a tensor and as a number that is finite.
func evaluate(s *torch.Scope, t Weighted, vis *torch.Tensor) (*torch.Tensor, float64, error) {
	v, err := t.Value(s, vis)
	if err != nil {
		return nil, 0, fmt.Errorf("measure: term %q: %w", t.Name(), err)
	}
	half := s.Item(v)
	if !finite(half) || !finite(t.Weight) {
		return nil, 0, fmt.Errorf("measure: term %q is %g with weight %g, must be finite", t.Name(), half, t.Weight)
	}
	return v, half, nil
}
