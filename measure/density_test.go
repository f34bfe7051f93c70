package measure_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/distuv"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// densities are the kinds of scatter of complex data.
var densities = map[string]measure.Density{
	"gaussian": measure.Gaussian{}, "huber 0.5": measure.Huber{Threshold: 0.5}, "huber 3": measure.Huber{},
	"student 1": measure.StudentT{Nu: 1}, "student 4": measure.StudentT{},
}

// single returns one visibility d with the given weight.
func single(d complex128, weight float64) *radio.Visibilities {
	return &radio.Visibilities{U: []float64{0}, V: []float64{0}, Vis: []complex128{d}, Weight: []float64{weight}}
}

// logLikelihood returns the log-likelihood of a term for predicted visibilities.
func logLikelihood(t *testing.T, term measure.Term, vis ...complex128) (value float64) {
	t.Helper()
	noLeaks(t, func(s *torch.Scope) error {
		v, err := measure.LogLikelihood(s, term, s.FromComplex128s(vis, int64(len(vis))))
		if err == nil {
			value = s.Item(v)
		}
		return err
	})
	return value
}

// The integral of exp(log-likelihood) over the complex plane is 1, in circles around the datum: from 0 to 3σ, where Huber's
// density has its corner, and from there to infinity by r = 3σ/t. Legendre's rule with 200 points is exact to 1e-9 for
// these smooth pieces, and for the corner at 0.5σ to 1e-5.
func TestDensitiesIntegrateToOne(t *testing.T) {
	const sigma = 0.2
	for name, density := range densities {
		term, err := measure.NewRobustVis(single(1-2i, 1/(sigma*sigma)), density)
		if err != nil {
			t.Fatal(err)
		}
		ring := func(r float64) float64 {
			sum := 0.0
			for k := range 3 { // the density is the same around the ring
				sin, cos := math.Sincos(2 * math.Pi * float64(k) / 3)
				sum += math.Exp(logLikelihood(t, term, 1-2i+complex(r*cos, r*sin))) / 3
			}
			return 2 * math.Pi * r * sum
		}
		edge := 3.0 * sigma
		inner := quad.Fixed(ring, 0, edge, 200, quad.Legendre{}, 0)
		outer := quad.Fixed(func(u float64) float64 { return ring(edge/u) * edge / (u * u) }, 0, 1, 200, quad.Legendre{}, 0)
		limit := 1e-9
		if name == "huber 0.5" {
			limit = 1e-5
		}
		if got := inner + outer; math.Abs(got-1) > limit {
			t.Errorf("%s: the density integrates to %.12g, want 1", name, got)
		}
	}
}

// The density of closure phases integrates to 1 over the circle, for narrow and for wide errors: the trapezoidal rule of a
// periodic function is exact to rounding once its 600 steps resolve σ.
func TestClosurePhaseDensityIntegratesToOne(t *testing.T) {
	for _, sigma := range []float64{0.02, 0.15, 0.19, 1, 5} {
		sum, n := 0.0, 600
		for k := range n {
			psi := 2 * math.Pi * float64(k) / float64(n)
			term, err := measure.NewClosurePhase(&radio.Closures{Order: 3, Index: []int32{0, 1, 2}, Sign: []float64{1, 1, -1},
				Value: []float64{psi}, Sigma: []float64{sigma}})
			if err != nil {
				t.Fatal(err)
			}
			sum += math.Exp(logLikelihood(t, term, 1+1i, 2, 3-1i)) * 2 * math.Pi / float64(n)
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("σ = %g rad: the density integrates to %.15g, want 1", sigma, sum)
		}
	}
}

