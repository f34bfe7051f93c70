package calibrate_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"

	"fringe/calibrate"
	"fringe/radio"
)

// sim is a simulated observation: data with gains and noise, the model's visibilities, and the gains by interval and station.
type sim struct {
	vis   *radio.Visibilities
	model []complex128
	gains [][]complex128
}

// sky is the visibility of a source at (u, v), in units of the longest baseline.
type sky func(u, v float64) complex128

func point(_, _ float64) complex128 { return 1 }

// double has components of 0.65 and 0.35 Jy, and so no null.
func double(u, v float64) complex128 {
	return complex(0.65, 0) + cmplx.Rect(0.35, -2*math.Pi*(2.3*u-1.1*v))
}

// ring is thin; its visibility is a Bessel function with changes of sign.
func ring(u, v float64) complex128 { return complex(math.J0(5*math.Hypot(u, v)), 0) }

// observe simulates stations that all see the source, one integration of 10 s per interval of 100 s. Phases are uniform,
// ln|g| has a standard deviation of spread; snr is that of each visibility of a station with gain 1 (0: no noise).
func observe(rng *rand.Rand, stations, times int, source sky, spread, snr float64) sim {
	v := &radio.Visibilities{RefMJD: 57854}
	x, y := make([]float64, stations), make([]float64, stations)
	for s := range stations {
		v.Stations = append(v.Stations, radio.Station{Name: string(rune('A' + s))})
		x[s], y[s] = rng.Float64(), rng.Float64()
	}
	out := sim{vis: v}
	for t := range times {
		gains := make([]complex128, stations)
		for s := range gains {
			gains[s] = cmplx.Rect(math.Exp(spread*rng.NormFloat64()), 2*math.Pi*rng.Float64())
		}
		out.gains = append(out.gains, gains)
		sin, cos := math.Sincos(float64(t) * 0.01)
		for a := range stations {
			for b := a + 1; b < stations; b++ {
				dx, dy := x[b]-x[a], y[b]-y[a]
				out.add(rng, a, b, float64(100*t), dx*cos-dy*sin, dx*sin+dy*cos, source, snr)
			}
		}
	}
	return out
}

func (s *sim) add(rng *rand.Rand, a, b int, timeSec, x, y float64, source sky, snr float64) {
	v, gains := s.vis, s.gains[len(s.gains)-1]
	model := source(x, y)
	sigma := 1e-3
	d := gains[a] * cmplx.Conj(gains[b]) * model
	if snr > 0 {
		sigma = cmplx.Abs(model) / snr
		d += complex(sigma*rng.NormFloat64(), sigma*rng.NormFloat64())
	}
	s.model = append(s.model, model)
	v.U, v.V, v.Vis, v.Weight = append(v.U, 1e9*x), append(v.V, 1e9*y), append(v.Vis, d), append(v.Weight, 1/(sigma*sigma))
	v.Ant1, v.Ant2 = append(v.Ant1, a), append(v.Ant2, b)
	v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, timeSec), append(v.IntSec, 10), append(v.FreqHz, 230e9)
}

// deviation compares solved gains with the truth: per gain, the difference of amplitudes and of phases (rad), the latter counted
// from their common mean; and both in units of the errors that the table has, then counted as those are.
type deviation struct{ amp, phase, ampPull, phasePull []float64 }

func (s sim) deviations(table calibrate.Table) deviation {
	var d deviation
	perStation := len(s.gains)
	for t, truth := range s.gains {
		turn := make([]float64, len(truth))
		sum := complex(0, 0)
		for a, g := range truth {
			sum += table[a*perStation+t].Value() / g * complex(cmplx.Abs(g), 0)
		}
		mean := 0.0
		for a, g := range truth {
			turn[a] = cmplx.Phase(table[a*perStation+t].Value() / g / sum)
			mean += turn[a] / float64(len(truth))
		}
		for a, g := range truth {
			row := table[a*perStation+t]
			amp := row.Amplitude - cmplx.Abs(g)
			fromOthers := turn[a] - meanOfOthers(turn, truth, a)
			d.amp, d.phase = append(d.amp, amp), append(d.phase, turn[a]-mean)
			d.ampPull = append(d.ampPull, amp/row.AmplitudeError)
			d.phasePull = append(d.phasePull, fromOthers/(row.PhaseErrorDeg*math.Pi/180))
		}
	}
	return d
}

// meanOfOthers returns the mean of all but station a, weighted with the signal-to-noise ratio squared of their baselines to a.
func meanOfOthers(turn []float64, truth []complex128, a int) float64 {
	sum, weights := 0.0, 0.0
	for b, g := range truth {
		if w := real(g * cmplx.Conj(g)); b != a {
			sum, weights = sum+w*turn[b], weights+w
		}
	}
	return sum / weights
}

func rms(x []float64) float64 {
	sum := 0.0
	for _, value := range x {
		sum += value * value
	}
	return math.Sqrt(sum / float64(len(x)))
}

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 6)) }
