package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"fringe/radio"
)

// WriteUVFITS writes visibilities as UVFITS: random groups with the hands RR = LL = I, each with half the weight (so that
// their mean has the weight of I again), an AIPS AN and an AIPS FQ table. Values, weights, u and v are float32, as the format
// has it; times keep about 3 ms. The bandwidth, which [radio.Visibilities] does not know, is given as the spacing of the
// channels, or 1 Hz. A flagged visibility gets weight 0 and value 0. HISTORY cards keep
// the calibration.
//
// Several frequencies become channels of one IF when they are evenly spaced, and IFs of one channel otherwise. Visibilities
// of the same time, baseline and (u,v) in seconds share a group; a channel that a group lacks is flagged in it, so reading
// the file gives further visibilities of weight 0.
//
// Stations must be known. path is replaced only by a complete file, and the same visibilities give the same bytes.
func WriteUVFITS(path string, v *radio.Visibilities) error {
	err := writableUVFITS(v)
	if err == nil {
		s := newUVSpectrum(v.Frequencies())
		err = writeAtomically(path, func(w io.Writer) error {
			for _, hdu := range []*fitsWriter{groupsHDU(v, s), antennaTable(v, s), frequencyTable(s)} {
				if err := hdu.writeTo(w); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("data: write UVFITS %q: %w", path, err)
	}
	return nil
}

// maxAntennas is the largest antenna number in BASELINE = 256·a1 + a2.
const maxAntennas = 255

func writableUVFITS(v *radio.Visibilities) error {
	if v.Len() == 0 {
		return errors.New("there are no visibilities")
	}
	if err := v.FlagBad().Validate(); err != nil {
		return err
	}
	if len(v.Stations) > maxAntennas {
		return fmt.Errorf("there are %d stations, BASELINE can number %d", len(v.Stations), maxAntennas)
	}
	if !v.HasStations() {
		return errors.New("the stations of some visibilities are unknown, and UVFITS must have them: write npz")
	}
	if !finite(v.Source.RARad) || !finite(v.Source.DecRad) {
		return fmt.Errorf("the source position is not finite: %+v", v.Source)
	}
	if !validDay(v.RefMJD) {
		return fmt.Errorf("RefMJD is %g, must be the modified Julian date of the observation", v.RefMJD)
	}
	return nil
}

// groupsHDU makes the primary HDU. DATE is split as in EHT files: the Julian date of 0h, exact in a float32, and the
// fraction of the day.
func groupsHDU(v *radio.Visibilities, s uvSpectrum) *fitsWriter {
	groups := s.groups(v)
	f := &fitsWriter{}
	f.logical("SIMPLE", true, "")
	f.integer("BITPIX", -32, "")
	axes := []int{0, 3, 2, s.channels(), s.ifs(), 1, 1}
	f.integer("NAXIS", len(axes), "")
	for i, n := range axes {
		f.integer(fmt.Sprintf("NAXIS%d", i+1), n, "")
	}
	f.logical("EXTEND", true, "")
	f.logical("GROUPS", true, "random groups")
	f.integer("PCOUNT", 7, "")
	f.integer("GCOUNT", len(groups), "")
	f.groupAxes(v, s)
	f.groupParameters(1 / s.freqHz[0])
	f.text("OBJECT", v.Source.Name, "")
	f.real("OBSRA", degrees(v.Source.RARad), "deg")
	f.real("OBSDEC", degrees(v.Source.DecRad), "deg")
	f.text("DATE-OBS", isoDate(v.RefMJD)[:len("2006-01-02")], "")
	f.text("BUNIT", "JY", "")
	f.real("EQUINOX", 2000, "")
	for _, line := range calibrationHistory(v.Calibration) {
		f.history(line)
	}
	for _, members := range groups {
		f.group(v, s, members)
	}
	return f
}

func (f *fitsWriter) groupAxes(v *radio.Visibilities, s uvSpectrum) {
	for i, a := range []struct {
		name         string
		value, delta float64
	}{{"COMPLEX", 1, 1}, {"STOKES", -1, -1}, {"FREQ", s.freqHz[0], s.width()}, {"IF", 1, 1},
		{"RA", degrees(v.Source.RARad), 1}, {"DEC", degrees(v.Source.DecRad), 1}} {
		n := i + 2
		f.text(fmt.Sprintf("CTYPE%d", n), a.name, "")
		f.real(fmt.Sprintf("CRVAL%d", n), a.value, "")
		f.real(fmt.Sprintf("CDELT%d", n), a.delta, "")
		f.real(fmt.Sprintf("CRPIX%d", n), 1, "")
	}
}

// groupParameters declares raw u, v, w in wavelengths, which PSCAL turns into seconds.
func (f *fitsWriter) groupParameters(uvScale float64) {
	for i, name := range []string{"UU---SIN", "VV---SIN", "WW---SIN", "BASELINE", "DATE", "DATE", "INTTIM"} {
		scale := 1.0
		if i < 3 {
			scale = uvScale
		}
		f.text(fmt.Sprintf("PTYPE%d", i+1), name, "")
		f.real(fmt.Sprintf("PSCAL%d", i+1), scale, "")
		f.real(fmt.Sprintf("PZERO%d", i+1), 0, "")
	}
}

// group writes the visibilities of one group: members are their indices by frequency, −1 where there is none.
func (f *fitsWriter) group(v *radio.Visibilities, s uvSpectrum, members []int) {
	k := members[slices.IndexFunc(members, func(k int) bool { return k >= 0 })]
	days := math.Floor(v.RefMJD + v.TimeSec[k]/86400)
	uu, vv := s.atReference(v, k)
	f.float32(-uu, -vv, 0, float64(256*(v.Ant1[k]+1)+v.Ant2[k]+1))
	f.float32(days+mjdZero, v.RefMJD-days+v.TimeSec[k]/86400, v.IntSec[k])
	for _, k := range members {
		weight, vis := 0.0, complex128(0)
		if k >= 0 && !v.Flagged(k) {
			weight, vis = v.Weight[k]/2, v.Vis[k]
		}
		for range 2 {
			f.float32(real(vis), imag(vis), weight)
		}
	}
}
