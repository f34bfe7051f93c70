package radio

import (
	"math"
	"slices"
)

// Stations of one site are nearer than intraSiteMetres (ALMA–APEX 2.6 km, JCMT–SMA 0.2 km). An array that fits into
// vlbiMetres has no sites: there every baseline counts.
const (
	intraSiteMetres = 10e3
	vlbiMetres      = 500e3
)

// IntraSite returns the function that reports whether the stations of visibility k share a site of a VLBI array: they are less than
// 10 km apart and the array is larger than 500 km. Stations without a position (all zeros) and [NoStation] share nothing.
func (v *Visibilities) IntraSite() func(k int) bool {
	large := v.arraySize() > vlbiMetres
	return func(k int) bool {
		return large && v.hasStations(k) && distance(v.Stations[v.Ant1[k]], v.Stations[v.Ant2[k]]) < intraSiteMetres
	}
}

// Connected reports whether the stations are those of a connected array: they are known, with their positions, and lie within 500 km.
// Such arrays calibrate phases before imaging.
func (v *Visibilities) Connected() bool {
	size := v.arraySize()
	return v.HasStations() && size > 0 && size <= vlbiMetres
}

// WithoutIntraSite returns a new set without the baselines inside a site, which see large-scale flux that no other
// baseline sees, and the names of the pairs that were left out ("AA-AP"), sorted.
func (v *Visibilities) WithoutIntraSite() (*Visibilities, []string) {
	var pairs []string
	inside := v.IntraSite()
	out := v.Select(func(k int) bool {
		if !inside(k) {
			return true
		}
		lo, hi, _ := canonical(v.Ant1[k], v.Ant2[k])
		name := v.Stations[lo].Name + "-" + v.Stations[hi].Name
		if i, found := slices.BinarySearch(pairs, name); !found {
			pairs = slices.Insert(pairs, i, name)
		}
		return false
	})
	return out, pairs
}

// arraySize returns the largest distance between two stations in metres.
func (v *Visibilities) arraySize() float64 {
	size := 0.0
	for i, a := range v.Stations {
		for _, b := range v.Stations[:i] {
			if d := distance(a, b); !math.IsInf(d, 0) {
				size = math.Max(size, d)
			}
		}
	}
	return size
}

// distance returns the straight-line distance in metres, +Inf when a position is unknown.
func distance(a, b Station) float64 {
	if a.XYZ == [3]float64{} || b.XYZ == [3]float64{} {
		return math.Inf(1)
	}
	return math.Hypot(math.Hypot(a.XYZ[0]-b.XYZ[0], a.XYZ[1]-b.XYZ[1]), a.XYZ[2]-b.XYZ[2])
}
