package radio

import (
	"cmp"
	"slices"
)

// ChannelAverage returns the coherent average of each baseline and time over n adjacent channels: values are means weighted
// with w, weights add, and u, v, frequency are those of the mean frequency of the group, whichever of its channels a
// baseline has. Flagged visibilities are left out; time and integration time stay. n ≤ 1 returns the unflagged ones.
//
// Channels are adjacent when their spacing is at most twice the smallest of the set, so no group spans a gap between
// spectral windows; the last group before a gap may be smaller than n. The result is sorted by time, frequency and baseline,
// Ant1 < Ant2. Visibilities without stations come first, as they are.
//
// Averaging smears what is far from the phase centre: a source at angle θ moves by u·θ·Δf/f turns of phase across a group of
// width Δf.
func (v *Visibilities) ChannelAverage(n int) *Visibilities {
	if n <= 1 {
		return v.Unflagged()
	}
	mean := channelGroups(v.Frequencies(), n)
	type key struct {
		time float64
		averageKey
	}
	sums := map[key]*average{}
	out := v.emptyLike()
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		if !v.hasStations(k) {
			out.appendFrom(v, k)
			continue
		}
		ant1, ant2, swapped := canonical(v.Ant1[k], v.Ant2[k])
		id := key{v.TimeSec[k], averageKey{ant1: ant1, ant2: ant2, freqHz: mean[v.FreqHz[k]]}}
		if sums[id] == nil {
			sums[id] = &average{averageKey: id.averageKey}
		}
		sums[id].addChannel(v, k, swapped)
	}
	keys := make([]key, 0, len(sums))
	for id := range sums {
		keys = append(keys, id)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.freqHz, b.freqHz), cmp.Compare(a.ant1, b.ant1), cmp.Compare(a.ant2, b.ant2))
	})
	for _, id := range keys {
		out.appendAverage(sums[id], id.time)
	}
	return out
}

// addChannel adds visibility k with u and v at the mean frequency of the group.
func (a *average) addChannel(v *Visibilities, k int, swapped bool) {
	intSec, scale := max(a.intSec, v.IntSec[k]), a.freqHz/v.FreqHz[k]
	u0, v0 := a.u, a.v
	a.add(v, k, swapped)
	a.u, a.v, a.intSec = u0+(a.u-u0)*scale, v0+(a.v-v0)*scale, intSec
}

// channelGroups returns, for every frequency of an increasing list, the mean frequency of the group that it belongs to.
func channelGroups(frequencies []float64, n int) map[float64]float64 {
	smallest := 0.0
	for i := 1; i < len(frequencies); i++ {
		if d := frequencies[i] - frequencies[i-1]; smallest == 0 || d < smallest {
			smallest = d
		}
	}
	mean := map[float64]float64{}
	for first := 0; first < len(frequencies); {
		end := first + 1
		for end < len(frequencies) && end-first < n && frequencies[end]-frequencies[end-1] <= 2*smallest {
			end++
		}
		sum := 0.0
		for _, f := range frequencies[first:end] {
			sum += f - frequencies[first]
		}
		for _, f := range frequencies[first:end] {
			mean[f] = frequencies[first] + sum/float64(end-first)
		}
		first = end
	}
	return mean
}
