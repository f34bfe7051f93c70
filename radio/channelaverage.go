package radio

import (
	"cmp"
	"slices"
)

// ChannelAverage returns the coherent average of each baseline and time over n adjacent channels: values are means weighted
// with w, weights add, and u, v, frequency are those of the mean frequency of the group, whichever of its channels a
// baseline has. Flagged visibilities are left out; time and integration time stay. n ≤ 1 returns the unflagged ones.
//
// Frequencies that differ by less than 1e-9 of themselves, by rounding, are one channel. Channels are adjacent when their spacing is
// at most twice the median of the set, so no group spans a gap between spectral windows; the last group before a gap may be
// smaller than n. The result is sorted by time, frequency and baseline,
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

// sameChannel is the relative difference below which two frequencies are one channel: files round them.
const sameChannel = 1e-9

// channelGroups returns, for every frequency of an increasing list, the mean frequency of the channels in the group that it belongs to.
func channelGroups(frequencies []float64, n int) map[float64]float64 {
	channels := distinct(frequencies)
	gap := 2 * typicalSpacing(channels)
	mean := make(map[float64]float64, len(frequencies))
	next := 0 // of frequencies
	for first := 0; first < len(channels); {
		end, sum := first+1, 0.0
		for end < len(channels) && end-first < n && channels[end]-channels[end-1] <= gap {
			end++
		}
		for _, f := range channels[first:end] {
			sum += f - channels[first]
		}
		for next < len(frequencies) && (end == len(channels) || frequencies[next] < channels[end]) {
			mean[frequencies[next]] = channels[first] + sum/float64(end-first)
			next++
		}
		first = end
	}
	return mean
}

// distinct returns the first of each run of frequencies of one channel.
func distinct(frequencies []float64) []float64 {
	var channels []float64
	for _, f := range frequencies {
		if len(channels) == 0 || f-channels[len(channels)-1] > sameChannel*f {
			channels = append(channels, f)
		}
	}
	return channels
}

// typicalSpacing returns the median distance of neighbours, the lower one of two; 0 when there are none.
func typicalSpacing(channels []float64) float64 {
	var spacings []float64
	for i := 1; i < len(channels); i++ {
		spacings = append(spacings, channels[i]-channels[i-1])
	}
	if len(spacings) == 0 {
		return 0
	}
	slices.Sort(spacings)
	return spacings[(len(spacings)-1)/2]
}
