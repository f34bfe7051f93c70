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

// WithoutBaselines returns a new set without the named baselines, such as "AA-LM", in either order. Every name must be of two
// different stations.
func (v *Visibilities) WithoutBaselines(names ...string) (*Visibilities, error) {
	var pairs [][2]map[int]bool
	for _, name := range names {
		pair, err := v.baselineNamed(name)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, pair)
	}
	return v.Select(func(k int) bool {
		for _, p := range pairs {
			if a, b := v.Ant1[k], v.Ant2[k]; p[0][a] && p[1][b] || p[0][b] && p[1][a] {
				return false
			}
		}
		return true
	}), nil
}

// baselineNamed returns the stations at both ends of a baseline. Names of stations may have hyphens of their own.
func (v *Visibilities) baselineNamed(name string) (pair [2]map[int]bool, err error) {
	for i, r := range name {
		if r != '-' {
			continue
		}
		first, err1 := v.stationsNamed([]string{name[:i]})
		second, err2 := v.stationsNamed([]string{name[i+1:]})
		if err1 == nil && err2 == nil && name[:i] != name[i+1:] {
			return [2]map[int]bool{first, second}, nil
		}
	}
	return pair, fmt.Errorf("radio: no baseline %q: write two different stations as FIRST-SECOND; %s", name, v.stationList())
}

// TimeRange returns a new set with the visibilities whose time, as a modified Julian date, lies in [first, last].
func (v *Visibilities) TimeRange(first, last float64) *Visibilities {
	const microsecond = 1e-6 // what float64 holds of a date
	return v.Select(func(k int) bool {
		return v.TimeSec[k] >= (first-v.RefMJD)*86400-microsecond && v.TimeSec[k] <= (last-v.RefMJD)*86400+microsecond
	})
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
