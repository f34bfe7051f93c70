package radio_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"fringe/radio"
)

// Two triangles that share the baseline 0-1 with the same direction, and with (σ/|V|)² of 0.04 there: that is the covariance.
func TestClosureCovarianceOnPaper(t *testing.T) {
	c := &radio.Closures{Order: 3, Index: []int32{0, 1, 2, 0, 3, 4, 0, 1, 2}, Sign: []float64{1, 1, -1, 1, 1, -1, -1, -1, 1},
		LegVariance: []float64{0.04, 0.01, 0.02, 0.04, 0.05, 0.06, 0.04, 0.01, 0.02},
		Value:       make([]float64, 3), Sigma: make([]float64, 3), TimeSec: []float64{0, 0, 9}, FreqHz: []float64{1, 1, 1}}
	got := c.Covariances()
	if len(got) != 2 || got[0].First != 0 || got[1].First != 2 {
		t.Fatalf("got %+v, want two matrices, from 0 and 2 on", got)
	}
	want := mat.NewSymDense(2, []float64{0.07, 0.04, 0.04, 0.15})
	if !mat.EqualApprox(got[0].Matrix, want, 1e-15) || math.Abs(got[1].Matrix.At(0, 0)-0.07) > 1e-15 {
		t.Errorf("got %v and %v", mat.Formatted(got[0].Matrix), mat.Formatted(got[1].Matrix))
	}
}

// The covariance of closures over many draws of the noise. That of 4000 draws is known to 1/√4000 = 1.6 % of √(C_jj C_kk);
// five times that is allowed. At |V|/σ near 100 terms of second order are 1e-4.
func TestClosureCovariancesAreThoseOfDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(20, 21))
	truth := randomSet(rng, 6, 1)
	for k := range truth.Weight {
		truth.Weight[k] = (1 + 3*rng.Float64()) * 1e4 / math.Pow(cmplx.Abs(truth.Vis[k]), 2)
	}
	for _, of := range []func(*radio.Visibilities, float64) *radio.Closures{radio.ClosurePhases, radio.LogClosureAmplitudes} {
		c := of(truth, 0)
		covariance := c.Covariances()[0].Matrix
		const draws = 4000
		samples := mat.NewDense(draws, c.Len(), nil)
		for i := range draws {
			noisy := truth.Clone()
			for k := range noisy.Vis {
				noisy.Vis[k] += complex(rng.NormFloat64()*truth.Sigma(k), rng.NormFloat64()*truth.Sigma(k))
			}
			for j := range c.Value {
				d := c.At(j, noisy.Vis) - c.Value[j]
				if c.Order == 3 {
					d = radio.WrapPhase(d)
				}
				samples.Set(i, j, d)
			}
		}
		var got mat.SymDense
		stat.CovarianceMatrix(&got, samples, nil)
		for j := range c.Len() {
			if d := covariance.At(j, j) - c.Sigma[j]*c.Sigma[j]; math.Abs(d) > 1e-12*covariance.At(j, j) {
				t.Errorf("order %d, quantity %d: variance %g, want Sigma² = %g", c.Order, j, covariance.At(j, j), c.Sigma[j]*c.Sigma[j])
			}
			for k := range j + 1 {
				if d := got.At(j, k) - covariance.At(j, k); math.Abs(d) > 0.08*c.Sigma[j]*c.Sigma[k] {
					t.Errorf("order %d: covariance of %d and %d is %g in draws, want %g", c.Order, j, k, got.At(j, k), covariance.At(j, k))
				}
			}
		}
	}
}

// The bispectrum of amplitudes 1, 2, 3 and phases 0.1, 0.2, −0.3 (from the other end): 6·exp(0.6i), σ/|B| = √(0.01² + 0.02² + 0.02²).
func TestBispectrumOnPaper(t *testing.T) {
	v := &radio.Visibilities{
		U: make([]float64, 3), V: make([]float64, 3), Vis: []complex128{cmplx.Rect(1, 0.1), cmplx.Rect(2, 0.2), cmplx.Rect(3, -0.3)},
		Weight: []float64{1e4, 1 / (0.04 * 0.04), 1 / (0.06 * 0.06)}, Ant1: []int{0, 1, 0}, Ant2: []int{1, 2, 2},
		TimeSec: make([]float64, 3), IntSec: make([]float64, 3), FreqHz: []float64{1, 1, 1}, Stations: make([]radio.Station, 3),
	}
	b := radio.Bispectra(v, 0)
	if b.Len() != 1 || b.Triangles.Len() != 1 {
		t.Fatalf("%d bispectra of %d triangles, want 1", b.Len(), b.Triangles.Len())
	}
	want := cmplx.Rect(6, 0.6)
	if math.Abs(b.Triangles.Value[0]+0.6) < 1e-12 { // the triangle may run the other way round
		want = cmplx.Conj(want)
	}
	if cmplx.Abs(b.Value[0]-want) > 1e-13 || math.Abs(b.Sigma[0]-6*0.03) > 1e-13 {
		t.Errorf("got %g ± %g, want %g ± 0.18", b.Value[0], b.Sigma[0], want)
	}
}

// Noise scatters real and imaginary part by σ each: the variance of 20,000 draws is known to 1 %; five times that is allowed, and
// phases of the stations' gains change nothing but rounding.
func TestBispectrumSigmaAndGains(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 23))
	truth := randomSet(rng, 3, 1)
	for k := range truth.Weight {
		truth.Weight[k] = 1e4 / math.Pow(cmplx.Abs(truth.Vis[k]), 2)
	}
	b := radio.Bispectra(truth, 0)
	var re, im float64
	const draws = 20000
	for range draws {
		noisy := truth.Clone()
		for k := range noisy.Vis {
			noisy.Vis[k] += complex(rng.NormFloat64()*truth.Sigma(k), rng.NormFloat64()*truth.Sigma(k))
		}
		d := (b.At(0, noisy.Vis) - b.Value[0]) / complex(b.Sigma[0], 0)
		re, im = re+real(d)*real(d)/draws, im+imag(d)*imag(d)/draws
	}
	if math.Abs(re-1) > 0.05 || math.Abs(im-1) > 0.05 {
		t.Errorf("variances of the parts over σ²: %.3f and %.3f, want 1", re, im)
	}
	turned := truth.Clone()
	phases := []float64{1, -2, 3}
	for k := range turned.Vis {
		turned.Vis[k] *= cmplx.Rect(1, phases[turned.Ant1[k]]-phases[turned.Ant2[k]])
	}
	if d := cmplx.Abs(radio.Bispectra(turned, 0).Value[0] - b.Value[0]); d > 1e-10*cmplx.Abs(b.Value[0]) {
		t.Errorf("phases of the stations change the bispectrum by %g", d)
	}
}
