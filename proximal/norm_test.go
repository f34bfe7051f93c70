package proximal_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fringe/internal/torch"
	"fringe/proximal"
)

// ⟨Lx, c⟩ = ⟨x, Lᵀc⟩ to rounding, for odd, even and degenerate sizes, and ‖Lx‖² stays below Gain·‖x‖².
func TestNormsAreAdjointAndBounded(t *testing.T) {
	for name, n := range norms() {
		for _, size := range [][2]int64{{5, 6}, {7, 4}, {1, 9}, {8, 1}, {1, 1}} {
			noLeaks(t, func(s *torch.Scope) error {
				rng := rand.New(rand.NewPCG(1, 2))
				x := s.FromFloat64s(random(rng, int(2*size[0]*size[1])), 2, 1, size[0], size[1])
				lx, err := n.Analyse(s, x)
				if err != nil {
					return err
				}
				c := s.FromFloat64s(random(rng, lx.Len()), lx.Shape()...)
				back, err := n.Synthesise(s, c)
				if err != nil {
					return err
				}
				left, right := dot(s.Float64s(lx), s.Float64s(c)), dot(s.Float64s(x), s.Float64s(back))
				if d := math.Abs(left - right); d > 1e-13*float64(lx.Len()) {
					t.Errorf("%s on %v: ⟨Lx,c⟩ = %v, ⟨x,Lᵀc⟩ = %v", name, size, left, right)
				}
				if gain := dot(s.Float64s(lx), s.Float64s(lx)) / dot(s.Float64s(x), s.Float64s(x)); gain > n.Gain()*(1+1e-12) {
					t.Errorf("%s on %v: gain %g exceeds the bound %g", name, size, gain, n.Gain())
				}
				return nil
			})
		}
	}
}

// A checkerboard has total variation gain 8 − O(1/n): the bound is not loose.
func TestTVGainIsReached(t *testing.T) {
	noLeaks(t, func(s *torch.Scope) error {
		const n = 64
		x := make([]float64, n*n)
		for i := range x {
			x[i] = float64(1 - 2*((i%n+i/n)%2))
		}
		c, err := proximal.TV{}.Analyse(s, s.FromFloat64s(x, 1, 1, n, n))
		if err != nil {
			return err
		}
		if gain := dot(s.Float64s(c), s.Float64s(c)) / (n * n); gain < 8*(1-2.0/n) || gain > 8 {
			t.Errorf("gain %g of a checkerboard, want between %g and 8", gain, 8*(1-2.0/n))
		}
		return nil
	})
}

func TestSoftThresholdAndBalls(t *testing.T) {
	noLeaks(t, func(s *torch.Scope) error {
		x := s.FromFloat64s([]float64{-3, -1, -0.5, 0, 0.25, 1, 2}, 1, 1, 1, 7)
		y, err := proximal.SoftThreshold(s, x, number(s, 1))
		if err != nil {
			return err
		}
		if got, want := s.Float64s(y), []float64{-2, 0, 0, 0, 0, 0, 1}; !slices.Equal(got, want) {
			t.Errorf("soft threshold: got %v, want %v", got, want)
		}
		pairs := s.FromFloat64s([]float64{3, 0.3, 0, 4, 0.4, 0}, 1, 2, 1, 3)
		u, err := proximal.TV{}.Project(s, pairs, number(s, 1))
		if err != nil {
			return err
		}
		// (3,4) is shortened to length 1, (0.3,0.4) and (0,0) stay; a square root and two divisions round to 1e-15.
		if got, want := s.Float64s(u), []float64{0.6, 0.3, 0, 0.8, 0.4, 0}; worst(got, want) > 1e-15 {
			t.Errorf("TV ball: got %v, want %v", got, want)
		}
		value, err := proximal.Value(s, proximal.TV{}, s.FromFloat64s([]float64{0, 3, 4, 0}, 1, 1, 2, 2))
		if err != nil {
			return err
		}
		if got, want := s.Item(value), 5+3.0+4; math.Abs(got-want) > 1e-14 { // (3,4) at the first pixel, (·,−3) and (−4,·) at the next
			t.Errorf("TV: got %g, want %g", got, want)
		}
		return nil
	})
}
