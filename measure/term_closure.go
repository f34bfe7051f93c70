package measure

import (
	"fmt"

	"fringe/internal/torch"
	"fringe/radio"
)

// legs holds where the closure quantities of one kind take their visibilities: leg i of quantity j is visibility
// index[i][j] with sign[i][j].
type legs struct {
	index [][]int64
	sign  [][]float64
}

// newLegs checks and transposes a set of closure quantities.
func newLegs(term string, order int, c *radio.Closures) (*legs, error) {
	if c == nil || c.Len() == 0 {
		return nil, fmt.Errorf("measure: %s: no closure quantities; there must be at least %d stations", term, order)
	}
	n := c.Len()
	if c.Order != order || len(c.Index) != order*n || len(c.Sign) != order*n {
		return nil, fmt.Errorf("measure: %s: %d quantities of order %d with %d indices and %d signs, want order %d",
			term, n, c.Order, len(c.Index), len(c.Sign), order)
	}
	l := &legs{index: make([][]int64, order), sign: make([][]float64, order)}
	for i := range order {
		for j := range n {
			l.index[i] = append(l.index[i], int64(c.Index[order*j+i]))
			l.sign[i] = append(l.sign[i], c.Sign[order*j+i])
		}
	}
	return l, nil
}

func (l *legs) len() int { return len(l.sign[0]) }

// leg returns the real and the imaginary parts of leg i, conjugated where the sign is negative.
func (l *legs) leg(s *torch.Scope, vis *torch.Tensor, i int) (re, im *torch.Tensor) {
	v := pick(s, vis, l.index[i])
	return s.Real(v), s.Mul(s.Imag(v), vector(s, l.sign[i]))
}

// phasors returns the product of exp(i·phase) over the legs, times start; 0 where a leg is 0.
func (l *legs) phasors(s *torch.Scope, vis, start *torch.Tensor) *torch.Tensor {
	for i := range l.index {
		re, im := l.leg(s, vis, i)
		size := amplitude(s, re, im)
		start = s.Mul(start, s.Complex(s.Div(re, size), s.Div(im, size)))
	}
	return start
}

// product returns the product of the legs.
func (l *legs) product(s *torch.Scope, vis *torch.Tensor) *torch.Tensor {
	product := s.Complex(l.leg(s, vis, 0))
	for i := 1; i < len(l.index); i++ {
		product = s.Mul(product, s.Complex(l.leg(s, vis, i)))
	}
	return product
}

// logs returns the sum of ±ln|V| over the legs.
func (l *legs) logs(s *torch.Scope, vis *torch.Tensor) *torch.Tensor {
	var sum *torch.Tensor
	for i, index := range l.index {
		v := pick(s, vis, index)
		double := s.Log(power(s, s.Real(v), s.Imag(v))) // 2 ln|V|
		term := s.Mul(s.MulScalar(vector(s, l.sign[i]), 0.5), double)
		if sum == nil {
			sum = term
		} else {
			sum = s.Add(sum, term)
		}
	}
	return sum
}
