package measure

import (
	"errors"
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// Weighted is a term and the factor in front of its Value in an objective. 1 is the negative log-likelihood.
type Weighted struct {
	Term
	Weight float64
}

// Likelihood is Σ weight·Value of an image through an operator: the data part of an objective. The terms, one of a name,
// index the operator's visibilities. One goroutine may use it at a time, outside of any [torch.Scope.NoGrad]. Several
// observations are several likelihoods, each a term of the objective with its weight.
type Likelihood struct {
	Op    radio.Operator
	Terms []Weighted

	vis []complex128 // predicted visibilities, then the gradient with respect to them
}

// ValueGrad returns Σ weight·Value at the image x (Jy/pixel) and overwrites grad (1/(Jy/pixel)) with its gradient; a nil grad
// asks for the value only. It predicts the visibilities once, differentiates the terms with respect to them by autograd,
// and applies the adjoint: ∂f/∂x = Re Aᴴg with g = ∂f/∂Re V + i ∂f/∂Im V, which is LibTorch's gradient of a complex leaf.
// A NaN or infinity in x, in a term or in its gradient is an error.
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
			v, number, err := evaluate(s, t, vis)
			if err != nil {
				return err
			}
			value += t.Weight * number
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
		return value, l.adjoint(grad)
	}
	return value, nil
}

// adjoint carries the gradient with respect to the visibilities to the image.
func (l *Likelihood) adjoint(grad []float64) error {
	for k, g := range l.vis {
		if !finite(real(g)) || !finite(imag(g)) {
			return fmt.Errorf("measure: the gradient of the data terms is %g at visibility %d, must be finite", g, k)
		}
	}
	l.Op.Adjoint(grad, l.vis)
	return nil
}

// ReducedChi2 returns χ²/Len of each term at the image x, by name: about 1 for the true image. For "vis" that is χ²/(2N),
// whatever the density of its errors: outliers count in full.
func (l *Likelihood) ReducedChi2(x []float64) (map[string]float64, error) {
	reduced := make(map[string]float64, len(l.Terms))
	err := l.predict(x, func(s *torch.Scope, vis *torch.Tensor) error {
		for _, t := range l.Terms {
			residuals, err := t.Residuals(s, vis)
			if err != nil {
				return fmt.Errorf("measure: term %q: %w", t.Name(), err)
			}
			chi2 := s.Item(s.Sum(squares(s, residuals)))
			if !finite(chi2) {
				return fmt.Errorf("measure: χ² of term %q is %g, must be finite", t.Name(), chi2)
			}
			reduced[t.Name()] = chi2 / float64(t.Len())
		}
		return nil
	})
	return reduced, err
}

// LogLikelihood returns Σ log density of all data at the image x, constants included. The weights, which are a matter of
// imaging, do not enter; terms made of the same visibilities count these more than once.
func (l *Likelihood) LogLikelihood(x []float64) (float64, error) {
	sum := 0.0
	err := l.predict(x, func(s *torch.Scope, vis *torch.Tensor) error {
		for _, t := range l.Terms {
			_, number, err := evaluate(s, t, vis)
			if err != nil {
				return err
			}
			sum += t.LogPeak() - number
		}
		return nil
	})
	return sum, err
}

// predict fills l.vis from x and calls f with it as a tensor.
func (l *Likelihood) predict(x []float64, f func(s *torch.Scope, vis *torch.Tensor) error) error {
	if err := l.validate(); err != nil {
		return err
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

func (l *Likelihood) validate() error {
	if l.Op == nil {
		return errors.New("measure: the likelihood has no operator")
	}
	if len(l.Terms) == 0 {
		return errors.New("measure: the likelihood has no terms")
	}
	seen := map[string]bool{}
	for i, t := range l.Terms {
		if t.Term == nil {
			return fmt.Errorf("measure: term %d of the likelihood is nil", i)
		}
		if !finite(t.Weight) {
			return fmt.Errorf("measure: term %q has weight %g, must be finite", t.Name(), t.Weight)
		}
		if seen[t.Name()] {
			return fmt.Errorf("measure: two terms of the likelihood are named %q: make two likelihoods, each a term of the objective", t.Name())
		}
		seen[t.Name()] = true
	}
	return nil
}

// evaluate returns the Value of one term as a tensor and as a number that is finite.
func evaluate(s *torch.Scope, t Term, vis *torch.Tensor) (*torch.Tensor, float64, error) {
	v, err := t.Value(s, vis)
	if err != nil {
		return nil, 0, fmt.Errorf("measure: term %q: %w", t.Name(), err)
	}
	number := s.Item(v)
	if !finite(number) {
		return nil, 0, fmt.Errorf("measure: term %q is %g, must be finite", t.Name(), number)
	}
	return v, number, nil
}
