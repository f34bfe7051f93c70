package torch_test

import (
	"testing"

	"fringe/internal/torch"
)

func TestEnableGradNestsInNoGrad(t *testing.T) {
	err := torch.Do(func(s *torch.Scope) error {
		modes := []bool{s.GradEnabled()}
		s.NoGrad(func() {
			modes = append(modes, s.GradEnabled())
			s.EnableGrad(func(before bool) { modes = append(modes, before, s.GradEnabled()) })
			modes = append(modes, s.GradEnabled())
		})
		modes = append(modes, s.GradEnabled())
		for i, want := range []bool{true, false, false, true, false, true} {
			if modes[i] != want {
				t.Errorf("mode %d is %v, want %v", i, modes[i], want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Fold adds up what Unfold cuts out: a pixel comes back times the number of patches that hold it.
func TestFoldAndUnfold(t *testing.T) {
	err := torch.Do(func(s *torch.Scope) error {
		x := s.FromFloat64s([]float64{1, 2, 3}, 1, 1, 1, 3)
		x = s.Reshape(s.Cat(2, x, x), 1, 1, 2, 3)
		got := s.Float64s(s.Fold(s.Unfold(x, 2, 1), 2, 3, 2, 1))
		for i, want := range []float64{1, 4, 3, 1, 4, 3} {
			if got[i] != want {
				t.Errorf("pixel %d is %g, want %g", i, got[i], want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
