package calibrate

import (
	"cmp"
	"math"
	"math/cmplx"
	"slices"
)

// Gain is the gain of one station over one solution interval. Flagged says that there is none, and that its data must not be
// used; the other values are then 1 and 0. A gain of 1 with SNR 0 that is not flagged was left there for want of a solution.
type Gain struct {
	Station string  `json:"station"`
	TimeMJD float64 `json:"time_mjd"` // middle of the interval
	// Amplitude and PhaseDeg (−180, 180] are those of g in V_observed = g₁·conj(g₂)·V_true. The phase counts from the reference
	// station's.
	Amplitude float64 `json:"amplitude"`
	PhaseDeg  float64 `json:"phase_deg"`
	// AmplitudeError and PhaseErrorDeg are standard deviations from thermal noise; 0 where nothing was solved for. The phase's is that
	// against the mean of the other stations, weighted by their baselines to this one, whatever the reference.
	AmplitudeError float64 `json:"amplitude_error"`
	PhaseErrorDeg  float64 `json:"phase_error_deg"`
	SNR            float64 `json:"snr"` // of the worse of amplitude and phase
	Flagged        bool    `json:"flagged"`
	// StartMJD and EndMJD are the times of the first and the last visibility of the interval, FreqHz the frequency, or 0 for all.
	StartMJD float64 `json:"start_mjd"`
	EndMJD   float64 `json:"end_mjd"`
	FreqHz   float64 `json:"freq_hz"`
}

// Value returns g.
func (g Gain) Value() complex128 { return cmplx.Rect(g.Amplitude, radians(g.PhaseDeg)) }

// Table holds gains, sorted by station, start and frequency.
type Table []Gain

func (t Table) sort() {
	slices.SortStableFunc(t, func(a, b Gain) int {
		return cmp.Or(cmp.Compare(a.Station, b.Station), cmp.Compare(a.StartMJD, b.StartMJD), cmp.Compare(a.FreqHz, b.FreqHz))
	})
}

// normalize divides all amplitudes by one factor, so that the mean over the stations of each one's mean ln|g| is zero.
func (t Table) normalize() {
	sum, count := map[string]float64{}, map[string]float64{}
	var stations []string
	for _, g := range t {
		if g.SNR == 0 {
			continue
		}
		if count[g.Station] == 0 {
			stations = append(stations, g.Station)
		}
		sum[g.Station] += math.Log(g.Amplitude)
		count[g.Station]++
	}
	mean := 0.0
	for _, s := range stations {
		mean += sum[s] / count[s] / float64(len(stations))
	}
	for i, g := range t {
		if g.SNR > 0 {
			t[i].Amplitude *= math.Exp(-mean)
			t[i].AmplitudeError *= math.Exp(-mean)
		}
	}
}

// Then returns the table that does at once what t and afterwards next do, next being solved for on data that t has corrected. Its
// intervals are those in which both are constant. The second fit finds again what the first got wrong over its own
// interval, so errors do not add: the larger one holds.
func (t Table) Then(next Table) Table {
	byStation := next.byStation()
	var both Table
	for _, g := range t {
		shared := overlapping(byStation[g.Station], g)
		for _, h := range shared {
			both = append(both, g.times(h))
		}
		if len(shared) == 0 {
			both = append(both, g.flag())
		}
	}
	both.sort()
	return both
}

// byStation returns the gains of each station, sorted by time and then by frequency.
func (t Table) byStation() map[string]Table {
	sorted := slices.Clone(t)
	sorted.sort()
	list := map[string]Table{}
	for _, g := range sorted {
		list[g.Station] = append(list[g.Station], g)
	}
	return list
}

// overlapping returns the gains of a sorted list whose interval and frequency g shares.
func overlapping(list Table, g Gain) Table {
	first, _ := slices.BinarySearchFunc(list, g.StartMJD, func(h Gain, start float64) int { return cmp.Compare(h.EndMJD, start) })
	var out Table
	for _, h := range list[first:] {
		if h.StartMJD > g.EndMJD {
			break
		}
		if g.FreqHz == 0 || h.FreqHz == 0 || g.FreqHz == h.FreqHz {
			out = append(out, h)
		}
	}
	return out
}

// times returns the product of two gains over the time that they share.
func (g Gain) times(h Gain) Gain {
	p := g
	p.StartMJD, p.EndMJD = math.Max(g.StartMJD, h.StartMJD), math.Min(g.EndMJD, h.EndMJD)
	p.TimeMJD, p.FreqHz = (p.StartMJD+p.EndMJD)/2, math.Max(g.FreqHz, h.FreqHz)
	if g.Flagged || h.Flagged {
		return p.flag()
	}
	p.Amplitude, p.PhaseDeg = g.Amplitude*h.Amplitude, wrapDegrees(g.PhaseDeg+h.PhaseDeg)
	p.AmplitudeError = p.Amplitude * math.Max(g.AmplitudeError/g.Amplitude, h.AmplitudeError/h.Amplitude)
	p.PhaseErrorDeg = math.Max(g.PhaseErrorDeg, h.PhaseErrorDeg)
	if p.SNR = math.Min(g.SNR, h.SNR); p.SNR == 0 { // one was left at 1
		p.SNR = math.Max(g.SNR, h.SNR)
	}
	return p
}

// flag returns the gain without a value.
func (g Gain) flag() Gain {
	return Gain{Station: g.Station, TimeMJD: g.TimeMJD, Amplitude: 1, Flagged: true,
		StartMJD: g.StartMJD, EndMJD: g.EndMJD, FreqHz: g.FreqHz}
}

func degrees(rad float64) float64 { return rad * 180 / math.Pi }

func radians(deg float64) float64 { return deg * math.Pi / 180 }

// wrapDegrees returns the angle in (−180, 180] that differs from deg by a multiple of 360.
func wrapDegrees(deg float64) float64 {
	wrapped := math.Remainder(deg, 360)
	if wrapped == -180 {
		return 180
	}
	return wrapped
}
