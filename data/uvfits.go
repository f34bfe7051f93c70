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

// ReadUVFITS reads the Stokes I visibilities of a UVFITS file (random groups with an AIPS AN table; AIPS Memo 117) that
// holds one source. [ReadVisibilities] does the same for every format and has options.
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
	v, err := readFile(path, func(r io.ReaderAt, size int64) (*radio.Visibilities, error) {
		return DecodeUVFITS(r, size, ReadOptions{})
	})
	if err != nil {
		return nil, fmt.Errorf("data: read UVFITS %w", err)
	}
	return v, nil
}

// readFile opens a file and decodes it; errors name it.
func readFile[T any](path string, decode func(r io.ReaderAt, size int64) (T, error)) (out T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, fmt.Errorf("%q: %w", path, errors.Unwrap(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return out, fmt.Errorf("%q: %w", path, err)
	}
	if info.IsDir() {
		return out, fmt.Errorf("%q: it is a directory", path)
	}
	if out, err = decode(f, info.Size()); err != nil {
		return out, fmt.Errorf("%q: %w", path, err)
	}
	return out, nil
}

// DecodeUVFITS is [ReadUVFITS] for the size bytes of r, with the options that a UVFITS file knows: Source, Stokes, Channels.
func DecodeUVFITS(r io.ReaderAt, size int64, o ReadOptions) (*radio.Visibilities, error) {
	if size == 0 {
		return nil, errors.New("the file is empty")
	}
	if err := o.checkFor("a UVFITS file", "Source", "Stokes", "Channels"); err != nil {
		return nil, err
	}
	primary, err := readHDU(r, size, 0)
	if err != nil {
		return nil, err
	}
	if !primary.isGroups() {
		return nil, ErrImage
	}
	tables, err := findTables(r, size, primary, "AIPS AN", "AIPS FQ", "AIPS SU")
	if err != nil {
		return nil, err
	}
	u, err := newUVReader(primary, tables, o)
	if err != nil {
		return nil, err
	}
	if err := u.read(r, o); err != nil {
		return nil, err
	}
	return u.out, checkUsable(u.out)
}

// uvReader turns groups into visibilities.
type uvReader struct {
	hdu       *fitsHDU
	layout    uvLayout
	params    uvParams
	subarrays map[int]subarray
	spectra   spectra
	sources   uvSources

	out *radio.Visibilities
}

func newUVReader(primary *fitsHDU, tables map[string][]*binTable, o ReadOptions) (*uvReader, error) {
	u := &uvReader{hdu: primary, out: &radio.Visibilities{Calibration: readCalibration(primary.history)}}
	var err error
	if u.layout, err = newUVLayout(primary, o.Stokes); err != nil {
		return nil, err
	}
	if u.params, err = newUVParams(&primary.header); err != nil {
		return nil, err
	}
	if u.spectra, err = newSpectra(&primary.header, tables["AIPS FQ"], o.Channels); err != nil {
		return nil, err
	}
	if u.out.Stations, u.subarrays, err = readSubarrays(tables["AIPS AN"]); err != nil {
		return nil, err
	}
	u.sources, err = newUVSources(&primary.header, tables["AIPS SU"])
	return u, err
}

// read decodes all groups, twice: the first pass finds the sources and the day from which TimeSec counts.
func (u *uvReader) read(r io.ReaderAt, o ReadOptions) error {
	err := u.eachGroup(r, func(values []float64) error {
		u.sources.count(u.params.sum(values, "SOURCE"), math.Floor(u.params.mjdAfter(values, 0)))
		return nil
	})
	if err != nil {
		return err
	}
	if err := u.sources.choose(o.Source); err != nil {
		return err
	}
	u.out.Source, u.out.RefMJD = u.sources.chosen.Source, u.sources.seen[u.sources.chosen.id].day
	if u.out.RefMJD == 0 {
		return errors.New("no group has a valid DATE")
	}
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

// validDay accepts the modified Julian dates of the years 1858 to 2406.
func validDay(mjd float64) bool { return mjd > 0 && mjd < 200000 }

// addGroup appends the visibilities of one group, if it is of the chosen source and no autocorrelation.
func (u *uvReader) addGroup(values []float64) error {
	if u.params.sum(values, "SOURCE") != u.sources.chosen.id {
		return nil
	}
	baseline, err := u.params.baseline(values)
	if err != nil {
		return err
	}
	a, b, ahead, err := baseline.stations(u.subarrays)
	if err != nil || a == b {
		return err
	}
	elements, err := u.spectra.of(u.params.sum(values, "FREQSEL"))
	if err != nil {
		return err
	}
	uSec, vSec := u.params.sum(values, "UU"), u.params.sum(values, "VV")
	days := u.params.mjdAfter(values, u.out.RefMJD)
	valid := finite(uSec) && finite(vSec) && validDay(days+u.out.RefMJD)
	timeSec := orZero(days*86400 - ahead)
	intSec := math.Max(orZero(u.params.sum(values, "INTTIM")), 0)
	for _, e := range elements {
		vis, weight := u.layout.stokesI(values, e)
		if !valid || !finite(uSec*e.freqHz) || !finite(vSec*e.freqHz) {
			weight = 0
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

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func orZero(x float64) float64 {
	if !finite(x) {
		return 0
	}
	return x
}
