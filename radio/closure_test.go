package radio_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/radio"
)

// withGains returns v with every visibility multiplied by g1·conj(g2) of complex station gains, new at every time.
func withGains(v *radio.Visibilities, rng *rand.Rand) *radio.Visibilities {
	c := v.Clone()
	type key struct {
		station int
		time    float64
	}
	gains := map[key]complex128{}
	gain := func(k key) complex128 {
		if _, ok := gains[k]; !ok {
			gains[k] = cmplx.Rect(math.Exp(rng.NormFloat64()), 2*math.Pi*rng.Float64())
		}
		return gains[k]
	}
	for k := range c.Vis {
		g := gain(key{c.Ant1[k], c.TimeSec[k]}) * cmplx.Conj(gain(key{c.Ant2[k], c.TimeSec[k]}))
		c.Vis[k] *= g
		// σ of the amplitude scales with the gain, so that the choice of the closures stays the same.
		c.Weight[k] /= real(g)*real(g) + imag(g)*imag(g)
	}
	return c
}

func TestClosuresAreBlindToStationGains(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 5))
		v := randomSet(rng, 3+int(seed%6), 3)
		drop := v.Select(func(k int) bool { return rng.Float64() > 0.1 })
		for _, set := range []*radio.Visibilities{v, drop} {
			spoiled := withGains(set, rng)
			for _, of := range []func(*radio.Visibilities, float64) *radio.Closures{radio.ClosurePhases, radio.LogClosureAmplitudes} {
				want, got := of(set, 0), of(spoiled, 0)
				if got.Len() != want.Len() {
					t.Fatalf("seed %d: %d closures with gains, %d without", seed, got.Len(), want.Len())
				}
				for j := range want.Value {
					d := got.Value[j] - want.Value[j]
					if want.Order == 3 {
						d = radio.WrapPhase(d)
					}
					if math.Abs(d) > 1e-10 {
						t.Errorf("seed %d, order %d, closure %d: %g with gains, %g without", seed, want.Order, j, got.Value[j], want.Value[j])
					}
				}
			}
		}
	}
}

func TestClosureCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 7))
	// 14 stations exercise the choice through the reference station only.
	for _, n := range []int{2, 3, 4, 5, 8, 14} {
		v := randomSet(rng, n, 2)
		phases, amplitudes := radio.ClosurePhases(v, 0), radio.LogClosureAmplitudes(v, 0)
		if want := 2 * (n - 1) * (n - 2) / 2; phases.Len() != want {
			t.Errorf("%d stations: %d closure phases, want %d", n, phases.Len(), want)
		}
		if want := max(0, 2*n*(n-3)/2); amplitudes.Len() != want {
			t.Errorf("%d stations: %d log closure amplitudes, want %d", n, amplitudes.Len(), want)
		}
		if got := rank(phases, v.Len()); got != phases.Len() {
			t.Errorf("%d stations: closure phases have rank %d of %d", n, got, phases.Len())
		}
		if got := rank(amplitudes, v.Len()); got != amplitudes.Len() {
			t.Errorf("%d stations: log closure amplitudes have rank %d of %d", n, got, amplitudes.Len())
		}
	}
}

// With baselines missing, the closures must span what all triangles (quadrangles) of the graph span: found here from the
// null space of the gains. With the hub of a wheel present and few baselines gone, triangles generate all cycles.
func TestClosureRankWithMissingBaselines(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	for trial := range 20 {
		full := randomSet(rng, 7, 1)
		v := full.Select(func(k int) bool { return full.Ant1[k] == 0 || rng.Float64() > 0.3 })
		cycles := v.Len() - 7 + 1 // connected through station 0
		if got := radio.ClosurePhases(v, 0); got.Len() != cycles || rank(got, v.Len()) != cycles {
			t.Errorf("trial %d: %d closure phases of rank %d, want %d", trial, got.Len(), rank(got, v.Len()), cycles)
		}
	}
}

