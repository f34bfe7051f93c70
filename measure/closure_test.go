package measure_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// chi2 returns χ² of a term for predicted visibilities, from its residuals, and checks that a Gaussian Value is half of it.
func chi2(t *testing.T, term measure.Term, vis []complex128) (sum float64) {
	t.Helper()
	noLeaks(t, func(s *torch.Scope) error {
		predicted := s.FromComplex128s(vis, int64(len(vis)))
		r, err := term.Residuals(s, predicted)
		if err != nil {
			return err
		}
		if r.DType() == torch.Complex128 {
			for _, z := range s.Complex128s(r) {
				sum += real(z)*real(z) + imag(z)*imag(z)
			}
		} else {
			for _, z := range s.Float64s(r) {
				sum += z * z
			}
		}
		value, err := term.Value(s, predicted)
		if err == nil && math.Abs(2*s.Item(value)-sum) > 1e-12*sum {
			t.Errorf("%s: 2·Value is %.15g, Σ|residual|² %.15g", term.Name(), 2*s.Item(value), sum)
		}
		return err
	})
	return sum
}

// eht-imaging's definitions of the reduced χ² (Chael et al. 2018, ApJ 857, 23) as loops over the data. The differences are
// rounding, of 1 − cos Δ above all.
func TestChi2AgainstLoops(t *testing.T) {
	g := grids[2]
	rng := rand.New(rand.NewPCG(22, 1))
	v := scans(rng, g, blob(rng, g), 6, 0.004)
	model := make([]complex128, v.Len())
	radio.NewDFT(g, v.U, v.V).Forward(model, blob(rng, g))
	want := map[string]float64{}
	for k, d := range v.Vis {
		want["vis"] += math.Pow(cmplx.Abs(d-model[k]), 2) * v.Weight[k] / float64(2*v.Len())
	}
	amplitudes := radio.Amplitudes(v)
	for j, k := range amplitudes.Index {
		want["amp"] += math.Pow((amplitudes.Value[j]-cmplx.Abs(model[k]))/amplitudes.Sigma[j], 2) / float64(len(amplitudes.Index))
	}
	triples := radio.Bispectra(v, 0)
	n := float64(triples.Len())
	for j := range triples.Value {
		product := complex128(1)
		for i := 3 * j; i < 3*j+3; i++ {
			leg := model[triples.Triangles.Index[i]]
			if triples.Triangles.Sign[i] < 0 {
				leg = cmplx.Conj(leg)
			}
			product *= leg
		}
		phase, sigma := triples.Triangles.Value[j], triples.Triangles.Sigma[j]
		want["bispectrum"] += math.Pow(cmplx.Abs(triples.Value[j]-product)/triples.Sigma[j], 2) / (2 * n)
		want["cphase"] += 2 / n * (1 - math.Cos(phase-cmplx.Phase(product))) / (sigma * sigma)
	}
	ratios := radio.LogClosureAmplitudes(v, 0)
	for j, c := range ratios.Value {
		i := ratios.Index[4*j : 4*j+4] // the first two over the last two
		c -= math.Log(cmplx.Abs(model[i[0]])) + math.Log(cmplx.Abs(model[i[1]])) - math.Log(cmplx.Abs(model[i[2]])) - math.Log(cmplx.Abs(model[i[3]]))
		want["logcamp"] += math.Pow(c/ratios.Sigma[j], 2) / float64(ratios.Len())
	}
	for _, name := range different {
		term := terms(t, v, name)[0]
		if got := chi2(t, term, model) / float64(term.Len()); math.Abs(got-want[name]) > 1e-10*want[name] {
			t.Errorf("%s: reduced χ² %.15g, want %.15g", name, got, want[name])
		}
	}
}

// Whitened closure phases know what phases of the stations' gains cannot explain, and no more: χ² is what is left of the
// baselines' phase errors after a least-squares fit of station phases; likewise for amplitudes (Blackburn et al. 2020, ApJ
// 894, 31). Errors of 1e-6 make that linear to 1e-6; rounding of phases is 1e-10 of them.
func TestWhitenedClosuresAreWhatGainsCannotExplain(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(23, 1))
	v := scans(rng, g, blob(rng, g), 1, 0.004)
	for k := range v.Weight {
		v.Weight[k] *= 0.2 + rng.Float64()
	}
	v.Weight[3] = 0
	for name, sign := range map[string]float64{"cphase whitened": -1, "logcamp whitened": +1} {
		model := make([]complex128, v.Len())
		var rows, rhs []float64
		for k, d := range v.Vis {
			e := 1e-6 * rng.NormFloat64()
			if sign < 0 {
				model[k] = d * cmplx.Exp(complex(0, e))
			} else {
				model[k] = d * complex(math.Exp(e), 0)
			}
			if v.Flagged(k) {
				continue
			}
			row, snr := make([]float64, 5), cmplx.Abs(d)*math.Sqrt(v.Weight[k])
			row[v.Ant1[k]], row[v.Ant2[k]] = snr, sign*snr
			rows, rhs = append(rows, row...), append(rhs, e*snr)
		}
		if got, want := chi2(t, terms(t, v, name)[0], model), unexplained(t, rows, rhs); math.Abs(got-want) > 1e-5*want {
			t.Errorf("%s: χ² %.9g, want %.9g", name, got, want)
		}
	}
}

