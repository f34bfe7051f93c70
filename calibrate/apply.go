package calibrate

import (
	"cmp"
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"fringe/radio"
)

// Apply returns a copy of v with the gains taken out: V/G and w·|G|², with G = g₁·conj(g₂). A visibility is corrected with the
// gains of its time and frequency; as files round times, one outside every interval by at most a second and half of its
// integration belongs to the nearest. It gets weight 0 where a gain is flagged or the table has none.
// The error says that no visibility at all has gains: the table belongs to another observation.
func (t Table) Apply(v *radio.Visibilities) (*radio.Visibilities, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if !v.HasStations() {
		return nil, fmt.Errorf("calibrate: the stations of some visibilities are unknown, so no gains belong to them")
	}
	out, found := v.FlagBad(), 0
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("calibrate: %w", err)
	}
	out.Calibration = out.Calibration.Or(t.Calibration())
	find := t.finder(v)
	for k := range out.Vis {
		g, ok1 := find(k, v.Ant1[k])
		h, ok2 := find(k, v.Ant2[k])
		if ok1 && ok2 {
			found++
		}
		if !ok1 || !ok2 || g.Flagged || h.Flagged {
			out.Weight[k] = 0
			continue
		}
		total := g.Value() * cmplx.Conj(h.Value())
		out.Vis[k] /= total
		out.Weight[k] *= real(total * cmplx.Conj(total))
	}
	if found == 0 && v.Len() > 0 {
		return nil, fmt.Errorf("calibrate: the table has no gains for any of the %d visibilities: its stations, times or frequencies are others", v.Len())
	}
	return out, nil
}

// Calibration says whether the table corrects phases and amplitudes: whether any is not that of a gain of 1. A table in which a gain was left
// at 1 for want of a solution leaves data uncalibrated, and corrects neither.
func (t Table) Calibration() (c radio.Calibration) {
	for _, g := range t {
		switch {
		case g.Flagged:
		case g.SNR == 0:
			return radio.Calibration{}
		default:
			c = c.Or(radio.Calibration{Phases: g.PhaseDeg != 0, Amplitudes: g.Amplitude != 1})
		}
	}
	return c
}

// finder returns the look-up of the gain of a station for visibility k.
func (t Table) finder(v *radio.Visibilities) func(k, station int) (Gain, bool) {
	type key struct {
		station string
		freqHz  int64 // files round frequencies
	}
	of := func(station string, freqHz float64) key { return key{station, int64(math.Round(freqHz))} }
	lists := map[key]Table{}
	for name, list := range t.byStation() {
		for _, g := range list {
			lists[of(name, g.FreqHz)] = append(lists[of(name, g.FreqHz)], g)
		}
	}
	return func(k, station int) (Gain, bool) {
		name := v.Stations[station].Name
		list := lists[of(name, 0)]
		if list == nil {
			list = lists[of(name, v.FreqHz[k])]
		}
		return nearest(list, v.RefMJD+v.TimeSec[k]/secondsPerDay, (1+v.IntSec[k]/2)/secondsPerDay)
	}
}

const secondsPerDay = 86400

// nearest returns the gain of a sorted list whose interval is nearest to a time, unless it is further off than reach.
func nearest(list Table, mjd, reach float64) (Gain, bool) {
	after, _ := slices.BinarySearchFunc(list, mjd, func(g Gain, mjd float64) int { return cmp.Compare(g.EndMJD, mjd) })
	best, distance := Gain{}, math.Inf(1)
	for _, g := range list[max(after-1, 0):min(after+1, len(list))] {
		if d := math.Max(g.StartMJD-mjd, mjd-g.EndMJD); d < distance {
			best, distance = g, d
		}
	}
	return best, distance <= reach
}

// check refuses gains that would spoil data.
func (t Table) check() error {
	for i, g := range t {
		for _, f := range []struct {
			name  string
			value float64
		}{{"time_mjd", g.TimeMJD}, {"amplitude", g.Amplitude}, {"phase_deg", g.PhaseDeg}, {"amplitude_error", g.AmplitudeError},
			{"phase_error_deg", g.PhaseErrorDeg}, {"snr", g.SNR}, {"start_mjd", g.StartMJD}, {"end_mjd", g.EndMJD}, {"freq_hz", g.FreqHz}} {
			if !finite(f.value) {
				return fmt.Errorf("calibrate: gain %d of station %q: %s is %g, must be finite", i+1, g.Station, f.name, f.value)
			}
		}
		if !(g.Amplitude > 0) || !(g.StartMJD <= g.EndMJD) {
			return fmt.Errorf("calibrate: gain %d of station %q: amplitude %g must be positive, and start_mjd %v not after end_mjd %v",
				i+1, g.Station, g.Amplitude, g.StartMJD, g.EndMJD)
		}
	}
	return nil
}
