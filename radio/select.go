package radio

import (
	"fmt"
	"math"
	"slices"
)

// Clone returns a deep copy.
func (v *Visibilities) Clone() *Visibilities {
	c := *v
	c.U, c.V = slices.Clone(v.U), slices.Clone(v.V)
	c.Vis, c.Weight = slices.Clone(v.Vis), slices.Clone(v.Weight)
	c.Ant1, c.Ant2 = slices.Clone(v.Ant1), slices.Clone(v.Ant2)
	c.TimeSec, c.IntSec, c.FreqHz = slices.Clone(v.TimeSec), slices.Clone(v.IntSec), slices.Clone(v.FreqHz)
	c.Stations = slices.Clone(v.Stations)
	return &c
}

// Select returns a new set with the visibilities for which keep(k) is true, in the same order. Stations stay complete,
// so antenna indices keep their meaning.
func (v *Visibilities) Select(keep func(k int) bool) *Visibilities {
	out := v.emptyLike()
	for k := range v.Vis {
		if keep(k) {
			out.appendFrom(v, k)
		}
	}
	return out
}

// Unflagged returns a new set without the visibilities that [Visibilities.Flagged] calls flagged.
func (v *Visibilities) Unflagged() *Visibilities {
	return v.Select(func(k int) bool { return !v.Flagged(k) })
}

// UVRange returns a new set with the visibilities whose baseline length √(u²+v²) lies in [shortest, longest] wavelengths.
func (v *Visibilities) UVRange(shortest, longest float64) *Visibilities {
	return v.Select(func(k int) bool {
		r := v.UVDistance(k)
		return r >= shortest && r <= longest
	})
}

// UVDistance returns √(u²+v²) of visibility k, in wavelengths.
func (v *Visibilities) UVDistance(k int) float64 { return math.Hypot(v.U[k], v.V[k]) }

// UVMax returns the longest √(u²+v²) among the unflagged visibilities, in wavelengths; 0 when there are none.
func (v *Visibilities) UVMax() float64 {
	longest := 0.0
	for k := range v.Vis {
		if !v.Flagged(k) {
			longest = math.Max(longest, v.UVDistance(k))
		}
	}
	return longest
}

// Flagged reports whether visibility k must not be used: its weight is not positive and finite, or its value, u or v is
// not finite.
func (v *Visibilities) Flagged(k int) bool {
	w := v.Weight[k]
	return !(w > 0) || math.IsInf(w, 0) || !finite(real(v.Vis[k])) || !finite(imag(v.Vis[k])) ||
		!finite(v.U[k]) || !finite(v.V[k])
}

// FlagBad returns a copy in which every flagged visibility has weight 0, so that [Visibilities.Validate] accepts it; its
// value, u and v become 0 where they were not finite.
func (v *Visibilities) FlagBad() *Visibilities {
	c := v.Clone()
	for k := range c.Vis {
		if !v.Flagged(k) {
			continue
		}
		c.Weight[k] = 0
		if !finite(real(v.Vis[k])) || !finite(imag(v.Vis[k])) {
			c.Vis[k] = 0
		}
		if !finite(v.U[k]) || !finite(v.V[k]) {
			c.U[k], c.V[k] = 0, 0
		}
	}
	return c
}

// Sigma returns the standard deviation (Jy) of the real part of visibility k: 1/√weight, +Inf when flagged.
func (v *Visibilities) Sigma(k int) float64 {
	if v.Flagged(k) {
		return math.Inf(1)
	}
	return 1 / math.Sqrt(v.Weight[k])
}

// Validate says what is wrong with the set: slices of unequal length, antenna indices outside Stations or equal (both may
// be [NoStation]), a negative weight, a frequency that is not positive, or a number that is not finite (see [Visibilities.FlagBad]).
func (v *Visibilities) Validate() error {
	n := v.Len()
	for _, s := range []struct {
		name string
		len  int
	}{{"U", len(v.U)}, {"V", len(v.V)}, {"Weight", len(v.Weight)}, {"Ant1", len(v.Ant1)}, {"Ant2", len(v.Ant2)},
		{"TimeSec", len(v.TimeSec)}, {"IntSec", len(v.IntSec)}, {"FreqHz", len(v.FreqHz)}} {
		if s.len != n {
			return fmt.Errorf("radio: visibilities have %d values but %s has %d", n, s.name, s.len)
		}
	}
	for k := range n {
		if err := v.validateOne(k); err != nil {
			return err
		}
	}
	return nil
}

func (v *Visibilities) validateOne(k int) error {
	if err := v.validateStations(k); err != nil {
		return err
	}
	if !(v.FreqHz[k] > 0) || !finite(v.FreqHz[k]) {
		return fmt.Errorf("radio: visibility %d has frequency %g Hz, must be positive", k, v.FreqHz[k])
	}
	for _, x := range []float64{v.U[k], v.V[k], real(v.Vis[k]), imag(v.Vis[k]), v.TimeSec[k], v.IntSec[k]} {
		if !finite(x) {
			return fmt.Errorf("radio: visibility %d holds a number that is not finite; call FlagBad first", k)
		}
	}
	if !(v.Weight[k] >= 0) || math.IsInf(v.Weight[k], 0) {
		return fmt.Errorf("radio: visibility %d has weight %g, must be finite and not negative; call FlagBad first", k, v.Weight[k])
	}
	return nil
}

func (v *Visibilities) validateStations(k int) error {
	if !v.hasStations(k) {
		return nil
	}
	for _, a := range []int{v.Ant1[k], v.Ant2[k]} {
		if a < 0 || a >= len(v.Stations) {
			return fmt.Errorf("radio: visibility %d names station %d, there are %d", k, a, len(v.Stations))
		}
	}
	if v.Ant1[k] == v.Ant2[k] {
		return fmt.Errorf("radio: visibility %d is an autocorrelation of station %d; leave it out", k, v.Ant1[k])
	}
	return nil
}

// emptyLike returns a set without visibilities that observes the same source with the same stations.
func (v *Visibilities) emptyLike() *Visibilities {
	return &Visibilities{Stations: slices.Clone(v.Stations), Source: v.Source, RefMJD: v.RefMJD, Calibration: v.Calibration}
}

// appendFrom appends visibility k of src.
func (v *Visibilities) appendFrom(src *Visibilities, k int) {
	v.U, v.V = append(v.U, src.U[k]), append(v.V, src.V[k])
	v.Vis, v.Weight = append(v.Vis, src.Vis[k]), append(v.Weight, src.Weight[k])
	v.Ant1, v.Ant2 = append(v.Ant1, src.Ant1[k]), append(v.Ant2, src.Ant2[k])
	v.TimeSec, v.IntSec = append(v.TimeSec, src.TimeSec[k]), append(v.IntSec, src.IntSec[k])
	v.FreqHz = append(v.FreqHz, src.FreqHz[k])
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
