package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"fringe/radio"
)

// ReadUVFITS reads the Stokes I visibilities of a UVFITS file (random groups with an AIPS AN table; AIPS Memo 117).
//
// Every spectral channel of every IF becomes a visibility of its own, with u and v in wavelengths at its frequency.
// Stokes I is (RR+LL)/2, (XX+YY)/2 or I itself; where one hand is flagged the other stands for I. A datum is flagged
// (weight 0) when its weight is not positive or a number is not finite. Autocorrelations are left out. RefMJD is the day
// of the earliest visibility.
//
// UVFITS has u and v of the opposite sign: its visibilities are Σ I exp(+2πi(ul+vm)), so u and v are negated here.
//
// The error says when the file is not FITS, holds something else than visibilities, is truncated (and by how much), has
// no AIPS AN table, or has no datum that is not flagged. Memory stays within a small multiple of the file's size.
func ReadUVFITS(path string) (*radio.Visibilities, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: read UVFITS: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("data: read UVFITS: %w", err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("data: read UVFITS %q: it is a directory", path)
	}
	v, err := DecodeUVFITS(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("data: read UVFITS %q: %w", path, err)
	}
	return v, nil
}

// DecodeUVFITS is [ReadUVFITS] for the size bytes of r.
func DecodeUVFITS(r io.ReaderAt, size int64) (*radio.Visibilities, error) {
	if size == 0 {
		return nil, errors.New("the file is empty")
	}
	primary, err := readHDU(r, size, 0)
	if err != nil {
		return nil, err
	}
	if !primary.isGroups() {
		return nil, errors.New("it holds no visibilities but an image or tables (GROUPS is not T, or NAXIS1 is not 0)")
	}
	antennas, err := findTable(r, size, primary, "AIPS AN")
	if err != nil {
		return nil, err
	}
	if antennas == nil {
		return nil, errors.New("it has no \"AIPS AN\" table, which names the stations")
	}
	frequencies, err := findTable(r, size, primary, "AIPS FQ")
	if err != nil {
		return nil, err
	}
	u, err := newUVReader(primary, antennas, frequencies)
	if err != nil {
		return nil, err
	}
	if err := u.read(r); err != nil {
		return nil, err
	}
	if u.good == 0 {
		return nil, fmt.Errorf("none of its %d visibilities has a valid weight", u.out.Len())
	}
	return u.out, nil
}

// uvReader turns groups into visibilities.
type uvReader struct {
	hdu      *fitsHDU
	layout   uvLayout
	params   uvParams
	stations map[int]int // antenna number → index
	ahead    float64     // seconds that the file's time is ahead of UTC

	out  *radio.Visibilities
	good int // visibilities that are not flagged
}

func newUVReader(primary *fitsHDU, antennas, frequencies *binTable) (*uvReader, error) {
	u := &uvReader{hdu: primary, out: &radio.Visibilities{}}
	var err error
	if u.layout, err = newUVLayout(primary, frequencies); err != nil {
		return nil, err
	}
	if u.params, err = newUVParams(&primary.header); err != nil {
		return nil, err
	}
	if u.out.Stations, u.stations, err = antennas.stations(); err != nil {
		return nil, fmt.Errorf("table \"AIPS AN\": %w", err)
	}
	if u.ahead, err = antennas.header.number("DATUTC", 0); err != nil {
		return nil, fmt.Errorf("table \"AIPS AN\": %w", err)
	}
	u.out.Source, err = sourceOf(&primary.header)
	return u, err
}

// read decodes all groups, twice: the first pass finds the day from which TimeSec counts.
func (u *uvReader) read(r io.ReaderAt) error {
	var first firstPass
	err := u.eachGroup(r, func(values []float64) error { return first.visit(u.params, values) })
	if err != nil {
		return err
	}
	if first.day == 0 {
		return errors.New("no group has a valid DATE")
	}
	u.out.RefMJD = first.day
	return u.eachGroup(r, u.addGroup)
}

