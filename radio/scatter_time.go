package radio

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// ScatterInTime looks at three consecutive integrations V₁, V₂, V₃ of a baseline, frequency and scan (see
// [Visibilities.Scans]) and compares the middle one with the straight line through the others at its time:
//
//	r = V₂ − αV₁ − βV₃,  var r = 1/w₂ + α²/w₁ + β²/w₃ per component
//
// The source cancels, however bright, and so does any linear drift of it or of the station's phase; what remains is noise, and
// faster changes than that. |r|²/var is χ² with two degrees of freedom, whose median is 2 ln 2 whatever the overlap of triples, so
// Factor = √(median/(2 ln 2)), which a minority of bad data does not move. Where a bright source flickers within an
// integration time, by gains or the atmosphere, the factor is larger than 1 and rightly so: the weights do not know of it. It
// returns an error when there are fewer than 50 triples.
func (v *Visibilities) ScatterInTime(gapSec float64) (Scatter, error) {
	var ratios []float64
	for _, series := range v.series(gapSec) {
		step := shortestStep(v, series)
		for i := 2; i < len(series); i++ {
			if q, ok := v.secondDifference(series[i-2], series[i-1], series[i], step); ok {
				ratios = append(ratios, q)
			}
		}
	}
	if len(ratios) < minScatterSamples {
		return Scatter{}, fmt.Errorf("radio: scatter: %d triples of consecutive integrations, at least %d are needed", len(ratios), minScatterSamples)
	}
	return Scatter{Factor: math.Sqrt(Median(ratios) / (2 * math.Ln2)), Samples: len(ratios), Method: "time"}, nil
}

// series returns the unflagged visibilities of each baseline, frequency and scan in the order of time.
func (v *Visibilities) series(gapSec float64) [][]int {
	scan, _ := v.Scans(gapSec)
	type key struct {
		scan, lo, hi int
		freqHz       float64
	}
	number := map[key]int{}
	var list [][]int
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		lo, hi, _ := canonical(v.Ant1[k], v.Ant2[k])
		id := key{scan[k], lo, hi, v.FreqHz[k]}
		n, ok := number[id]
		if !ok {
			n = len(list)
			number[id] = n
			list = append(list, nil)
		}
		list[n] = append(list[n], k)
	}
	for _, s := range list {
		slices.SortStableFunc(s, func(a, b int) int { return cmp.Compare(v.TimeSec[a], v.TimeSec[b]) })
	}
	return list
}

// shortestStep returns the shortest positive time between consecutive members of a series, in seconds.
func shortestStep(v *Visibilities, series []int) float64 {
	step := math.Inf(1)
	for i := 1; i < len(series); i++ {
		if d := v.TimeSec[series[i]] - v.TimeSec[series[i-1]]; d > 0 {
			step = math.Min(step, d)
		}
	}
	return step
}

// secondDifference returns |r|²/var of three integrations; ok is false unless they follow each other without a gap.
func (v *Visibilities) secondDifference(a, b, c int, step float64) (q float64, ok bool) {
	t1, t2, t3 := v.TimeSec[a], v.TimeSec[b], v.TimeSec[c]
	const gap = 1.5 // steps
	if !(t2 > t1 && t3 > t2 && t2-t1 < gap*step && t3-t2 < gap*step) {
		return 0, false
	}
	alpha := (t3 - t2) / (t3 - t1)
	beta := 1 - alpha
	r := v.directed(b) - complex(alpha, 0)*v.directed(a) - complex(beta, 0)*v.directed(c)
	variance := 1/v.Weight[b] + alpha*alpha/v.Weight[a] + beta*beta/v.Weight[c]
	return (real(r)*real(r) + imag(r)*imag(r)) / variance, true
}

// directed returns visibility k as measured from the lower to the higher station.
func (v *Visibilities) directed(k int) complex128 {
	if v.Ant1[k] > v.Ant2[k] {
		return complex(real(v.Vis[k]), -imag(v.Vis[k]))
	}
	return v.Vis[k]
}
