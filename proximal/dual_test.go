package proximal_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/internal/torch"
	"fringe/proximal"
)

// Total variation moves the two levels of a step towards each other by weight/(pixels of the level), until they meet.
func TestTVDenoisesAStep(t *testing.T) {
	for _, weight := range []float64{0.6, 6, 30} {
		for _, shape := range [][4]int64{{1, 1, 1, 9}, {1, 1, 9, 1}} {
			noLeaks(t, func(s *torch.Scope) error {
				v := []float64{1, 1, 1, 5, 5, 5, 5, 5, 5}
				left, right := 1+weight/3, 5-weight/6
				if left > right { // they have met at the mean
					left, right = 33.0/9, 33.0/9
				}
				x, _, err := proximal.Dual{Iterations: 3000, Tolerance: 1e-9}.Prox(s, proximal.TV{}, proximal.Constraint{}, s.FromFloat64s(v, shape[:]...), number(s, weight), nil)
				if err != nil {
					return err
				}
				got := s.Float64s(x)
				// The tolerance is 1e-9 of ‖x‖ = 12; the gap cannot be told from 0 below about 1e-15, which is 4e-8.
				for i, want := range []float64{left, left, left, right, right, right, right, right, right} {
					if math.Abs(got[i]-want) > 1e-7 {
						t.Errorf("weight %g, shape %v: pixel %d is %.9f, want %.9f", weight, shape, i, got[i], want)
					}
				}
				return nil
			})
		}
	}
}

// In the frame (I, I)/√2 the norm is √2·Σ|x|, so that its proximal operator is a soft threshold; with constraints, the projection of that.
func TestFrameProxOfKnownFrame(t *testing.T) {
	noLeaks(t, func(s *torch.Scope) error {
		v := random(rand.New(rand.NewPCG(5, 6)), 2*30)
		mask := make([]float64, 30)
		for i := range mask {
			mask[i] = float64(i % 2)
		}
		image := s.FromFloat64s(v, 2, 1, 5, 6)
		for _, c := range []proximal.Constraint{{}, {Positive: true}, {Positive: true, Mask: s.FromFloat64s(mask, 1, 1, 5, 6)}} {
			x, _, err := proximal.Dual{Tolerance: 1e-8}.Prox(s, proximal.Frame{Dictionary: pair{}}, c, image, number(s, 0.5), nil)
			if err != nil {
				return err
			}
			shrunk, err := proximal.SoftThreshold(s, image, number(s, 0.5*math.Sqrt2))
			if err != nil {
				return err
			}
			want, err := c.Project(s, shrunk)
			if err != nil {
				return err
			}
			if d := worst(s.Float64s(x), s.Float64s(want)); d > 1e-7 { // the tolerance times ‖x‖ of about 4
				t.Errorf("constraint %+v: off by %g", c, d)
			}
		}
		return nil
	})
}

// The tolerance is kept: against many more iterations the error is below Tolerance·‖x‖, and a start from the solution ends at the first look.
func TestDualKeepsItsTolerance(t *testing.T) {
	noLeaks(t, func(s *torch.Scope) error {
		v := s.FromFloat64s(random(rand.New(rand.NewPCG(7, 8)), 12*11), 1, 1, 12, 11)
		c := proximal.Constraint{Positive: true}
		exact, u, err := proximal.Dual{Iterations: 20000}.Prox(s, proximal.TV{}, c, v, number(s, 0.4), nil)
		if err != nil {
			return err
		}
		want := s.Float64s(exact)
		size := math.Sqrt(dot(want, want))
		for _, tolerance := range []float64{1e-2, 1e-4, 1e-6} {
			x, _, err := proximal.Dual{Iterations: 20000, Tolerance: tolerance}.Prox(s, proximal.TV{}, c, v, number(s, 0.4), nil)
			if err != nil {
				return err
			}
			difference := s.Float64s(s.Sub(x, exact))
			if d := math.Sqrt(dot(difference, difference)); d > tolerance*size {
				t.Errorf("tolerance %g: off by %g of the image", tolerance, d/size)
			}
		}
		warm, _, err := proximal.Dual{Iterations: 5, Tolerance: 1e-6}.Prox(s, proximal.TV{}, c, v, number(s, 0.4), u)
		if err != nil {
			return err
		}
		if d := worst(s.Float64s(warm), want); d > 1e-6 {
			t.Errorf("from the solution: off by %g", d)
		}
		return nil
	})
}