// Above 12 stations the reference station alone does not give a complete set when it lacks baselines. With the dense rest of
// the array present, loops of three and four stations leave nothing out: E−V+1 phases and E−V amplitudes.
func TestClosuresOfManyStationsWithGapsAreComplete(t *testing.T) {
	for _, n := range []int{14, 16} {
		for trial := range uint64(5) {
			rng := rand.New(rand.NewPCG(18, trial))
			full := randomSet(rng, n, 1)
			for k := range full.Weight {
				if full.Ant1[k] == 0 {
					full.Weight[k] *= 1e4 // station 0 is the reference
				}
			}
			v := full.Select(func(k int) bool {
				if full.Ant1[k] == 0 {
					return full.Ant2[k] < n-4 // the reference misses four stations
				}
				return rng.Float64() > 0.15
			})
			for _, tt := range []struct {
				closures *radio.Closures
				want     int
			}{{radio.ClosurePhases(v, 0), v.Len() - n + 1}, {radio.LogClosureAmplitudes(v, 0), v.Len() - n}} {
				if got := rank(tt.closures, v.Len()); tt.closures.Len() != tt.want || got != tt.want {
					t.Errorf("%d stations, trial %d, order %d: %d closures of rank %d, want %d",
						n, trial, tt.closures.Order, tt.closures.Len(), got, tt.want)
				}
			}
		}
	}
}

// Two separate triangles, and a square whose stations fall into two groups.
func TestClosuresOfSeparatePartsAndOfASquare(t *testing.T) {
	full := randomSet(rand.New(rand.NewPCG(19, 1)), 10, 1)
	joined := map[[2]int]bool{
		{0, 1}: true, {1, 2}: true, {0, 2}: true, {3, 4}: true, {4, 5}: true, {3, 5}: true,
		{6, 7}: true, {7, 8}: true, {8, 9}: true, {6, 9}: true,
	}
	v := full.Select(func(k int) bool { return joined[[2]int{full.Ant1[k], full.Ant2[k]}] })
	if got := radio.ClosurePhases(v, 0).Len(); got != 2 {
		t.Errorf("%d closure phases, want that of each triangle", got)
	}
	if got := radio.LogClosureAmplitudes(v, 0).Len(); got != 1 {
		t.Errorf("%d log closure amplitudes, want that of the square", got)
	}
}

// rank returns the rank of the matrix whose rows are the closures.
func rank(c *radio.Closures, columns int) int {
	if c.Len() == 0 {
		return 0
	}
	m := mat.NewDense(c.Len(), columns, nil)
	for j := range c.Len() {
		for i := range c.Order {
			m.Set(j, int(c.Index[c.Order*j+i]), c.Sign[c.Order*j+i])
		}
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		return -1
	}
	n := 0
	for _, s := range svd.Values(nil) {
		if s > 1e-6 { // singular values of ±1 incidence rows are 0 or of order 0.1 and more
			n++
		}
	}
	return n
}

// The values are the argument of the triple product and the logarithm of the ratio of amplitudes.
func TestClosureValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 11))
	v := randomSet(rng, 5, 1)
	for k := 0; k < v.Len(); k += 2 { // every other baseline the other way round
		v.Ant1[k], v.Ant2[k] = v.Ant2[k], v.Ant1[k]
	}
	phases := radio.ClosurePhases(v, 0)
	for j := range phases.Value {
		triple, variance := complex128(1), 0.0
		at := map[int]int{}
		for i := range 3 {
			k := int(phases.Index[3*j+i])
			vis := v.Vis[k]
			a, b := v.Ant1[k], v.Ant2[k]
			if phases.Sign[3*j+i] < 0 {
				vis, a, b = cmplx.Conj(vis), b, a
			}
			at[a]++
			at[b] += 10
			triple *= vis
			variance += 1 / (v.Weight[k] * real(v.Vis[k]*cmplx.Conj(v.Vis[k])))
		}
		for station, n := range at {
			if n != 11 {
				t.Errorf("triangle %d does not pass through station %d in and out", j, station)
			}
		}
		if d := radio.WrapPhase(phases.Value[j] - cmplx.Phase(triple)); math.Abs(d) > 1e-12 {
			t.Errorf("triangle %d: phase %g, want %g", j, phases.Value[j], cmplx.Phase(triple))
		}
		if math.Abs(phases.Sigma[j]-math.Sqrt(variance)) > 1e-14 {
			t.Errorf("triangle %d: sigma %g, want %g", j, phases.Sigma[j], math.Sqrt(variance))
		}
	}
}

