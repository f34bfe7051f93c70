package radio

import (
	"cmp"
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
	order := make([]int, v.Len())
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.TimeSec[a], v.TimeSec[b]) })
	scan = make([]int, v.Len())
	for i, k := range order {
		if i == 0 || v.TimeSec[k]-v.TimeSec[order[i-1]] > gapSec {
			count++
		}
		scan[k] = count - 1
	}
	return scan, count
}

// average accumulates the visibilities of one baseline, scan and frequency.
type average struct {
	scan, ant1, ant2 int
	freqHz           float64
	weight, u, v     float64 // sums of w, w·u, w·v
	vis              complex128
	intSec           float64
}

// ScanAverage returns the coherent average of each baseline over each scan (see [Visibilities.Scans]), separately for
// each frequency: values, u and v are means weighted with w, weights and integration times add. Flagged visibilities are
// left out. All baselines of a scan get the scan's weighted mean time, so that closure quantities can be formed; the
// result is sorted by time, frequency and baseline, and Ant1 < Ant2 (a swapped baseline is conjugated, u and v negated).
func (v *Visibilities) ScanAverage(gapSec float64) *Visibilities {
	scan, count := v.Scans(gapSec)
	type key struct {
		scan, ant1, ant2 int
		freqHz           float64
	}
	sums := map[key]*average{}
	timeSum, weightSum := make([]float64, count), make([]float64, count)
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		ant1, ant2, swapped := canonical(v.Ant1[k], v.Ant2[k])
		id := key{scan[k], ant1, ant2, v.FreqHz[k]}
		if sums[id] == nil {
			sums[id] = &average{scan: scan[k], ant1: ant1, ant2: ant2, freqHz: v.FreqHz[k]}
		}
		sums[id].add(v, k, swapped)
		timeSum[scan[k]] += v.Weight[k] * v.TimeSec[k]
		weightSum[scan[k]] += v.Weight[k]
	}
	list := make([]*average, 0, len(sums))
	for _, a := range sums {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *average) int {
		return cmp.Or(cmp.Compare(a.scan, b.scan), cmp.Compare(a.freqHz, b.freqHz),
			cmp.Compare(a.ant1, b.ant1), cmp.Compare(a.ant2, b.ant2))
	})
	out := v.emptyLike()
	for _, a := range list {
		out.appendAverage(a, timeSum[a.scan]/weightSum[a.scan])
	}
	return out
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
