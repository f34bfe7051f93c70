package radiotest_test

import (
	"fmt"
	"testing"

	"fringe/radio"
	"fringe/radio/radiotest"
)

// recorder notes whether a check failed, or was skipped, instead of doing that to the test.
type recorder struct {
	testing.TB
	failed, skipped bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Error(...any)          { r.failed = true }

// conjugated is a transform whose adjoint has the wrong sign in the exponent.
type conjugated struct{ *radio.DFT }

func (c conjugated) Adjoint(img []float64, vis []complex128) {
	turned := make([]complex128, len(vis))
	for k, v := range vis {
		turned[k] = complex(real(v), -imag(v))
	}
	c.DFT.Adjoint(img, turned)
}

// adding is a transform that adds to its result.
type adding struct{ *radio.DFT }

func (a adding) Forward(vis []complex128, img []float64) {
	sum := make([]complex128, len(vis))
	a.DFT.Forward(sum, img)
	for k := range vis {
		vis[k] += sum[k]
	}
}

func TestAdjointTellsRightFromWrong(t *testing.T) {
	g := radio.Grid{NX: 5, NY: 4, CellRad: 1e-3}
	dft := radio.NewDFT(g, []float64{30, -120, 200}, []float64{0, 77, -310})
	for _, tt := range []struct {
		name  string
		op    radio.Operator
		wrong bool
	}{{"right", dft, false}, {"conjugated", conjugated{dft}, true}, {"adding", adding{dft}, true}} {
		r := &recorder{TB: t}
		if radiotest.Adjoint(r, tt.op, g, 3, 1e-12); r.failed != tt.wrong {
			t.Errorf("%s: failed = %v", tt.name, r.failed)
		}
	}
}

// cubes returns Σx³ with the gradient factor·x².
func cubes(factor float64) func(grad, x []float64) (float64, error) {
	return func(grad, x []float64) (float64, error) {
		sum := 0.0
		for i, v := range x {
			sum += v * v * v
			if grad != nil {
				grad[i] = factor * v * v
			}
		}
		return sum, nil
	}
}

func TestGradientTellsRightFromWrong(t *testing.T) {
	x := []float64{0, 1, -2, 0.5}
	for _, tt := range []struct {
		factor float64
		wrong  bool
	}{{3, false}, {3.001, true}, {-3, true}} {
		t.Run(fmt.Sprint(tt.factor), func(t *testing.T) {
			r := &recorder{TB: t}
			if radiotest.Gradient(r, cubes(tt.factor), x, 1e-5, radiotest.DefaultGradient); r.failed != tt.wrong {
				t.Errorf("failed = %v", r.failed)
			}
		})
	}
}
