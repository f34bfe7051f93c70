package radio

import (
	"cmp"
	"math"
	"slices"
)

// snapshot is the set of usable baselines of one time and frequency.
type snapshot struct {
	stations  []int           // sorted by descending total SNR; the first is the reference
	baselines []int32         // visibility indices
	column    map[int32]int   // visibility index → position in baselines
	link      map[[2]int]edge // ordered station pair → baseline as seen from the first station
}

// edge is the visibility that joins two stations. sign is +1 when it runs from the first station of the pair to the
// second and −1 when it is its conjugate; relVar is (σ/|V|)².
type edge struct {
	index        int32
	sign, relVar float64
}

// snapshots groups the visibilities of v that are unflagged and have |V|/σ ≥ minSNR by time and frequency, in that order.
// A baseline that occurs twice counts with its better measurement.
func snapshots(v *Visibilities, minSNR float64) []*snapshot {
	var usable []int
	for k, vis := range v.Vis {
		if !v.Flagged(k) && vis != 0 && v.Ant1[k] != v.Ant2[k] && 1/math.Sqrt(v.relVariance(k)) >= minSNR {
			usable = append(usable, k)
		}
	}
	slices.SortStableFunc(usable, func(a, b int) int {
		return cmp.Or(cmp.Compare(v.TimeSec[a], v.TimeSec[b]), cmp.Compare(v.FreqHz[a], v.FreqHz[b]))
	})
	var list []*snapshot
	for len(usable) > 0 {
		first := usable[0]
		n := 1
		for n < len(usable) && v.TimeSec[usable[n]] == v.TimeSec[first] && v.FreqHz[usable[n]] == v.FreqHz[first] {
			n++
		}
		list = append(list, newSnapshot(v, usable[:n]))
		usable = usable[n:]
	}
	return list
}

// relVariance returns (σ/|V|)² of visibility k.
func (v *Visibilities) relVariance(k int) float64 {
	re, im := real(v.Vis[k]), imag(v.Vis[k])
	return 1 / (v.Weight[k] * (re*re + im*im))
}

func newSnapshot(v *Visibilities, indices []int) *snapshot {
	s := &snapshot{column: map[int32]int{}, link: map[[2]int]edge{}}
	for _, k := range indices {
		a, b, relVar := v.Ant1[k], v.Ant2[k], v.relVariance(k)
		if old, ok := s.link[[2]int{a, b}]; ok && old.relVar <= relVar {
			continue
		}
		s.link[[2]int{a, b}] = edge{int32(k), +1, relVar}
		s.link[[2]int{b, a}] = edge{int32(k), -1, relVar}
	}
	snr := map[int]float64{}
	for _, k := range indices {
		e := s.link[[2]int{v.Ant1[k], v.Ant2[k]}]
		if e.index != int32(k) {
			continue
		}
		s.column[e.index] = len(s.baselines)
		s.baselines = append(s.baselines, e.index)
		for _, a := range []int{v.Ant1[k], v.Ant2[k]} {
			if _, seen := snr[a]; !seen {
				s.stations = append(s.stations, a)
			}
			snr[a] += 1 / math.Sqrt(e.relVar)
		}
	}
	slices.SortFunc(s.stations, func(a, b int) int { return cmp.Or(cmp.Compare(snr[b], snr[a]), cmp.Compare(a, b)) })
	return s
}

// closureRank bounds the number of independent closure quantities of an order from above: the visibilities less what the
// gains of V stations can change. Phases of gains leave one common phase per connected part of the stations without effect;
// amplitudes leave one factor, against its inverse, per part whose stations fall into two groups with baselines only between
// them. Loops of three or four stations reach the bound except in sparse arrays.
func (s *snapshot) closureRank(order int) int {
	parts, bipartite := s.parts()
	if order == 3 {
		return len(s.baselines) - len(s.stations) + parts
	}
	return len(s.baselines) - len(s.stations) + bipartite
}

// parts counts the connected parts of the stations, and those of them that two colours can paint so that every baseline
// joins different ones.
func (s *snapshot) parts() (all, bipartite int) {
	colour := map[int]bool{}
	for _, root := range s.stations {
		if _, seen := colour[root]; seen {
			continue
		}
		colour[root] = true
		two := true
		for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
			for _, b := range s.stations {
				if _, joined := s.link[[2]int{queue[0], b}]; !joined {
					continue
				}
				c, seen := colour[b]
				if !seen {
					colour[b] = !colour[queue[0]]
					queue = append(queue, b)
				} else if c == colour[queue[0]] {
					two = false
				}
			}
		}
		all++
		if two {
			bipartite++
		}
	}
	return all, bipartite
}

// triangles appends the closed triangles a→b→c→a in which a is station i and b and c come after it.
func (s *snapshot) triangles(list []candidate, i int) []candidate {
	a, rest := s.stations[i], s.stations[i+1:]
	for j, b := range rest {
		for _, c := range rest[j+1:] {
			list = s.appendLoop(list, [][2]int{{a, b}, {b, c}, {c, a}}, nil)
		}
	}
	return list
}

// quadrangles appends, for station i and every three after it, the three ratios of two of the three products of opposite
// baselines.
func (s *snapshot) quadrangles(list []candidate, i int) []candidate {
	over := []float64{1, 1, -1, -1}
	a, rest := s.stations[i], s.stations[i+1:]
	for j, b := range rest {
		for k, c := range rest[j+1:] {
			for _, d := range rest[j+k+2:] {
				list = s.appendLoop(list, [][2]int{{a, b}, {c, d}, {a, c}, {b, d}}, over)
				list = s.appendLoop(list, [][2]int{{a, b}, {c, d}, {a, d}, {b, c}}, over)
				list = s.appendLoop(list, [][2]int{{a, c}, {b, d}, {a, d}, {b, c}}, over)
			}
		}
	}
	return list
}

// appendLoop appends the quantity made of the given station pairs unless a baseline is missing. With signs nil the
// direction of each baseline gives its sign.
func (s *snapshot) appendLoop(list []candidate, pairs [][2]int, signs []float64) []candidate {
	var q candidate
	for i, pair := range pairs {
		e, ok := s.link[pair]
		if !ok {
			return list
		}
		q.index[i], q.sign[i], q.relVar[i] = e.index, e.sign, e.relVar
		if signs != nil {
			q.sign[i] = signs[i]
		}
		q.variance += e.relVar
	}
	return append(list, q)
}
