package calibrate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Reasons why a station has no gain in an interval.
const (
	fewBaselines = "too few baselines"
	lowSNR       = "low signal-to-noise ratio"
	undetermined = "amplitudes not determined by two groups of stations without baselines inside"
	notConverged = "no convergence, the model contradicts the data"
	noModel      = "no flux in model or data"
	beyondLimit  = "amplitude beyond the limit"
)

// trouble counts, for every station, the intervals in which it observed and those that each reason took away.
type trouble map[string]*stationTrouble

type stationTrouble struct {
	intervals int
	reasons   map[string]int
}

// count notes an interval in which a station observed, and the reason why it has no gain, "" if it has one.
func (t trouble) count(station, reason string) {
	if t[station] == nil {
		t[station] = &stationTrouble{reasons: map[string]int{}}
	}
	t[station].intervals++
	if reason != "" {
		t.add(station, reason)
	}
}

// add notes a reason against an interval that is counted already.
func (t trouble) add(station, reason string) { t[station].reasons[reason]++ }

// warnings returns a line per station that lacks gains, by name.
func (t trouble) warnings() []string {
	var list []string
	for _, station := range slices.Sorted(maps.Keys(t)) {
		s := t[station]
		missing := 0
		var parts []string
		for _, reason := range slices.Sorted(maps.Keys(s.reasons)) {
			missing += s.reasons[reason]
			parts = append(parts, fmt.Sprintf("%s (%d)", reason, s.reasons[reason]))
		}
		if missing > 0 {
			list = append(list, fmt.Sprintf("station %s has no gain in %d of %d intervals: %s", station, missing, s.intervals, strings.Join(parts, ", ")))
		}
	}
	return list
}
