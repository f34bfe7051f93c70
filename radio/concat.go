package radio

import (
	"fmt"
	"math"
	"slices"
)

const (
	// sameStationMetres joins stations of one name in [Concat]: positions of one antenna in different files agree to some
	// centimetres, and pads of connected arrays are further apart.
	sameStationMetres = 5
	// sameSourceRad is the distance up to which two sets observe the same phase centre.
	sameSourceRad = Arcsecond
)

// Concat returns one set with the visibilities of all sets, in that order. Stations of the same name that are less than 5 m
// apart, or of which one has no position, become one; times count from the earliest RefMJD. Source has the first position and the first
// name that a set has; RA = Dec = 0 is no position. Calibration is what all sets have
// in common.
//
// It refuses sets whose phase centres differ by more than an arcsecond, because their visibilities are of different skies,
// and sets that do not pass [Visibilities.Validate].
func Concat(sets ...*Visibilities) (*Visibilities, error) {
	if len(sets) == 0 {
		return nil, fmt.Errorf("radio: concatenate: no sets of visibilities")
	}
	out := &Visibilities{RefMJD: earliestRefMJD(sets), Calibration: sets[0].Calibration}
	for i, v := range sets {
		out.Calibration = out.Calibration.And(v.Calibration)
		if err := v.Validate(); err != nil {
			return nil, fmt.Errorf("radio: concatenate: set %d: %w", i+1, err)
		}
		if err := out.joinSource(v.Source); err != nil {
			return nil, fmt.Errorf("radio: concatenate: set %d: %w", i+1, err)
		}
		var index []int
		out.Stations, index = JoinStations(out.Stations, v.Stations)
		shift := 0.0
		if v.RefMJD != 0 {
			shift = (v.RefMJD - out.RefMJD) * 86400
		}
		for k := range v.Vis {
			out.appendFrom(v, k)
			last := out.Len() - 1
			out.TimeSec[last] += shift
			if v.hasStations(k) {
				out.Ant1[last], out.Ant2[last] = index[v.Ant1[k]], index[v.Ant2[k]]
			}
		}
	}
	return out, nil
}

// earliestRefMJD returns the smallest RefMJD that is set, 0 when none is.
func earliestRefMJD(sets []*Visibilities) float64 {
	earliest := 0.0
	for _, v := range sets {
		if v.RefMJD != 0 && (earliest == 0 || v.RefMJD < earliest) {
			earliest = v.RefMJD
		}
	}
	return earliest
}

// joinSource takes over the source, or checks that it is at the position of the one that is there.
func (v *Visibilities) joinSource(s Source) error {
	if v.Source.Name == "" {
		v.Source.Name = s.Name
	}
	if s.RARad == 0 && s.DecRad == 0 {
		return nil
	}
	if v.Source.RARad == 0 && v.Source.DecRad == 0 {
		v.Source.RARad, v.Source.DecRad = s.RARad, s.DecRad
		return nil
	}
	_, _, a := skyFrame(v.Source)
	_, _, b := skyFrame(s)
	apart := math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
	if !(apart <= sameSourceRad) {
		return fmt.Errorf("its phase centre (%s) is %.3g arcsec from that of %s; image them apart", s.Name, apart/Arcsecond, v.Source.Name)
	}
	return nil
}

// JoinStations returns list followed by the stations of more that are not in it yet, and for each of more where it is in the
// result: at a station of list with the same name that is less than 5 m away or of which one has no position.
func JoinStations(list, more []Station) (joined []Station, index []int) {
	joined, index = slices.Clone(list), make([]int, len(more))
	for i, s := range more {
		at := slices.IndexFunc(list, func(t Station) bool { return sameStation(s, t) })
		if at < 0 || slices.Contains(index[:i], at) {
			at = len(joined)
			joined = append(joined, s)
		} else if joined[at].XYZ == [3]float64{} {
			joined[at].XYZ = s.XYZ
		}
		index[i] = at
	}
	return joined, index
}

func sameStation(s, t Station) bool {
	d := distance(s, t)
	return s.Name == t.Name && (d <= sameStationMetres || math.IsInf(d, 1))
}
