package data_test

import (
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

func observation(t *testing.T, index uint64) data.Observation {
	t.Helper()
	obs, err := data.ObservationConfig{}.Draw(data.Rng(3, data.Training, data.ObservationStream, index))
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

// noiseless returns vis with weight 0, for which Observe adds no noise.
func noiseless(vis *radio.Visibilities) *radio.Visibilities {
	out := vis.Clone()
	clear(out.Weight)
	return out
}

func TestArrays(t *testing.T) {
	stations, err := data.Array("eht2017")
	if err != nil || len(stations) != 8 {
		t.Fatalf("eht2017 has %d stations (%v), want 8", len(stations), err)
	}
	for _, s := range stations {
		r := math.Sqrt(s.XYZ[0]*s.XYZ[0] + s.XYZ[1]*s.XYZ[1] + s.XYZ[2]*s.XYZ[2])
		if r < 6.35e6 || r > 6.39e6 || s.SEFDJy < 50 || s.SEFDJy > 2e4 {
			t.Errorf("%s stands %.0f m from the Earth's centre with SEFD %g Jy", s.Name, r, s.SEFDJy)
		}
	}
	if _, err := data.Array("eht"); err == nil || !strings.Contains(err.Error(), "eht2017, eht2018") {
		t.Errorf("unknown array: error %v", err)
	}
}

func TestArrayFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.txt")
	if _, err := data.Array(path); err == nil {
		t.Error("a file that does not exist: no error")
	}
	for _, table := range []string{"", "A 1 2", "A 1 2 x", "A 1 2 NaN", "# A 1 2 3"} {
		if err := os.WriteFile(path, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := data.Array(path); err == nil || !strings.Contains(err.Error(), "mine.txt") {
			t.Errorf("table %q: error %v", table, err)
		}
	}
	if err := os.WriteFile(path, []byte("#NAME X Y Z SEFDR SEFDL\nA 1 2 3e6 50 60 # near\n\nB 4 5 6\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := data.Array(path)
	want := []radio.Station{{Name: "A", XYZ: [3]float64{1, 2, 3e6}, SEFDJy: 50}, {Name: "B", XYZ: [3]float64{4, 5, 6}}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestObservations(t *testing.T) {
	total := 0
	for index := range uint64(200) {
		obs := observation(t, index)
		vis := obs.Vis
		if err := vis.Validate(); err != nil {
			t.Fatalf("observation %d: %v", index, err)
		}
		if n := vis.Len(); n < 20 || len(vis.Stations) < 5 || obs.FluxJy < 0.3 || obs.FluxJy > 1.2 {
			t.Errorf("observation %d: %d visibilities, %d stations, %g Jy", index, n, len(vis.Stations), obs.FluxJy)
		}
		inside := vis.IntraSite()
		for k := range vis.Vis {
			if vis.IntSec[k] < 180 || vis.IntSec[k] > 420 || !(vis.Sigma(k) > 1e-4 && vis.Sigma(k) < 1) || inside(k) {
				t.Fatalf("observation %d, visibility %d: %g s, σ = %g Jy, stations %d and %d",
					index, k, vis.IntSec[k], vis.Sigma(k), vis.Ant1[k], vis.Ant2[k])
			}
		}
		total += vis.Len()
	}
	t.Logf("%d visibilities on average", total/200)
}

func TestThermalSigma(t *testing.T) {
	// √(70·4900/(2·2e9·10))/0.88 = 3.328e-3, and the file of M87 of 2017 says 3.8e-3 for ALMA and APEX after 10 s.
	a, b := radio.Station{SEFDJy: 70}, radio.Station{SEFDJy: 4900}
	if got := data.ThermalSigma(a, b, 2e9, 10); math.Abs(got-3.3276e-3) > 1e-6 {
		t.Errorf("ThermalSigma = %g, want 3.3276e-3", got)
	}
}

// TestObserveGaussian compares with the closed form V = exp(−π²/(4 ln 2)·(a²·p² + b²·q²) − 2πi(u·l + v·m)), p and q along the
// major and minor axis. Sampling on pixels 2.5 times finer, with two samples each way, is exact but for the average over these
// samples: a factor cos(πu·cell/5)·cos(πv·cell/5), below 0.1 % off for the largest u·cell = 0.08.
func TestObserveGaussian(t *testing.T) {
	const uas = radio.Microarcsecond
	l, m, major, minor, pa := 7*uas, -4*uas, 24*uas, 9*uas, 0.6
	sky := data.GaussianSky(grid, l, m, major, minor, pa)
	vis := noiseless(observation(t, 1).Vis)
	got := data.Observe(sky, 0.6, grid, vis, data.GainConfig{}, data.Rng(1, 0, data.NoiseStream, 0))
	s, c := math.Sincos(pa)
	worst := 0.0
	for k, v := range got.Vis {
		p, q := got.U[k]*s+got.V[k]*c, got.U[k]*c-got.V[k]*s
		size := 0.6 * math.Exp(-math.Pi*math.Pi/(4*math.Ln2)*(major*major*p*p+minor*minor*q*q))
		want := cmplx.Rect(size, -2*math.Pi*(got.U[k]*l+got.V[k]*m))
		worst = math.Max(worst, cmplx.Abs(v-want))
	}
	t.Logf("largest error %.2g Jy of 0.6", worst)
	if worst > 6e-4 {
		t.Errorf("visibilities are up to %.2g Jy off the closed form, want 0.1 %% of 0.6 Jy", worst)
	}
}

func TestNoiseHasTheStatedVariance(t *testing.T) {
	chi2, n := 0.0, 0
	var mean complex128
	for index := range uint64(60) {
		obs, sky := observation(t, index), draw(t, "blobs", index)
		rng := data.Rng(3, data.Training, data.NoiseStream, index)
		noisy := data.Observe(sky, obs.FluxJy, grid, obs.Vis, data.GainConfig{}, rng)
		clean := data.Observe(sky, obs.FluxJy, grid, noiseless(obs.Vis), data.GainConfig{}, rng)
		for k := range noisy.Vis {
			d := (noisy.Vis[k] - clean.Vis[k]) * complex(math.Sqrt(obs.Vis.Weight[k]), 0)
			chi2 += real(d)*real(d) + imag(d)*imag(d)
			mean += d
			n++
		}
	}
	// Reduced χ² of 2n numbers scatters by 1/√n, the mean by 1/√n in each part; five times that.
	limit := 5 / math.Sqrt(float64(n))
	if r := chi2 / float64(2*n); math.Abs(r-1) > limit {
		t.Errorf("reduced χ² of the noise is %.4f, want 1 within %.4f", r, limit)
	}
	if m := cmplx.Abs(mean) / float64(n); m > limit {
		t.Errorf("mean of the noise is %.4f σ", m)
	}
}

func TestGainsLeaveClosurePhases(t *testing.T) {
	obs, sky := observation(t, 2), draw(t, "jet", 2)
	vis := noiseless(obs.Vis)
	gains := data.GainConfig{AmplitudeSigma: 0.2, RandomPhases: true}
	clean := data.Observe(sky, 1, grid, vis, data.GainConfig{}, data.Rng(1, 0, 0, 0))
	bad := data.Observe(sky, 1, grid, vis, gains, data.Rng(1, 0, 0, 0))
	triangles, changed := 0, 0
	for i := range vis.Vis {
		if cmplx.Abs(bad.Vis[i]-clean.Vis[i]) > 0.1*cmplx.Abs(clean.Vis[i]) {
			changed++
		}
		for j := i + 1; j < vis.Len() && vis.TimeSec[j] == vis.TimeSec[i]; j++ {
			for k := j + 1; k < vis.Len() && vis.TimeSec[k] == vis.TimeSec[i]; k++ {
				if vis.Ant1[i] != vis.Ant1[j] || vis.Ant2[i] != vis.Ant1[k] || vis.Ant2[j] != vis.Ant2[k] {
					continue
				}
				triangles++
				closure := func(v []complex128) complex128 { return v[i] * v[k] * cmplx.Conj(v[j]) }
				if d := cmplx.Phase(closure(bad.Vis) * cmplx.Conj(closure(clean.Vis))); math.Abs(d) > 1e-9 { // rounding
					t.Fatalf("closure phase changes by %g rad", d)
				}
			}
		}
	}
	if triangles < 10 || changed < vis.Len()/2 {
		t.Errorf("%d triangles, %d of %d visibilities changed", triangles, changed, vis.Len())
	}
}

func TestObservationConfigValidate(t *testing.T) {
	for want, c := range map[string]data.ObservationConfig{
		`no array "x"`:      {Array: "x"},
		"min_stations":      {MinStations: 1},
		"dec_deg":           {DecDeg: data.Range{10, -10}},
		"scans":             {Scans: data.Range{-1, 4}},
		"flux_jy":           {FluxJy: data.Range{math.NaN(), 1}},
		"min_elevation_deg": {MinElevationDeg: 100},
		"amplitude_sigma":   {Gains: data.GainConfig{AmplitudeSigma: -1}},
		"none of 200 draws": {DecDeg: data.Range{-10, -10}, Scans: data.Range{1, 1}, MinVisibilities: 50},
	} {
		_, err := c.Draw(data.Rng(1, 0, 0, 0))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", c, err, want)
		}
	}
}
