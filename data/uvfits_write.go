package data

import (
	"errors"
	"fmt"
	"io"
	"math"

	"fringe/radio"
)

// WriteUVFITS writes visibilities of one frequency as UVFITS: random groups with the hands RR = LL = I, each with half
// the weight (so that their mean has the weight of I again), an AIPS AN and an AIPS FQ table. Values, weights, u and v
// are float32, as the format has it; times keep about 3 ms. The bandwidth, which [radio.Visibilities] does not know, is
// given as 1 Hz. A flagged visibility gets weight 0 and value 0. path is replaced only by a complete file.
func WriteUVFITS(path string, v *radio.Visibilities) error {
	err := writableUVFITS(v)
	if err == nil {
		err = writeAtomically(path, func(w io.Writer) error {
			for _, hdu := range []*fitsWriter{groupsHDU(v), antennaTable(v), frequencyTable()} {
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
	for k, f := range v.FreqHz {
		if f != v.FreqHz[0] {
			return fmt.Errorf("visibility %d has frequency %g Hz, the first %g Hz: write one file per frequency", k, f, v.FreqHz[0])
		}
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
func groupsHDU(v *radio.Visibilities) *fitsWriter {
	f := &fitsWriter{}
	f.logical("SIMPLE", true, "")
	f.integer("BITPIX", -32, "")
	axes := []int{0, 3, 2, 1, 1, 1, 1}
	f.integer("NAXIS", len(axes), "")
	for i, n := range axes {
		f.integer(fmt.Sprintf("NAXIS%d", i+1), n, "")
	}
	f.logical("EXTEND", true, "")
	f.logical("GROUPS", true, "random groups")
	f.integer("PCOUNT", 7, "")
	f.integer("GCOUNT", v.Len(), "visibilities")
	f.groupAxes(v)
	f.groupParameters(1 / v.FreqHz[0])
	f.text("OBJECT", v.Source.Name, "")
	f.real("OBSRA", degrees(v.Source.RARad), "deg")
	f.real("OBSDEC", degrees(v.Source.DecRad), "deg")
	f.text("DATE-OBS", isoDate(v.RefMJD)[:len("2006-01-02")], "")
	f.text("BUNIT", "JY", "")
	f.real("EQUINOX", 2000, "")
	for k := range v.Vis {
		f.group(v, k)
	}
	return f
}

func (f *fitsWriter) groupAxes(v *radio.Visibilities) {
	for i, a := range []struct {
		name         string
		value, delta float64
	}{{"COMPLEX", 1, 1}, {"STOKES", -1, -1}, {"FREQ", v.FreqHz[0], 1}, {"IF", 1, 1},
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

func (f *fitsWriter) group(v *radio.Visibilities, k int) {
	weight, vis := v.Weight[k]/2, v.Vis[k]
	if v.Flagged(k) {
		weight, vis = 0, 0
	}
	days := math.Floor(v.RefMJD + v.TimeSec[k]/86400)
	f.float32(-orZero(v.U[k]), -orZero(v.V[k]), 0, float64(256*(v.Ant1[k]+1)+v.Ant2[k]+1))
	f.float32(days+mjdZero, v.RefMJD-days+v.TimeSec[k]/86400, v.IntSec[k])
	for range 2 {
		f.float32(real(vis), imag(vis), weight)
	}
}

func antennaTable(v *radio.Visibilities) *fitsWriter {
	const rowBytes = 8 + 3*8 + 4 + 4 + 4 + 1 + 4 + 1 + 4 + 8
	f := newTable("AIPS AN", len(v.Stations), rowBytes, []tableColumn{
		{"ANNAME", "8A", ""}, {"STABXYZ", "3D", "METERS"}, {"NOSTA", "1J", ""}, {"MNTSTA", "1J", ""}, {"STAXOF", "1E", "METERS"},
		{"POLTYA", "1A", ""}, {"POLAA", "1E", "DEGREES"}, {"POLTYB", "1A", ""}, {"POLAB", "1E", "DEGREES"}, {"SEFD", "1D", "JY"}})
	day := math.Floor(v.RefMJD)
	for _, key := range []string{"ARRAYX", "ARRAYY", "ARRAYZ", "POLARX", "POLARY", "UT1UTC", "DATUTC"} {
		f.real(key, 0, "")
	}
	f.real("GSTIA0", degrees(radio.SiderealTime(day)), "deg, at 0h of RDATE")
	f.real("DEGPDY", 360.9856449733, "deg")
	f.real("FREQ", v.FreqHz[0], "Hz")
	f.text("RDATE", isoDate(day)[:len("2006-01-02")], "")
	f.text("TIMESYS", "UTC", "")
	f.text("ARRNAM", "FRINGE", "")
	f.text("XYZHAND", "RIGHT", "")
	f.text("FRAME", "ITRF", "")
	f.integer("NUMORB", 0, "")
	f.integer("NO_IF", 1, "")
	f.integer("NOPCAL", 0, "")
	f.integer("FREQID", 1, "")
	for i, s := range v.Stations {
		f.chars(s.Name, 8)
		f.float64(s.XYZ[:]...)
		f.int32(i+1, 0)
		f.float32(0)
		f.chars("R", 1)
		f.float32(0)
		f.chars("L", 1)
		f.float32(90)
		f.float64(s.SEFDJy)
	}
	return f
}

func frequencyTable() *fitsWriter {
	f := newTable("AIPS FQ", 1, 4+8+4+4+4, []tableColumn{{"FRQSEL", "1J", ""}, {"IF FREQ", "1D", "HZ"},
		{"CH WIDTH", "1E", "HZ"}, {"TOTAL BANDWIDTH", "1E", "HZ"}, {"SIDEBAND", "1J", ""}})
	f.integer("NO_IF", 1, "")
	f.int32(1)
	f.float64(0)
	f.float32(1, 1)
	f.int32(1)
	return f
}
