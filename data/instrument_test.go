package data_test

import (
	"math"
	"math/cmplx"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// TestDriftHasTheStatedCovariance: ln|g| of many stations at uneven times has variance offset² + σ² and covariance offset² +
// σ²exp(−Δ/τ). The mean of n products of normal numbers of variance s² scatters by at most s²√(2/n); five times that.
func TestDriftHasTheStatedCovariance(t *testing.T) {
	const n = 100000
	d := data.Drift{AmplitudeSigma: 0.3, PhaseSigmaDeg: 20, CorrelationSec: 500, AmplitudeOffset: 0.2, PhaseOffsetDeg: 10}
	times := []float64{0, 10, 300, 1300}
	gains := d.Gains(data.Rng(1, 0, data.DriftStream, 0), n, times)
	const rad = math.Pi / 180
	for _, part := range []struct {
		name          string
		of            func(complex128) float64
		offset, sigma float64
	}{
		{"ln|g|", func(g complex128) float64 { return math.Log(cmplx.Abs(g)) }, 0.2, 0.3},
		{"phase", cmplx.Phase, 10 * rad, 20 * rad}, // 8σ before it wraps
	} {
		for i := range times {
			for j := range i + 1 {
				sum := 0.0
				for s := range n {
					sum += part.of(gains[i][s]) * part.of(gains[j][s])
				}
				variance := part.offset*part.offset + part.sigma*part.sigma
				want := part.offset*part.offset + part.sigma*part.sigma*math.Exp(-(times[i]-times[j])/500)
				if got := sum / n; math.Abs(got-want) > 5*variance*math.Sqrt(2.0/n) {
					t.Errorf("%s at %g s and %g s: covariance %.5f, want %.5f", part.name, times[i], times[j], got, want)
				}
			}
		}
	}
	white := data.Drift{PhaseSigmaDeg: 20}.Gains(data.Rng(1, 0, data.DriftStream, 0), n, []float64{0, 1})
	sum := 0.0
	for s := range n {
		sum += cmplx.Phase(white[0][s]) * cmplx.Phase(white[1][s])
	}
	if got := sum / n; math.Abs(got) > 5*400*rad*rad/math.Sqrt(n) {
		t.Errorf("without a correlation time the covariance is %.5f, want 0", got)
	}
}

// TestClosuresAreImmuneToDrift: closure phases and log closure amplitudes of data without noise, before and after gains.
func TestClosuresAreImmuneToDrift(t *testing.T) {
	obs := scheduled(t, data.Schedule{IntraSite: true})
	sky := func(vis []complex128, u, v []float64) {
		pointSky(3e-11, 1e-11)(vis, u, v)
		for k := range vis {
			vis[k] += 0.4
		}
	}
	clean := simulated(t, quiet(obs), sky, data.Effects{}, 1)
	e := data.Effects{Drift: data.Drift{AmplitudeSigma: 0.3, PhaseSigmaDeg: 60, CorrelationSec: 100, AmplitudeOffset: 0.2, PhaseOffsetDeg: 1000}}
	bad := simulated(t, quiet(obs), sky, e, 1)
	changed := 0
	for k := range clean.Vis {
		if cmplx.Abs(bad.Vis[k]-clean.Vis[k]) > 0.1*cmplx.Abs(clean.Vis[k]) {
			changed++
		}
	}
	if changed < clean.Len()/2 {
		t.Errorf("gains change %d of %d visibilities", changed, clean.Len())
	}
	triangles, quadrangles := 0, 0
	for _, at := range baselinesByTime(clean) {
		for a := range clean.Stations {
			for b := range a {
				for c := range b {
					ab, bc, ac := at[[2]int{b, a}], at[[2]int{c, b}], at[[2]int{c, a}]
					if ab == 0 || bc == 0 || ac == 0 {
						continue
					}
					triangles++
					closure := func(v []complex128) complex128 { return v[ab-1] * v[bc-1] * cmplx.Conj(v[ac-1]) }
					if d := cmplx.Phase(closure(bad.Vis) * cmplx.Conj(closure(clean.Vis))); math.Abs(d) > 1e-10 {
						t.Fatalf("closure phase changes by %.2g rad", d)
					}
					for d := range c {
						da, db, dc := at[[2]int{d, a}], at[[2]int{d, b}], at[[2]int{d, c}]
						if da == 0 || db == 0 || dc == 0 {
							continue
						}
						quadrangles++
						ratio := func(v []complex128) float64 {
							return math.Log(cmplx.Abs(v[ab-1]*v[dc-1]) / cmplx.Abs(v[ac-1]*v[db-1]))
						}
						if x := ratio(bad.Vis) - ratio(clean.Vis); math.Abs(x) > 1e-10 {
							t.Fatalf("log closure amplitude changes by %.2g", x)
						}
					}
				}
			}
		}
	}
	if triangles < 100 || quadrangles < 100 {
		t.Errorf("%d triangles, %d quadrangles", triangles, quadrangles)
	}
}

// baselinesByTime returns, for each time, one more than the index of each station pair's visibility.
func baselinesByTime(v *radio.Visibilities) map[float64]map[[2]int]int {
	all := map[float64]map[[2]int]int{}
	for k, t := range v.TimeSec {
		if all[t] == nil {
			all[t] = map[[2]int]int{}
		}
		all[t][[2]int{v.Ant1[k], v.Ant2[k]}] = k + 1
	}
	return all
}

// TestSmearingIsTheSinc: a point source at (l, m) turns at the rate 2π(u'l + v'm) in time, nearly constant over an integration, and
// exactly 2πτ in frequency, with the delay τ = (ul + vm)/ν; the averages are sinc(rate·Δ) of the middle's visibility. In time the
// curvature of the track is left over: the second derivative of the phase times Δ²/24, which is Ω²·1100 rad·Δ²/24 = 1e-4 for 20 s at
// the longest baseline, and 16 times less for 5 s.
func TestSmearingIsTheSinc(t *testing.T) {
	longTime, band, least := smearingBesideSinc(t, 20)
	shortTime, _, _ := smearingBesideSinc(t, 5)
	t.Logf("time %.2g for 20 s and %.2g for 5 s, channel %.2g Jy off the sinc; the longest baselines keep %.2f", longTime, shortTime, band, least)
	if longTime > 1.2e-4 || math.Abs(longTime/shortTime-16) > 3 {
		t.Errorf("in time %.2g for 20 s, %.2g for 5 s off the sinc, want 1e-4 and a ratio of 16", longTime, shortTime)
	}
	if band > 1e-10 || least > 0.9 {
		t.Errorf("in frequency %.2g off the sinc; the source falls to %.2f", band, least)
	}
}

// smearingBesideSinc returns the largest differences to the sinc in time and in frequency, and the smallest factor.
func smearingBesideSinc(t *testing.T, seconds float64) (inTime, inBand, least float64) {
	const l, m = 1e-3, -5e-4 // 3.8 arcminutes
	obs := quiet(scheduled(t, data.Schedule{Array: "vla_a", Source: "x", RAHours: 5, DecDeg: 40, Start: "2021-03-01T23:00:00", Scans: 4,
		ScanSec: seconds, GapSec: 1020 - seconds, FreqGHz: 1.4, BandwidthGHz: 0.004, MinElevationDeg: 20}))
	exact := simulated(t, obs, pointSky(l, m), data.Effects{}, 1)
	averaged := simulated(t, obs, pointSky(l, m), data.Effects{Smearing: data.Smearing{TimeSamples: 12}}, 1)
	channel := simulated(t, obs, pointSky(l, m), data.Effects{Smearing: data.Smearing{ChannelSamples: 12}}, 1)
	least = 1
	for k, v := range exact.Vis {
		vis := obs.Vis
		pair := []radio.Station{vis.Stations[vis.Ant1[k]], vis.Stations[vis.Ant2[k]]}
		turns := func(dt float64) float64 {
			at := radio.Project(pair, vis.Source, obs.Frame, vis.RefMJD+(vis.TimeSec[k]+dt)/86400)
			return vis.FreqHz[k] / radio.SpeedOfLight * ((at[1].U-at[0].U)*l + (at[1].V-at[0].V)*m)
		}
		want := v * complex(sinc((turns(1)-turns(-1))/2*seconds), 0)
		inTime, least = max(inTime, cmplx.Abs(averaged.Vis[k]-want)), min(least, real(averaged.Vis[k]/v))
		want = v * complex(sinc((vis.U[k]*l+vis.V[k]*m)/vis.FreqHz[k]*4e6), 0)
		inBand, least = max(inBand, cmplx.Abs(channel.Vis[k]-want)), min(least, real(channel.Vis[k]/v))
	}
	return inTime, inBand, least
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// TestLeakageOrders: of an unpolarized source I changes by (d_R d_R'* e^{2i(φ−φ')} + d_L d_L'* e^{−2i(φ−φ')})/2, of second order, so a
// tenth of the D-terms change it a hundredth as much; with linear polarization the change is of first order, so a tenth as much.
func TestLeakageOrders(t *testing.T) {
	obs := quiet(scheduled(t, data.Schedule{}))
	change := func(d, linear float64) float64 {
		vis := simulated(t, obs, pointSky(0, 0), data.Effects{Leakage: data.Leakage{DTerm: d, LinearFraction: linear, EVPADeg: 30}}, 3)
		sum := 0.0
		for _, v := range vis.Vis {
			sum += cmplx.Abs(v-1) * cmplx.Abs(v-1)
		}
		return math.Sqrt(sum / float64(vis.Len()))
	}
	if big, small := change(0.01, 0), change(0.001, 0); math.Abs(big/small-100) > 1e-6 || big < 1e-5 || big > 1e-3 {
		t.Errorf("unpolarized: D-terms of 1 %% and 0.1 %% change I by %.3g and %.3g, want a ratio of 100", big, small)
	}
	if big, small := change(1e-4, 0.2), change(1e-5, 0.2); math.Abs(big/small-10) > 0.05 { // second order over first: 1e-4/0.2
		t.Errorf("polarized by 20 %%: D-terms of 1e-4 and 1e-5 change I by %.3g and %.3g, want a ratio of 10", big, small)
	}
	if big := change(0.01, 0.2); big < 1e-3 || big > 1e-2 { // |d|·p·√2, of 0.014·0.2·√2
		t.Errorf("polarized by 20 %%: D-terms of 1 %% change I by %.3g", big)
	}
}

// TestFlagsLoseTheStatedFraction: stations are off for a fraction p of the time with the covariance p(1−p)exp(−Δ/(L(1−p))), and
// visibilities survive with probability (1−f)(1−p)². n independent stations scatter by √(p(1−p)/n); five times that.
func TestFlagsLoseTheStatedFraction(t *testing.T) {
	const n, p, mean = 200000, 0.3, 700.0
	f := data.Flags{StationFraction: p, StationSec: mean}
	times := []float64{0, 50, 600}
	off := f.Off(data.Rng(1, 0, data.FlagStream, 0), n, times)
	for i := range times {
		for j := range i + 1 {
			both := 0.0
			for s := range n {
				if off[i][s] && off[j][s] {
					both++
				}
			}
			want := p*p + p*(1-p)*math.Exp(-(times[i]-times[j])/(mean*(1-p)))
			if got := both / n; math.Abs(got-want) > 5*math.Sqrt(want*(1-want)/n) {
				t.Errorf("off at %g s and %g s: %.4f, want %.4f", times[i], times[j], got, want)
			}
		}
	}
	obs := scheduled(t, data.Schedule{Setup: data.Setup{IntegrationSec: 2}})
	vis := simulated(t, obs, pointSky(0, 0), data.Effects{Flags: data.Flags{Fraction: 0.2}}, 5)
	kept := 0.0
	for k := range vis.Vis {
		if !vis.Flagged(k) {
			kept++
		}
	}
	if got := kept / float64(vis.Len()); math.Abs(got-0.8) > 5*math.Sqrt(0.16/float64(vis.Len())) {
		t.Errorf("%.4f of %d visibilities are kept, want 0.8", got, vis.Len())
	}
}
