package calibrate

import (
	"cmp"
	"slices"

	"fringe/radio"
)

// references returns the rank of each station as a reference of phases: first the one that is asked for, then by descending
// signal-to-noise ratio of the model on its baselines.
func references(stations []radio.Station, list []baseline, first string) []int {
	power := make([]float64, len(stations))
	for _, l := range list {
		power[l.a] += l.power
		power[l.b] += l.power
	}
	order := make([]int, len(stations))
	for a := range order {
		order[a] = a
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if stations[a].Name == first || stations[b].Name == first {
			return cmp.Compare(btoi(stations[b].Name == first), btoi(stations[a].Name == first))
		}
		return cmp.Compare(power[b], power[a])
	})
	rank := make([]int, len(stations))
	for place, a := range order {
		rank[a] = place
	}
	return rank
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
