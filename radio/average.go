package radio

import (
	"cmp"
	"math"
	"slices"
)

// DefaultScanGapSec separates scans when no gap is given: longer than any usual integration, shorter than the pause
// between two scans.
const DefaultScanGapSec = 60.0

// Scans returns the scan number of every visibility, from 0 in order of time, and the number of scans. A new scan starts
// where two consecutive times of the whole set, flagged visibilities included, are more than gapSec seconds apart
// (0 means [DefaultScanGapSec]).
func (v *Visibilities) Scans(gapSec float64) (scan []int, count int) {
	if gapSec <= 0 {
		gapSec = DefaultScanGapSec
	}
	order := v.timeOrder()
	scan = make([]int, v.Len())
	for i, k := range order {
		if i == 0 || v.TimeSec[k]-v.TimeSec[order[i-1]] > gapSec {
			count++
		}
		scan[k] = count - 1
	}
	return scan, count
}

// LongestScan returns the time in seconds from the begin of the first integration of a scan to the end of its last, of the longest
// scan (see [Visibilities.Scans]).
func (v *Visibilities) LongestScan() float64 {
	scan, count := v.Scans(0)
	first, last := make([]float64, count), make([]float64, count)
	for s := range first {
		first[s], last[s] = math.Inf(1), math.Inf(-1)
	}
	longest := 0.0
	for k, s := range scan {
		first[s], last[s] = math.Min(first[s], v.TimeSec[k]-v.IntSec[k]/2), math.Max(last[s], v.TimeSec[k]+v.IntSec[k]/2)
		longest = math.Max(longest, last[s]-first[s])
	}
	return longest
}

// timeOrder returns the indices of the visibilities in order of time.
func (v *Visibilities) timeOrder() []int {
	order := make([]int, v.Len())
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.TimeSec[a], v.TimeSec[b]) })
	return order
}

// ScanAverage returns the coherent average of each baseline over each scan (see [Visibilities.Scans]), separately for
// each frequency: values, u and v are means weighted with w, weights and integration times add. Flagged visibilities are
// left out. All baselines of a scan get the scan's weighted mean time, so that closure quantities can be formed; the
// result is sorted by time, frequency and baseline, and Ant1 < Ant2 (a swapped baseline is conjugated, u and v negated).
// Visibilities without stations come first, as they are: nothing says which of them belong together.
func (v *Visibilities) ScanAverage(gapSec float64) *Visibilities {
	bins, count := v.Scans(gapSec)
	return v.averageBins(bins, count)
}

// TimeAverage is [Visibilities.ScanAverage] over bins of binSec seconds instead of whole scans; 0 means whole scans. Bins
// begin with the first integration of each scan and never reach into the next; an integration counts for the bin of its
// midpoint. Bins that are not a multiple of the integration time hold unequal numbers of integrations.
func (v *Visibilities) TimeAverage(binSec float64) *Visibilities {
	if !(binSec > 0) {
		return v.ScanAverage(0)
	}
	bins, count := v.timeBins(binSec)
	return v.averageBins(bins, count)
}

// timeBins returns the time bin of every visibility, from 0 in order of time, and the number of bins.
func (v *Visibilities) timeBins(binSec float64) (bins []int, count int) {
	scan, scans := v.Scans(0)
	start := make([]float64, scans) // when the first integration begins
	for i := range start {
		start[i] = math.Inf(1)
	}
	for k, s := range scan {
		start[s] = math.Min(start[s], v.TimeSec[k]-v.IntSec[k]/2)
	}
	bins = make([]int, v.Len())
	lastScan, lastStep := -1, 0.0
	for _, k := range v.timeOrder() {
		step := math.Floor((v.TimeSec[k] - start[scan[k]]) / binSec)
		if scan[k] != lastScan || step != lastStep {
			count++
			lastScan, lastStep = scan[k], step
		}
		bins[k] = count - 1
	}
	return bins, count
}

// averageKey says which visibilities are averaged.
type averageKey struct {
	bin, ant1, ant2 int
	freqHz          float64
}

// average accumulates the visibilities of one key.
type average struct {
	averageKey
	weight, u, v float64 // sums of w, w·u, w·v
	vis          complex128
	intSec       float64
}

func (v *Visibilities) averageBins(bins []int, count int) *Visibilities {
	sums := map[averageKey]*average{}
	timeSum, weightSum := make([]float64, count), make([]float64, count)
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
		id := averageKey{bins[k], ant1, ant2, v.FreqHz[k]}
		if sums[id] == nil {
			sums[id] = &average{averageKey: id}
		}
		sums[id].add(v, k, swapped)
		timeSum[bins[k]] += v.Weight[k] * v.TimeSec[k]
		weightSum[bins[k]] += v.Weight[k]
	}
	for _, a := range sortedAverages(sums) {
		out.appendAverage(a, timeSum[a.bin]/weightSum[a.bin])
	}
	return out
}

func sortedAverages(sums map[averageKey]*average) []*average {
	list := make([]*average, 0, len(sums))
	for _, a := range sums {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *average) int {
		return cmp.Or(cmp.Compare(a.bin, b.bin), cmp.Compare(a.freqHz, b.freqHz), cmp.Compare(a.ant1, b.ant1), cmp.Compare(a.ant2, b.ant2))
	})
	return list
}

func (a *average) add(v *Visibilities, k int, swapped bool) {
	w, sign, vis := v.Weight[k], 1.0, v.Vis[k]
	if swapped {
		sign, vis = -1, complex(real(vis), -imag(vis))
	}
	a.weight += w
	a.u += w * sign * v.U[k]
	a.v += w * sign * v.V[k]
	a.vis += complex(w, 0) * vis
	a.intSec += v.IntSec[k]
}

func (v *Visibilities) appendAverage(a *average, timeSec float64) {
	v.U, v.V = append(v.U, a.u/a.weight), append(v.V, a.v/a.weight)
	v.Vis, v.Weight = append(v.Vis, a.vis/complex(a.weight, 0)), append(v.Weight, a.weight)
	v.Ant1, v.Ant2 = append(v.Ant1, a.ant1), append(v.Ant2, a.ant2)
	v.TimeSec, v.IntSec = append(v.TimeSec, timeSec), append(v.IntSec, a.intSec)
	v.FreqHz = append(v.FreqHz, a.freqHz)
}

// canonical returns the two stations in increasing order and whether that swapped them.
func canonical(ant1, ant2 int) (lo, hi int, swapped bool) {
	if ant1 > ant2 {
		return ant2, ant1, true
	}
	return ant1, ant2, false
}