// unexplained returns min |Ag − b|² over the five unknowns g. A common phase of all stations does nothing, hence the
// singular values.
func unexplained(t *testing.T, rows, rhs []float64) float64 {
	t.Helper()
	a, b := mat.NewDense(len(rhs), 5, rows), mat.NewVecDense(len(rhs), rhs)
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		t.Fatal("no singular values")
	}
	rank := svd.Rank(1e-10)
	var gains, residual mat.VecDense
	svd.SolveVecTo(&gains, b, rank)
	residual.MulVec(a, &gains)
	residual.SubVec(b, &residual)
	return mat.Dot(&residual, &residual)
}

// Gains of the stations change neither χ² nor its gradient to 1e-10: phases and amplitudes for closures, phases for the
// bispectrum. σ scales with the gain, so that the σ of closures stays.
func TestClosuresAreBlindToGains(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(11, 1))
	x := blob(rng, g)
	v := scans(rng, g, blob(rng, g), 3, 0.004)
	for name, spread := range map[string]float64{"cphase": 0.5, "cphase whitened": 0.5, "logcamp": 0.5, "logcamp whitened": 0.5, "bispectrum": 0} {
		spoiled := v.Clone()
		var gains [5]complex128
		for a := range gains {
			gains[a] = cmplx.Rect(math.Exp(spread*rng.NormFloat64()), 2*math.Pi*rng.Float64())
		}
		for k := range v.Vis {
			gain := gains[v.Ant1[k]] * cmplx.Conj(gains[v.Ant2[k]])
			spoiled.Vis[k] *= gain
			spoiled.Weight[k] /= math.Pow(cmplx.Abs(gain), 2)
		}
		before, after := make([]float64, g.Len()), make([]float64, g.Len())
		want, err := likelihood(t, g, v, terms(t, v, name)...).ValueGrad(before, x)
		if err != nil {
			t.Fatal(err)
		}
		got, err := likelihood(t, g, spoiled, terms(t, spoiled, name)...).ValueGrad(after, x)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-want) > 1e-10*want || relative(after, before) > 1e-10 {
			t.Errorf("%s: value %.15g with gains, %.15g without; gradients differ by %.2g", name, got, want, relative(after, before))
		}
	}
}

// A phase of π − 1e-6 and one of −π + 1e-6 are 2e-6 apart: ½χ² is ½(2e-6)²/σ², on both sides of the branch cut.
func TestClosurePhasesWrap(t *testing.T) {
	c := &radio.Closures{Order: 3, Index: []int32{0, 1, 2}, Sign: []float64{1, 1, 1}, Value: []float64{math.Pi - 1e-6}, Sigma: []float64{1e-3},
		LegVariance: []float64{1e-6 / 4, 1e-6 / 4, 1e-6 / 2}, TimeSec: []float64{0}, FreqHz: []float64{1}}
	for name, of := range map[string]func(*radio.Closures) (*measure.ClosurePhase, error){
		"plain": measure.NewClosurePhase, "whitened": measure.NewWhitenedClosurePhase} {
		term, err := of(c)
		if err != nil {
			t.Fatal(err)
		}
		// Phases near π are rounded to 4e-16, which is 2e-10 of the difference.
		if got, want := chi2(t, term, []complex128{1, 2, cmplx.Rect(3, -math.Pi+1e-6)}), 4e-6; math.Abs(got-want) > 1e-8*want {
			t.Errorf("%s: χ² %.12g, want %.12g", name, got, want)
		}
	}
}

func TestWhiteningRefuses(t *testing.T) {
	g := grids[0]
	rng := rand.New(rand.NewPCG(24, 1))
	v := scans(rng, g, blob(rng, g), 1, 0.004)
	bare, double := radio.ClosurePhases(v, 0), radio.ClosurePhases(v, 0)
	bare.LegVariance = nil
	for i := range 3 { // the second triangle is the first once more
		double.Index[3+i], double.Sign[3+i], double.LegVariance[3+i] = double.Index[i], double.Sign[i], double.LegVariance[i]
	}
	for name, c := range map[string]*radio.Closures{"no variances": bare, "a triangle twice": double, "nothing": {Order: 3}} {
		if _, err := measure.NewWhitenedClosurePhase(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
