package data_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/data"
	"fringe/radio"
)

// streams gives the generators of one simulation.
func streams(seed uint64) func(data.Stream) *rand.Rand {
	return func(s data.Stream) *rand.Rand { return data.Rng(seed, data.Training, s, 0) }
}

// quiet returns the observation without noise.
func quiet(o data.Observation) data.Observation {
	o.Vis = noiseless(o.Vis)
	return o
}

func scheduled(t *testing.T, s data.Schedule) data.Observation {
	t.Helper()
	obs, err := s.Observation()
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

func simulated(t *testing.T, o data.Observation, sky data.SkyTransform, e data.Effects, seed uint64) *radio.Visibilities {
	t.Helper()
	vis, err := o.Simulate(sky, e, streams(seed))
	if err != nil {
		t.Fatal(err)
	}
	return vis
}

// pointSky is a point source of 1 Jy.
func pointSky(l, m float64) data.SkyTransform {
	return func(vis []complex128, u, v []float64) {
		for k := range vis {
			vis[k] = cmplx.Rect(1, -2*math.Pi*(u[k]*l+v[k]*m))
		}
	}
}

// TestSimulatedSkiesMatchClosedForms compares images with the transforms of what they sample. Points on pixels are exact. A
// Gaussian sampled every s has its alias at 1/s: with σ = 4 pixels and baselines up to 0.1 per pixel it is smaller by
// exp(−2π²σ²(0.9² − 0.1²)) < 1e-100, and what the image of 15σ cuts off is below 1e-13.
func TestSimulatedSkiesMatchClosedForms(t *testing.T) {
	obs := quiet(scheduled(t, data.Schedule{}))
	longest := 0.0
	for k := range obs.Vis.U {
		longest = max(longest, obs.Vis.UVDistance(k))
	}
	g := radio.Grid{NX: 63, NY: 61, CellRad: 0.1 / longest}
	points, gauss := make([]float64, g.Len()), make([]float64, g.Len())
	points[7*63+50], points[40*63+12] = 0.7, 0.3
	const sigma = 4.0
	for y := range g.NY {
		for x := range g.NX {
			r2 := math.Pow(float64(x-31), 2) + math.Pow(float64(y-30), 2)
			gauss[y*g.NX+x] = math.Exp(-r2/(2*sigma*sigma)) / (2 * math.Pi * sigma * sigma)
		}
	}
	two := simulated(t, obs, data.ImageTransform(points, g), data.Effects{}, 1)
	one := simulated(t, obs, data.ImageTransform(gauss, g), data.Effects{}, 1)
	for k := range obs.Vis.Vis {
		u, v := obs.Vis.U[k]*g.CellRad, obs.Vis.V[k]*g.CellRad
		want := 0.7*cmplx.Rect(1, -2*math.Pi*(u*(31-50)+v*(7-30))) + 0.3*cmplx.Rect(1, -2*math.Pi*(u*(31-12)+v*(40-30)))
		if d := cmplx.Abs(two.Vis[k] - want); d > 1e-10 {
			t.Fatalf("points, visibility %d: %.2g Jy off the closed form", k, d)
		}
		if d := cmplx.Abs(one.Vis[k] - complex(math.Exp(-2*math.Pi*math.Pi*sigma*sigma*(u*u+v*v)), 0)); d > 1e-10 {
			t.Fatalf("Gaussian, visibility %d: %.2g Jy off the closed form", k, d)
		}
	}
}

// TestNoiseOfAMillionDraws: χ² of n normal numbers has mean n and variance 2n; five standard deviations.
func TestNoiseOfAMillionDraws(t *testing.T) {
	obs := scheduled(t, data.Schedule{Setup: data.Setup{IntegrationSec: 1}})
	none := func(vis []complex128, _, _ []float64) { clear(vis) }
	chi2, n := 0.0, 0
	for seed := uint64(0); n < 1e6; seed++ {
		vis := simulated(t, obs, none, data.Effects{}, seed)
		for k, x := range vis.Vis {
			chi2 += obs.Vis.Weight[k] * (real(x)*real(x) + imag(x)*imag(x))
			n += 2
		}
	}
	if limit := 5 * math.Sqrt(2/float64(n)); math.Abs(chi2/float64(n)-1) > limit {
		t.Errorf("χ²/n of %d numbers is %.5f, want 1 within %.5f", n, chi2/float64(n), limit)
	}
}

// TestEffectsLeaveEachOtherAlone: the zero value does nothing, equal seeds give equal bytes, and an effect changes neither the
// noise nor another effect's numbers: V(all) − V(no noise) is the noise of no effects.
func TestEffectsLeaveEachOtherAlone(t *testing.T) {
	obs, sky := scheduled(t, data.Schedule{}), pointSky(1e-10, -2e-10)
	all := data.Effects{
		Smearing: data.Smearing{TimeSamples: 3, ChannelSamples: 2}, Leakage: data.Leakage{DTerm: 0.05, LinearFraction: 0.1},
		Drift: data.Drift{AmplitudeSigma: 0.1, PhaseSigmaDeg: 30, CorrelationSec: 600},
	}
	a, again := simulated(t, obs, sky, all, 4), simulated(t, obs, sky, all, 4)
	if !cmp.Equal(a, again) {
		t.Error("equal seeds give different data")
	}
	clean := simulated(t, quiet(obs), sky, all, 4)
	plain, exact := simulated(t, obs, sky, data.Effects{}, 4), simulated(t, quiet(obs), sky, data.Effects{}, 4)
	for k := range a.Vis {
		if d := cmplx.Abs((a.Vis[k] - clean.Vis[k]) - (plain.Vis[k] - exact.Vis[k])); d > 1e-14 { // rounding of 1 Jy
			t.Fatalf("visibility %d: the noise differs by %.2g Jy", k, d)
		}
	}
	lost := all
	lost.Flags = data.Flags{StationFraction: 0.2, Fraction: 0.1}
	if b := simulated(t, obs, sky, lost, 4); !cmp.Equal(a.Vis, b.Vis) || cmp.Equal(a.Weight, b.Weight) {
		t.Error("flags change the data or no weights")
	}
}

func TestEffectsValidate(t *testing.T) {
	obs := scheduled(t, data.Schedule{})
	for want, e := range map[string]data.Effects{
		"smearing.time_samples":    {Smearing: data.Smearing{TimeSamples: -1}},
		"smearing.channel_samples": {Smearing: data.Smearing{ChannelSamples: 65}},
		"leakage.d_term":           {Leakage: data.Leakage{DTerm: math.NaN()}},
		"leakage.linear_fraction":  {Leakage: data.Leakage{LinearFraction: 1.1}},
		"drift.amplitude_sigma":    {Drift: data.Drift{AmplitudeSigma: 3}},
		"drift.correlation_sec":    {Drift: data.Drift{CorrelationSec: math.Inf(1)}},
		"flags.station_fraction":   {Flags: data.Flags{StationFraction: 1}},
		"leave no visibility":      {Flags: data.Flags{Fraction: 0.99, StationFraction: 0.9, StationSec: 1e7}},
	} {
		o := obs
		if strings.HasPrefix(want, "leave") {
			o.Vis = obs.Vis.Select(func(k int) bool { return k == 0 })
			var err error
			failed := 0
			for seed := range uint64(50) {
				if _, err = o.Simulate(pointSky(0, 0), e, streams(seed)); err != nil {
					failed++
					if !strings.Contains(err.Error(), want) {
						t.Errorf("error %v, want one with %q", err, want)
					}
				}
			}
			if failed == 0 { // a draw keeps the one visibility with chance 1e-4, 200 draws with 2 %
				t.Error("flags that leave nothing: no error in 50 simulations")
			}
			continue
		}
		if _, err := o.Simulate(pointSky(0, 0), e, streams(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", e, err, want)
		}
		if err := (data.ObservationConfig{Effects: e}).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ObservationConfig with %+v: error %v, want one with %q", e, err, want)
		}
		if err := (data.Schedule{Effects: e}).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Schedule with %+v: error %v, want one with %q", e, err, want)
		}
	}
}

// TestPairsWithEffects makes training pairs with everything switched on.
func TestPairsWithEffects(t *testing.T) {
	c := data.PairConfig{Seed: 2, Observation: data.ObservationConfig{
		Array: "eht2022", Setup: data.Setup{IntegrationSec: 60, Channels: 2, DishMetres: 6},
		Effects: data.Effects{Smearing: data.Smearing{TimeSamples: 2}, Leakage: data.Leakage{DTerm: 0.05},
			Drift: data.Drift{AmplitudeSigma: 0.1, CorrelationSec: 600}, Flags: data.Flags{StationFraction: 0.1, Fraction: 0.05}},
	}}
	p := pair(t, c, data.Training, 0)
	flagged := 0
	for k := range p.Vis.Vis {
		if p.Vis.Flagged(k) {
			flagged++
		}
	}
	if err := p.Vis.Validate(); err != nil || flagged == 0 || flagged > p.Vis.Len()/2 {
		t.Errorf("%d of %d visibilities flagged (%v)", flagged, p.Vis.Len(), err)
	}
}
