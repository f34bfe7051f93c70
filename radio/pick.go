package radio

import (
	"fmt"
	"slices"
	"strings"
)

// FreqRange returns a new set with the visibilities whose frequency lies in [lowest, highest] Hz.
func (v *Visibilities) FreqRange(lowest, highest float64) *Visibilities {
	return v.Select(func(k int) bool { return v.FreqHz[k] >= lowest && v.FreqHz[k] <= highest })
}

// Frequencies returns the frequencies (Hz) that occur, in increasing order: the channels of [Visibilities.Channels].
func (v *Visibilities) Frequencies() []float64 {
	seen := map[float64]bool{}
	var list []float64
	for _, f := range v.FreqHz {
		if !seen[f] {
			seen[f] = true
			list = append(list, f)
		}
	}
	slices.Sort(list)
	return list
}

// Channels returns a new set with the visibilities of the given channels: indices, from 0, into [Visibilities.Frequencies].
func (v *Visibilities) Channels(channels ...int) (*Visibilities, error) {
	frequencies := v.Frequencies()
	wanted := map[float64]bool{}
	for _, c := range channels {
		if c < 0 || c >= len(frequencies) {
			return nil, fmt.Errorf("radio: select channel %d: the channels are 0 to %d", c, len(frequencies)-1)
		}
		wanted[frequencies[c]] = true
	}
	return v.Select(func(k int) bool { return wanted[v.FreqHz[k]] }), nil
}

// WithoutStations returns a new set without the baselines of the named stations. Every name must be that of a station.
func (v *Visibilities) WithoutStations(names ...string) (*Visibilities, error) {
	named, err := v.stationsNamed(names)
	if err != nil {
		return nil, err
	}
	return v.Select(func(k int) bool { return !v.hasStations(k) || (!named[v.Ant1[k]] && !named[v.Ant2[k]]) }), nil
}

// stationsNamed returns the indices of the stations with those names.
func (v *Visibilities) stationsNamed(names []string) (map[int]bool, error) {
	named := map[int]bool{}
	for _, name := range names {
		found := false
		for i, s := range v.Stations {
			if s.Name == name {
				named[i], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("radio: no station %q: %s", name, v.stationList())
		}
	}
	return named, nil
}

func (v *Visibilities) stationList() string {
	if len(v.Stations) == 0 {
		return "the data name no stations"
	}
	var names []string
	for _, s := range v.Stations {
		names = append(names, s.Name)
	}
	return "there are " + strings.Join(names, ", ")
}
