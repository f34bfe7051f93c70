package calibrate

import (
	"math"

	"fringe/radio"
)

// solver collects the gains of one interval after the other.
type solver struct {
	config     Config
	data       *radio.Visibilities
	model      []complex128
	rank       []int // of each station as a reference: 0 comes first
	table      Table
	parameters int
	trouble    trouble
}

func newSolver(v *radio.Visibilities, model []complex128, c Config) *solver {
	s := &solver{config: c, data: v, model: model, trouble: trouble{}}
	all := make([]int, v.Len())
	for k := range all {
		all[k] = k
	}
	s.rank = references(v.Stations, baselines(v, model, all), c.Reference)
	return s
}

// solve finds the gains of one interval, and for stations with data that have none, why.
func (s *solver) solve(i interval) {
	list := baselines(s.data, s.model, i.members)
	why, found := map[int]string{}, map[int]Gain{}
	known := parts(list)
	for {
		list = s.prune(list, why)
		clear(found)
		fitted := 0
		for _, p := range parts(list) {
			fitted += s.fit(p, found, why)
		}
		weak := map[int]bool{}
		for station := range found {
			if why[station] != "" {
				weak[station] = true
			}
		}
		if len(weak) == 0 {
			s.parameters += fitted
			break
		}
		list = without(list, weak)
	}
	for _, p := range known {
		for _, station := range p.stations {
			if _, solved := found[station]; !solved && why[station] == "" {
				why[station] = fewBaselines // its neighbours have no solution
			}
		}
	}
	for station := range s.data.Stations {
		if s.observed(i, station) {
			s.record(i, station, found, why)
		}
	}
}

// prune takes out the stations with too few baselines until all have enough.
func (s *solver) prune(list []baseline, why map[int]string) []baseline {
	for {
		few := sparse(list, s.config.MinBaselines)
		if len(few) == 0 {
			return list
		}
		for station := range few {
			why[station] = fewBaselines
		}
		list = without(list, few)
	}
}

// fit solves for the gains of connected stations, adds them to found and names in why those that are of no use. It returns the
// number of parameters.
func (s *solver) fit(p part, found map[int]Gain, why map[int]string) int {
	amplitudes := s.config.Mode != Phase
	q := newProblem(p, amplitudes)
	g, rested := q.refine(q.start())
	sigmaAmp, sigmaPhase, regular := q.sigmas(g)
	reference := 0
	for a, station := range p.stations {
		if s.rank[station] < s.rank[p.stations[reference]] {
			reference = a
		}
	}
	for a, station := range p.stations {
		gain := Gain{Amplitude: 1}
		switch {
		case amplitudes && p.divided:
			why[station] = undetermined
		case !rested || !regular:
			why[station] = notConverged
		default:
			gain = s.gain(g, a, reference, sigmaAmp, sigmaPhase)
			if gain.SNR < s.config.MinSNR {
				why[station] = lowSNR
			}
		}
		found[station] = gain
	}
	switch s.config.Mode {
	case Phase:
		return q.n - 1
	case Amplitude:
		return q.n
	}
	return 2*q.n - 1
}

// gain returns that of station a in the form of the table.
func (s *solver) gain(g gains, a, reference int, sigmaAmp, sigmaPhase []float64) Gain {
	out, worse := Gain{Amplitude: 1}, sigmaPhase[a]
	if s.config.Mode != Phase {
		out.Amplitude = math.Exp(g.logAmp[a])
		out.AmplitudeError = out.Amplitude * sigmaAmp[a]
		worse = math.Max(worse, sigmaAmp[a])
	}
	out.SNR = 1 / worse
	if s.config.Mode != Amplitude {
		out.PhaseDeg = wrapDegrees(degrees(g.phase[a] - g.phase[reference]))
		out.PhaseErrorDeg = degrees(sigmaPhase[a])
	}
	return out
}

// observed reports whether a station has data in an interval.
func (s *solver) observed(i interval, station int) bool {
	for _, k := range i.members {
		if (s.data.Ant1[k] == station || s.data.Ant2[k] == station) && !s.data.Flagged(k) {
			return true
		}
	}
	return false
}

// record adds the row of a station to the table.
func (s *solver) record(i interval, station int, found map[int]Gain, why map[int]string) {
	mjd := func(sec float64) float64 { return s.data.RefMJD + sec/secondsPerDay }
	g, solved := found[station]
	g.Station = s.data.Stations[station].Name
	g.StartMJD, g.EndMJD, g.FreqHz = mjd(i.startSec), mjd(i.endSec), i.freqHz
	g.TimeMJD = (g.StartMJD + g.EndMJD) / 2
	reason := why[station]
	if !solved && reason == "" {
		reason = noModel
	}
	s.table = append(s.table, s.without(g, reason))
	s.trouble.count(g.Station, reason)
}

// limit takes out amplitudes that are further from 1 than the config allows.
func (s *solver) limit() {
	s.beyond(func(Gain) bool { return true })
}

// normalizeAndLimit divides all amplitudes by one factor and takes out those that are too far from 1. One that runs away shifts the
// factor for all others, so the furthest goes first, with those of its station on the same side, before the next factor.
func (s *solver) normalizeAndLimit() {
	for {
		s.table.normalize()
		var worst Gain
		for _, g := range s.table {
			if g.SNR > 0 && (worst.SNR == 0 || math.Abs(math.Log(g.Amplitude)) > math.Abs(math.Log(worst.Amplitude))) {
				worst = g
			}
		}
		if !s.beyond(func(g Gain) bool { return g.Station == worst.Station && (g.Amplitude > 1) == (worst.Amplitude > 1) }) {
			return
		}
	}
}

// beyond takes out those of the chosen amplitudes that are further from 1 than the config allows, and reports whether there were any.
func (s *solver) beyond(chosen func(Gain) bool) bool {
	found, most := false, s.config.MaxAmplitudeChange
	for i, g := range s.table {
		if g.SNR > 0 && (g.Amplitude > most || g.Amplitude < 1/most) && chosen(g) {
			s.table[i] = s.without(g, beyondLimit)
			s.trouble.add(g.Station, beyondLimit)
			found = true
		}
	}
	return found
}

// without returns g when there is no reason against it; otherwise a flag or, if the config says so, a gain of 1.
func (s *solver) without(g Gain, reason string) Gain {
	if reason == "" {
		return g
	}
	g = g.flag()
	g.Flagged = !s.config.KeepUnsolved
	return g
}
