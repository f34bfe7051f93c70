package data

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// mjdZero is the Julian date at which the modified Julian date is 0.
const mjdZero = 2400000.5

// uvParams are the random parameters of a group: physical value = raw·PSCAL + PZERO, and parameters with the same PTYPE
// add up (FITS 4.0, section 6; this is how DATE carries more digits than a float32).
type uvParams []uvParam

type uvParam struct {
	name        string // PTYPE without the projection: UU---SIN is UU
	scale, zero float64
}

// newUVParams reads PTYPEn, PSCALn and PZEROn and checks that a baseline, a time and u, v are there.
func newUVParams(h *header) (uvParams, error) {
	n, err := h.count("PCOUNT", 0)
	if err != nil {
		return nil, err
	}
	reference, err := findAxis(h, "FREQ")
	if err != nil {
		return nil, err
	}
	var list uvParams
	for i := range n {
		suffix := strconv.FormatInt(i+1, 10)
		ptype := h.str("PTYPE" + suffix)
		name, _, _ := strings.Cut(ptype, "-")
		p := uvParam{name: strings.TrimPrefix(strings.TrimSpace(name), "_")}
		var errs [2]error
		p.scale, errs[0] = h.number("PSCAL"+suffix, 1)
		p.zero, errs[1] = h.number("PZERO"+suffix, 0)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		if strings.HasPrefix(ptype, "UU-L") || strings.HasPrefix(ptype, "VV-L") { // wavelengths instead of seconds
			p.scale, p.zero = p.scale/reference.crval, p.zero/reference.crval
		}
		list = append(list, p)
	}
	for _, name := range []string{"UU", "VV", "DATE"} {
		if !list.has(name) {
			return nil, fmt.Errorf("no PTYPE is %s", name)
		}
	}
	if !list.has("BASELINE") && !(list.has("ANTENNA1") && list.has("ANTENNA2")) {
		return nil, errors.New("no PTYPE is BASELINE, nor are there ANTENNA1 and ANTENNA2")
	}
	return list, nil
}

func (p uvParams) has(name string) bool {
	for _, q := range p {
		if q.name == name {
			return true
		}
	}
	return false
}

// sum returns the physical value of a parameter, 0 when there is none of that name.
func (p uvParams) sum(values []float64, name string) float64 {
	total := 0.0
	for i, q := range p {
		if q.name == name {
			total += values[i]*q.scale + q.zero
		}
	}
	return total
}

// mjdAfter returns the days between MJD ref and DATE. Half days are summed apart from fractions, so nothing is lost to
// the seven digits of a Julian date.
func (p uvParams) mjdAfter(values []float64, ref float64) float64 {
	halves, rest := -mjdZero-ref, 0.0
	add := func(x float64) {
		half := math.Round(2*x) / 2
		halves += half
		rest += x - half
	}
	for i, q := range p {
		if q.name == "DATE" {
			add(q.zero)
			add(values[i] * q.scale)
		}
	}
	return halves + rest
}

// baseline is a pair of antenna numbers of a subarray.
type baseline struct{ ant1, ant2, subarray int }

// baseline returns the antennas of a group. BASELINE is 256·a1 + a2, or 2048·a1 + a2 + 65536 for more than 255 antennas; a
// hundredth is added for every subarray after the first (AIPS Memo 117). Without either, the subarray is 1.
func (p uvParams) baseline(values []float64) (b baseline, err error) {
	b.subarray = 1
	if p.has("SUBARRAY") {
		b.subarray = max(1, antennaNumber(p.sum(values, "SUBARRAY")))
	}
	if !p.has("BASELINE") {
		b.ant1, b.ant2 = antennaNumber(p.sum(values, "ANTENNA1")), antennaNumber(p.sum(values, "ANTENNA2"))
	} else {
		code := p.sum(values, "BASELINE")
		whole := antennaNumber(code)
		if whole > 65536 {
			b.ant1, b.ant2 = (whole-65536)/2048, (whole-65536)%2048
		} else {
			b.ant1, b.ant2 = whole/256, whole%256
		}
		if hundredths := math.Round(100 * (code - math.Floor(code))); hundredths > 0 {
			b.subarray = 1 + int(hundredths)
		}
	}
	if b.ant1 < 1 || b.ant2 < 1 {
		return b, fmt.Errorf("BASELINE %g does not name two antennas", p.sum(values, "BASELINE"))
	}
	return b, nil
}

// stations returns the indices of the two stations, and by how many seconds the times of their subarray are ahead of UTC.
func (b baseline) stations(subarrays map[int]subarray) (ant1, ant2 int, ahead float64, err error) {
	s, ok := subarrays[b.subarray]
	if !ok {
		return 0, 0, 0, fmt.Errorf("it belongs to subarray %d, but no \"AIPS AN\" table has EXTVER %d", b.subarray, b.subarray)
	}
	ant1, ok1 := s.index[b.ant1]
	ant2, ok2 := s.index[b.ant2]
	if !ok1 || !ok2 {
		return 0, 0, 0, fmt.Errorf("BASELINE joins antennas %d and %d, which are not both in the \"AIPS AN\" table", b.ant1, b.ant2)
	}
	return ant1, ant2, s.ahead, nil
}

// antennaNumber returns the whole part, or 0 when x cannot be a baseline or antenna number.
func antennaNumber(x float64) int {
	if !(x >= 1 && x < 1<<24) {
		return 0
	}
	return int(x)
}
