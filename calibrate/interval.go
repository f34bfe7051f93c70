package calibrate

import (
	"cmp"
	"slices"

	"fringe/radio"
)

// interval is a time, and a frequency unless all share their gains (0), over which gains are constant.
type interval struct {
	startSec, endSec float64 // of the first and the last visibility, flagged ones included
	freqHz           float64
	members          []int // visibilities, by time
}

// intervals divides the visibilities by time, and by frequency if asked, in ascending order.
func intervals(v *radio.Visibilities, c Config) []interval {
	var list []interval
	for _, members := range spans(v, c.IntervalSec) {
		list = append(list, divide(v, members, c.PerFrequency)...)
	}
	return list
}

// nearly is the part of an interval after which a time begins the next: times of single precision jitter by milliseconds, and
// integrations that last as long as an interval must not share one by chance.
const nearly = 0.99

// spans divides the visibilities into scans, and these into intervals that count from the first time in them.
func spans(v *radio.Visibilities, intervalSec float64) [][]int {
	scan, _ := v.Scans(0)
	order := make([]int, v.Len())
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.TimeSec[a], v.TimeSec[b]) })
	var list [][]int
	first := 0
	for i, k := range order {
		start := order[first]
		late := intervalSec > 0 && v.TimeSec[k]-v.TimeSec[start] >= nearly*intervalSec
		if i > first && (late || scan[k] != scan[start]) {
			list, first = append(list, order[first:i]), i
		}
	}
	return append(list, order[first:])
}

// divide makes one interval of the visibilities of a time, or one per frequency.
func divide(v *radio.Visibilities, members []int, perFrequency bool) []interval {
	start, end := v.TimeSec[members[0]], v.TimeSec[members[len(members)-1]]
	if !perFrequency {
		return []interval{{start, end, 0, members}}
	}
	byFreq := slices.Clone(members)
	slices.SortStableFunc(byFreq, func(a, b int) int { return cmp.Compare(v.FreqHz[a], v.FreqHz[b]) })
	var list []interval
	for len(byFreq) > 0 {
		n := 1
		for n < len(byFreq) && v.FreqHz[byFreq[n]] == v.FreqHz[byFreq[0]] {
			n++
		}
		list = append(list, interval{start, end, v.FreqHz[byFreq[0]], byFreq[:n]})
		byFreq = byFreq[n:]
	}
	return list
}