// Log-likelihoods against those of gonum's normal distributions, to rounding.
func TestLogLikelihoodIsThatOfNormalDistributions(t *testing.T) {
	g := grids[2]
	rng := rand.New(rand.NewPCG(21, 1))
	img := blob(rng, g)
	v := scans(rng, g, img, 5, 0.004)
	for k := range v.Weight {
		v.Weight[k] *= 0.5 + rng.Float64()
	}
	v.Weight[2] = 0
	model := make([]complex128, v.Len())
	radio.NewDFT(g, v.U, v.V).Forward(model, blob(rng, g))
	normal := func(x, mean, sigma float64) float64 { return distuv.Normal{Mu: mean, Sigma: sigma}.LogProb(x) }
	want := map[string]float64{}
	for k, d := range v.Vis {
		if !v.Flagged(k) {
			want["vis"] += normal(real(d), real(model[k]), v.Sigma(k)) + normal(imag(d), imag(model[k]), v.Sigma(k))
		}
	}
	amplitudes := radio.Amplitudes(v)
	for j, k := range amplitudes.Index {
		want["amp"] += normal(amplitudes.Value[j], math.Hypot(real(model[k]), imag(model[k])), amplitudes.Sigma[j])
	}
	ratios := radio.LogClosureAmplitudes(v, 0)
	for j, c := range ratios.Value {
		want["logcamp"] += normal(c, ratios.At(j, model), ratios.Sigma[j])
	}
	for _, c := range ratios.Covariances() {
		n := c.Matrix.SymmetricDim()
		mean := make([]float64, n)
		for j := range mean {
			mean[j] = ratios.At(c.First+j, model)
		}
		d, ok := distmv.NewNormal(mean, c.Matrix, nil)
		if !ok {
			t.Fatal("the covariance is not positive definite")
		}
		want["logcamp whitened"] += d.LogProb(ratios.Value[c.First : c.First+n])
	}
	triples := radio.Bispectra(v, 0)
	for j, b := range triples.Value {
		m := triples.At(j, model)
		want["bispectrum"] += normal(real(b), real(m), triples.Sigma[j]) + normal(imag(b), imag(m), triples.Sigma[j])
	}
	for name, w := range want {
		if got := logLikelihood(t, terms(t, v, name)[0], model...); math.Abs(got-w) > 1e-12*math.Abs(w) {
			t.Errorf("%s: log-likelihood %.17g, want %.17g", name, got, w)
		}
	}
}

// A whitened closure phase with Gaussian constants differs from von Mises by I₀(κ) = eᴷ/√(2πκ)·(1 + σ²/8 + …), κ = 1/σ².
func TestWhitenedClosurePhaseConstant(t *testing.T) {
	const variance = 0.01
	c := &radio.Closures{Order: 3, Index: []int32{0, 1, 2}, Sign: []float64{1, 1, 1}, Value: []float64{0.3}, Sigma: []float64{0.1},
		LegVariance: []float64{variance / 2, variance / 4, variance / 4}, TimeSec: []float64{0}, FreqHz: []float64{1}}
	plain, err := measure.NewClosurePhase(c)
	if err != nil {
		t.Fatal(err)
	}
	whitened, err := measure.NewWhitenedClosurePhase(c)
	if err != nil {
		t.Fatal(err)
	}
	// The next term of the series is 9/128·σ⁴ = 7e-6.
	if got := whitened.LogPeak() - plain.LogPeak(); math.Abs(got-variance/8) > 1e-5 {
		t.Errorf("the constants differ by %g, want σ²/8 = %g", got, variance/8)
	}
}

func TestRobustDensitiesOnPaper(t *testing.T) {
	for _, tt := range []struct {
		density measure.Density
		r, want float64
	}{
		{measure.Huber{}, 2, 2}, {measure.Huber{}, 5, 3*5 - 4.5}, {measure.Huber{Threshold: 1}, 1e8, 1e8 - 0.5},
		{measure.StudentT{}, 4, 3 * math.Log(5)}, {measure.StudentT{Nu: 1}, 1, 1.5 * math.Ln2},
		// With many degrees of freedom t is normal: ρ = ½r² + (r² − r⁴/4)/ν + …, whose second term is zero at r = 2.
		{measure.StudentT{Nu: 1e6}, 2, 2}, {measure.Huber{Threshold: 1e6}, 20, 200},
	} {
		term, err := measure.NewRobustVis(single(1i, 4), tt.density)
		if err != nil {
			t.Fatal(err)
		}
		peak := logLikelihood(t, term, 1i)
		// ln(1 + r²/ν) of the largest ν rounds at 1e-16·ν; the order ν⁻² left out is of the same size.
		if got := peak - logLikelihood(t, term, 1i+complex(0.6*tt.r/2, 0.8*tt.r/2)); math.Abs(got-tt.want) > 1e-9*tt.want {
			t.Errorf("%+v: ρ(%g) = %.15g, want %.15g", tt.density, tt.r, got, tt.want)
		}
	}
	for _, bad := range []measure.Density{nil, measure.Huber{Threshold: -1}, measure.Huber{Threshold: math.NaN()},
		measure.StudentT{Nu: -2}, measure.StudentT{Nu: math.Inf(1)}} {
		if _, err := measure.NewRobustVis(single(1, 1), bad); err == nil || !strings.Contains(err.Error(), "measure: ") {
			t.Errorf("%+v: got %v, want an error", bad, err)
		}
	}
}
