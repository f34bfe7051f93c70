package data

import "fringe/radio"

// uvSpectrum is how the frequencies of a set, in increasing order, are laid out in a file: as the channels of one IF, or as
// IFs of one channel.
type uvSpectrum struct {
	freqHz  []float64
	even    bool            // channels of one IF
	element map[float64]int // place of a frequency
}

func newUVSpectrum(frequencies []float64) uvSpectrum {
	s := uvSpectrum{freqHz: frequencies, even: len(frequencies) > 1, element: map[float64]int{}}
	for i, f := range frequencies {
		s.element[f] = i
		// Exactly what a reader computes, so that frequencies survive to the bit.
		s.even = s.even && frequencies[0]+float64(i)*(frequencies[1]-frequencies[0]) == f
	}
	return s
}

func (s uvSpectrum) channels() int {
	if s.even {
		return len(s.freqHz)
	}
	return 1
}

func (s uvSpectrum) ifs() int {
	if s.even {
		return 1
	}
	return len(s.freqHz)
}

// width is the bandwidth of a channel in Hz.
func (s uvSpectrum) width() float64 {
	if s.even {
		return s.freqHz[1] - s.freqHz[0]
	}
	return 1
}

// atReference returns u and v (wavelengths) of visibility k at the lowest frequency, 0 where they are not finite.
func (s uvSpectrum) atReference(v *radio.Visibilities, k int) (uu, vv float64) {
	return orZero(v.U[k] * s.freqHz[0] / v.FreqHz[k]), orZero(v.V[k] * s.freqHz[0] / v.FreqHz[k])
}

// groups collects the visibilities that can share a group, in order of first occurrence: for each group the index of the
// visibility at every frequency, −1 where there is none.
func (s uvSpectrum) groups(v *radio.Visibilities) [][]int {
	type key struct {
		time, intSec float64
		ant1, ant2   int
		u, v         float32
	}
	var groups [][]int
	open := map[key]int{}
	for k := range v.Vis {
		uu, vv := s.atReference(v, k)
		id := key{v.TimeSec[k], v.IntSec[k], v.Ant1[k], v.Ant2[k], float32(uu), float32(vv)}
		at, found := open[id]
		if !found || groups[at][s.element[v.FreqHz[k]]] >= 0 {
			members := make([]int, len(s.freqHz))
			for i := range members {
				members[i] = -1
			}
			at = len(groups)
			groups, open[id] = append(groups, members), at
		}
		groups[at][s.element[v.FreqHz[k]]] = k
	}
	return groups
}
