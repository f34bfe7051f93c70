package data

import (
	"math"
	"math/cmplx"
	"math/rand/v2"

	"fringe/radio"
)

// Drift are station gains that wander: V_ij → g_i·g_j*·V_ij with g = exp(a + iφ). Logarithm of the amplitude a and phase φ are a
// constant of the station plus an Ornstein-Uhlenbeck process, the stationary Gaussian process with covariance
// σ²·exp(−|t − t'|/τ). The zero value is g = 1.
type Drift struct {
	AmplitudeSigma float64 `yaml:"amplitude_sigma,omitempty"` // σ of the wandering part of ln|g|
	PhaseSigmaDeg  float64 `yaml:"phase_sigma_deg,omitempty"` // σ of the wandering part of the phase
	// CorrelationSec is τ, the time within which a gain forgets itself to 1/e; 0 draws anew at every time.
	CorrelationSec float64 `yaml:"correlation_sec,omitempty"`
	// AmplitudeOffset and PhaseOffsetDeg are the σ of the constant parts. Some 1000° are as good as a uniform phase.
	AmplitudeOffset float64 `yaml:"amplitude_offset,omitempty"`
	PhaseOffsetDeg  float64 `yaml:"phase_offset_deg,omitempty"`
}

func (d Drift) validate() error {
	return check("drift", interval{"amplitude_sigma", d.AmplitudeSigma, 0, 2}, interval{"phase_sigma_deg", d.PhaseSigmaDeg, 0, 1e4},
		interval{"correlation_sec", d.CorrelationSec, 0, 1e7}, interval{"amplitude_offset", d.AmplitudeOffset, 0, 2},
		interval{"phase_offset_deg", d.PhaseOffsetDeg, 0, 1e4})
}

// Gains draws the gains of n stations at the given times (seconds, ascending): gains[time][station].
func (d Drift) Gains(rng *rand.Rand, n int, timeSec []float64) [][]complex128 {
	gains := make([][]complex128, len(timeSec))
	for k := range gains {
		gains[k] = make([]complex128, n)
	}
	amplitude, phase := make([]float64, len(timeSec)), make([]float64, len(timeSec))
	for station := range n {
		wander(rng, amplitude, timeSec, d.AmplitudeOffset, d.AmplitudeSigma, d.CorrelationSec)
		wander(rng, phase, timeSec, d.PhaseOffsetDeg*math.Pi/180, d.PhaseSigmaDeg*math.Pi/180, d.CorrelationSec)
		for k := range gains {
			gains[k][station] = cmplx.Rect(math.Exp(amplitude[k]), phase[k])
		}
	}
	return gains
}

// wander fills x with a Gaussian constant of standard deviation offset plus an Ornstein-Uhlenbeck process. Over any interval
// Δ the process obeys x' = ρx + σ√(1 − ρ²)·n exactly, with ρ = exp(−Δ/τ) and n normal (Gillespie 1996, Phys. Rev. E 54, 2084,
// eq. 1.9), so its statistics do not depend on the spacing of the times.
func wander(rng *rand.Rand, x, timeSec []float64, offset, sigma, tau float64) {
	constant, state := offset*rng.NormFloat64(), 0.0
	for k := range x {
		rho := 0.0
		if k > 0 && tau > 0 {
			rho = math.Exp(-(timeSec[k] - timeSec[k-1]) / tau)
		}
		state = rho*state + sigma*math.Sqrt(1-rho*rho)*rng.NormFloat64()
		x[k] = constant + state
	}
}

func (d Drift) apply(rng *rand.Rand, vis *radio.Visibilities) {
	if d == (Drift{}) {
		return
	}
	times, at := epochs(vis)
	gains := d.Gains(rng, len(vis.Stations), times)
	for k := range vis.Vis {
		g := gains[at[k]]
		vis.Vis[k] *= g[vis.Ant1[k]] * cmplx.Conj(g[vis.Ant2[k]])
	}
}