// eachGroup calls visit with the decoded values of one group after the other.
func (u *uvReader) eachGroup(r io.ReaderAt, visit func(values []float64) error) error {
	groups, err := u.hdu.count("GCOUNT", 1)
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(r, u.hdu.dataAt, u.hdu.dataBytes), 64*blockBytes)
	record := make([]byte, u.hdu.dataBytes/groups)
	values := make([]float64, len(record)/u.layout.element)
	for g := range groups {
		if _, err := io.ReadFull(in, record); err != nil {
			return fmt.Errorf("group %d: %w", g+1, err)
		}
		u.layout.decode(values, record)
		if err := visit(values); err != nil {
			return fmt.Errorf("group %d: %w", g+1, err)
		}
	}
	return nil
}

// firstPass finds the earliest day and refuses several sources or frequency set-ups in one file.
type firstPass struct {
	day             float64 // MJD
	started         bool
	source, freqSel float64
}

func (f *firstPass) visit(p uvParams, values []float64) error {
	day := math.Floor(p.mjdAfter(values, 0))
	if validDay(day) && (f.day == 0 || day < f.day) {
		f.day = day
	}
	source, freqSel := p.sum(values, "SOURCE"), p.sum(values, "FREQSEL")
	if f.started && (source != f.source || freqSel != f.freqSel) {
		return errors.New("SOURCE or FREQSEL changes; write one source and frequency set-up per file")
	}
	f.started, f.source, f.freqSel = true, source, freqSel
	return nil
}

// validDay accepts the modified Julian dates of the years 1858 to 2406.
func validDay(mjd float64) bool { return mjd > 0 && mjd < 200000 }

// addGroup appends the visibilities of one group.
func (u *uvReader) addGroup(values []float64) error {
	number1, number2, err := u.params.antennas(values)
	if err != nil {
		return err
	}
	a, ok1 := u.stations[number1]
	b, ok2 := u.stations[number2]
	if !ok1 || !ok2 {
		return fmt.Errorf("BASELINE joins antennas %d and %d, which are not both in the \"AIPS AN\" table", number1, number2)
	}
	if a == b {
		return nil
	}
	uSec, vSec := u.params.sum(values, "UU"), u.params.sum(values, "VV")
	days := u.params.mjdAfter(values, u.out.RefMJD)
	valid := finite(uSec) && finite(vSec) && validDay(days+u.out.RefMJD)
	timeSec := orZero(days*86400 - u.ahead)
	intSec := math.Max(orZero(u.params.sum(values, "INTTIM")), 0)
	for _, e := range u.layout.spectral {
		vis, weight := u.layout.stokesI(values, e)
		if !valid {
			weight = 0
		}
		if weight > 0 {
			u.good++
		}
		o := u.out
		o.U, o.V = append(o.U, -orZero(uSec*e.freqHz)), append(o.V, -orZero(vSec*e.freqHz))
		o.Vis, o.Weight = append(o.Vis, vis), append(o.Weight, weight)
		o.Ant1, o.Ant2 = append(o.Ant1, a), append(o.Ant2, b)
		o.TimeSec, o.IntSec = append(o.TimeSec, timeSec), append(o.IntSec, intSec)
		o.FreqHz = append(o.FreqHz, e.freqHz)
	}
	return nil
}

// sourceOf reads OBJECT and the position: OBSRA and OBSDEC, or else the reference values of the RA and DEC axes.
func sourceOf(h *header) (radio.Source, error) {
	s := radio.Source{Name: h.str("OBJECT")}
	for _, c := range []struct {
		keyword, axis string
		rad           *float64
	}{{"OBSRA", "RA", &s.RARad}, {"OBSDEC", "DEC", &s.DecRad}} {
		a, err := findAxis(h, c.axis)
		if err != nil {
			return s, err
		}
		degrees, err := h.number(c.keyword, a.crval)
		if err != nil {
			return s, err
		}
		*c.rad = degrees * math.Pi / 180
	}
	return s, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func orZero(x float64) float64 {
	if !finite(x) {
		return 0
	}
	return x
}
