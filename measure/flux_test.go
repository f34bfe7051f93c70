package measure_test

import (
	"math"
	"testing"

	"fringe/measure"
	"fringe/radio/radiotest"
)

func TestFlux(t *testing.T) {
	f, err := measure.NewFlux(0.6, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{0.1, 0.3, 0.4}
	value, err := f.ValueGrad(nil, x)
	if err != nil || math.Abs(value-2) > 1e-14 { // ½((0.8 − 0.6)/0.1)²
		t.Errorf("got %g and %v, want 2", value, err)
	}
	radiotest.Gradient(t, f.ValueGrad, x, 1e-5, radiotest.DefaultGradient)
	if _, err := f.ValueGrad(nil, []float64{math.Inf(1)}); err == nil {
		t.Error("an infinite flux was accepted")
	}
	if _, err := measure.NewFlux(1, 0); err == nil {
		t.Error("σ = 0 was accepted")
	}
}

func TestFluxLogLikelihood(t *testing.T) {
	f, err := measure.NewFlux(0.6, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.LogLikelihood([]float64{0.3, 0.5})
	if want := -2 - math.Log(0.1*math.Sqrt(2*math.Pi)); err != nil || math.Abs(got-want) > 1e-13 {
		t.Errorf("got %g and %v, want %g", got, err, want)
	}
}
