package proximal_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/internal/torch"
	"fringe/proximal"
)

// pair is the dictionary (I, I)/√2: tight, with twice as many coefficients as pixels, and every answer known.
type pair struct{}

func (pair) Analyse(s *torch.Scope, x *torch.Tensor) (c *torch.Tensor, err error) {
	defer torch.Catch(&err)
	half := s.MulScalar(x, math.Sqrt2/2)
	return s.Cat(1, half, half), nil
}

func (pair) Synthesise(s *torch.Scope, c *torch.Tensor) (x *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return s.MulScalar(s.SumDims(c, 1), math.Sqrt2/2), nil
}

func norms() map[string]proximal.Norm {
	return map[string]proximal.Norm{"l1": proximal.L1{}, "tv": proximal.TV{}, "pair": proximal.Frame{Dictionary: pair{}}}
}

func random(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func number(s *torch.Scope, v float64) *torch.Tensor { return s.FromFloat64s([]float64{v}, 1, 1, 1, 1) }

func dot(a, b []float64) float64 {
	total := 0.0
	for i := range a {
		total += a[i] * b[i]
	}
	return total
}

func worst(got, want []float64) float64 {
	d := 0.0
	for i := range got {
		d = math.Max(d, math.Abs(got[i]-want[i]))
	}
	return d
}

// noLeaks runs f and checks that it leaves no tensors behind.
func noLeaks(t *testing.T, f func(s *torch.Scope) error) {
	t.Helper()
	before := torch.Live()
	if err := torch.Do(f); err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors before, %d after", before, after)
	}
}
