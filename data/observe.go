package data

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"fringe/radio"
)

// Observation is which visibilities are measured with which noise, still without data: drawn by [ObservationConfig.Draw] or
// planned by [Schedule.Observation].
type Observation struct {
	Vis       *radio.Visibilities // Vis is zero; Weight is 1/σ² of the thermal noise
	ChannelHz float64             // the width of each channel
	Frame     radio.Frame         // what Vis.Source's position refers to
	FluxJy    float64             // of the source; 0 when the schedule leaves it to the sky
}

// maxTries bounds how often an observation with too few visibilities is drawn again.
const maxTries = 200

// Draw draws an observation: stations, source position, scans, noise level. Each integration gives one visibility per channel and baseline
// that is up, with the noise of [ThermalSigma] for its time and width; by default it is the scan. Draws with fewer than MinVisibilities
// visibilities are drawn again; when none of 200 is large enough it returns an error.
func (c ObservationConfig) Draw(rng *rand.Rand) (Observation, error) {
	if err := c.Validate(); err != nil {
		return Observation{}, err
	}
	c = c.WithDefaults()
	stations, err := c.stations()
	if err != nil {
		return Observation{}, err
	}
	largest := 0
	for range maxTries {
		obs, err := c.draw(rng, stations)
		if err != nil {
			return Observation{}, fmt.Errorf("data: draw observation: %w", err)
		}
		if obs.Vis.Len() >= c.MinVisibilities {
			obs.FluxJy = uniform(rng, c.FluxJy[0], c.FluxJy[1])
			return obs, nil
		}
		largest = max(largest, obs.Vis.Len())
	}
	return Observation{}, fmt.Errorf("data: draw observation: none of %d draws of %s had %d visibilities, the best had %d; "+
		"allow more scans, a lower min_elevation_deg or other dec_deg", maxTries, c.Array, c.MinVisibilities, largest)
}

func (c ObservationConfig) draw(rng *rand.Rand, stations []radio.Station) (Observation, error) {
	stations = subset(rng, stations, c.MinStations)
	src := radio.Source{
		Name:   "SIM",
		RARad:  uniform(rng, c.RAHours[0], c.RAHours[1]) * math.Pi / 12,
		DecRad: uniform(rng, c.DecDeg[0], c.DecDeg[1]) * math.Pi / 180,
	}
	scans := make([]scan, int(c.Scans[0])+rng.IntN(int(c.Scans[1])-int(c.Scans[0])+1))
	start := uniform(rng, c.MJD[0], c.MJD[1])
	for k := range scans {
		length := uniform(rng, c.ScanSec[0], c.ScanSec[1])
		scans[k] = scan{start, length}
		start += (length + uniform(rng, c.GapSec[0], c.GapSec[1])) / 86400
	}
	return plan{
		stations: stations, source: src, scans: scans, setup: c.Setup, intraSite: c.IntraSite,
		freqHz: c.FreqGHz * 1e9, bandwidthHz: c.BandwidthGHz * 1e9, minElevationRad: c.MinElevationDeg * math.Pi / 180,
		noiseScale: c.NoiseScale[0] * math.Pow(c.NoiseScale[1]/c.NoiseScale[0], rng.Float64()),
	}.observation()
}

// subset returns between least and all of the stations, in their order.
func subset(rng *rand.Rand, stations []radio.Station, least int) []radio.Station {
	n := len(stations)
	least = min(least, n)
	chosen := rng.Perm(n)[:least+rng.IntN(n-least+1)]
	slices.Sort(chosen)
	out := make([]radio.Station, len(chosen))
	for k, s := range chosen {
		out[k] = stations[s]
	}
	return out
}

// ThermalSigma returns the standard deviation (Jy) of the real part of a visibility between two stations, averaged over a
// bandwidth (Hz) and a time (s): (1/0.88)·√(SEFD₁·SEFD₂/(2·Δν·τ)), where 0.88 is the efficiency of two-bit sampling (EHT
// Collaboration 2019, Paper III, ApJL 875, L3; Thompson, Moran & Swenson 2017, sections 6.2 and 8.3). It is the noise of one
// hand of polarization; that of Stokes I from both hands is smaller by √2.
func ThermalSigma(a, b radio.Station, bandwidthHz, seconds float64) float64 {
	return math.Sqrt(a.SEFDJy*b.SEFDJy/(2*bandwidthHz*seconds)) / 0.88
}

// SimulationGrid returns the grid on which visibilities of a sky drawn for g are computed: pixels 2.5 times smaller, an odd
// number of them, over the same field. An image on g cannot reproduce data simulated there exactly, as it cannot real data.
func SimulationGrid(g radio.Grid) radio.Grid {
	const finer = 2.5
	odd := func(n int) int { return int(math.Ceil(finer*float64(n)-1))/2*2 + 1 }
	return radio.Grid{NX: odd(g.NX), NY: odd(g.NY), CellRad: g.CellRad / finer}
}

// Observe returns a copy of vis with data: the exact Fourier transform of fluxJy·sky rendered on the simulation grid of g,
// gains, and Gaussian noise of variance 1/Weight in the real and in the imaginary part of each visibility (none where the
// weight is 0).
func Observe(sky Sky, fluxJy float64, g radio.Grid, vis *radio.Visibilities, gains GainConfig, rng *rand.Rand) *radio.Visibilities {
	out := vis.Clone()
	Direct.Of(sky, fluxJy, g)(out.Vis, out.U, out.V)
	gains.apply(rng, out)
	addNoise(rng, out)
	return out
}

func addNoise(rng *rand.Rand, vis *radio.Visibilities) {
	for k, w := range vis.Weight {
		if w > 0 {
			sigma := 1 / math.Sqrt(w)
			vis.Vis[k] += complex(sigma*rng.NormFloat64(), sigma*rng.NormFloat64())
		}
	}
}

// apply multiplies each visibility with g_i·g_j*. Times in vis are those of scans, in ascending order.
func (c GainConfig) apply(rng *rand.Rand, vis *radio.Visibilities) {
	if c == (GainConfig{}) {
		return
	}
	gain := make([]complex128, len(vis.Stations))
	for k := range vis.Vis {
		if k == 0 || vis.TimeSec[k] != vis.TimeSec[k-1] {
			c.draw(rng, gain)
		}
		vis.Vis[k] *= gain[vis.Ant1[k]] * cmplx.Conj(gain[vis.Ant2[k]])
	}
}

func (c GainConfig) draw(rng *rand.Rand, gain []complex128) {
	for s := range gain {
		amplitude, phase := math.Exp(c.AmplitudeSigma*rng.NormFloat64()), 2*math.Pi*rng.Float64()
		if !c.RandomPhases {
			phase = 0
		}
		gain[s] = cmplx.Rect(amplitude, phase)
	}
}