// A loud baseline (small |V|/σ) is cut, and so are its closures.
func TestClosureSNRCut(t *testing.T) {
	v := randomSet(rand.New(rand.NewPCG(12, 13)), 4, 1)
	v.Weight[0] = 1e-4 // σ = 100 Jy
	v.Vis[1] = 0
	if got := radio.ClosurePhases(v, 0).Len(); got != 2 {
		t.Errorf("without a cut: %d closure phases, want 2 (a zero visibility has no phase)", got)
	}
	if got := radio.ClosurePhases(v, 3).Len(); got != 1 {
		t.Errorf("with |V|/σ >= 3: %d closure phases, want 1", got)
	}
	v.Weight[2] = 0
	if got := radio.LogClosureAmplitudes(v, 3).Len(); got != 0 {
		t.Errorf("three baselines: %d log closure amplitudes, want 0", got)
	}
}

// ln|V+n| exceeds ln|V| by ½E₁(|V|²/2σ²), at |V|/σ = 2: ½E₁(2) = 0.02445. The mean of 200,000 draws has an error near
// 0.6/√200000 = 0.0013; five times that is allowed.
func TestLogAmplitudeNeedsNoDebiasing(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 15))
	sum, draws := 0.0, 200000
	for range draws {
		sum += math.Log(cmplx.Abs(complex(2+rng.NormFloat64(), rng.NormFloat64()))) - math.Ln2
	}
	if got := sum / float64(draws); math.Abs(got-0.02445) > 0.0065 {
		t.Errorf("mean excess of ln|V+n| is %g, want 0.02445", got)
	}
}

func TestWrapPhase(t *testing.T) {
	for in, want := range map[float64]float64{0: 0, math.Pi: math.Pi, -math.Pi: math.Pi, 3 * math.Pi: math.Pi, 7: 7 - 2*math.Pi} {
		if got := radio.WrapPhase(in); math.Abs(got-want) > 1e-12 {
			t.Errorf("WrapPhase(%g) = %g, want %g", in, got, want)
		}
	}
}

// Noise drawn with the stated σ scatters closures by the stated σ: the normalised deviations have variance 1. At |V|/σ > 30
// terms of second order are below 0.1 %; 600 draws of 16 quantities (correlated within a draw) give about ±3 %.
func TestClosureSigma(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 17))
	truth := randomSet(rng, 6, 1)
	for k := range truth.Weight {
		truth.Weight[k] = 1e4
	}
	for _, of := range []func(*radio.Visibilities, float64) *radio.Closures{radio.ClosurePhases, radio.LogClosureAmplitudes} {
		c := of(truth, 0)
		sum, n := 0.0, 0
		for range 600 {
			noisy := truth.Clone()
			for k := range noisy.Vis {
				noisy.Vis[k] += complex(0.01*rng.NormFloat64(), 0.01*rng.NormFloat64())
			}
			for j := range c.Value {
				d := c.At(j, noisy.Vis) - c.Value[j]
				if c.Order == 3 {
					d = radio.WrapPhase(d)
				}
				sum += d * d / (c.Sigma[j] * c.Sigma[j])
				n++
			}
		}
		if got := sum / float64(n); math.Abs(got-1) > 0.1 {
			t.Errorf("order %d: normalised variance %g, want 1", c.Order, got)
		}
	}
}
