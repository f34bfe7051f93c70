package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/cmplx"
	"slices"
	"strings"

	"fringe/radio"
)

// isEHTText reports whether a text begins like one of the three forms that [decodeEHTText] reads: a comment that names the
// source, or the columns of a baseline table.
func isEHTText(head string) bool {
	line, _, _ := strings.Cut(strings.TrimSpace(head), "\n")
	comment, ok := strings.CutPrefix(line, "#")
	if !ok {
		return false
	}
	columns := columnNames(comment)
	return strings.HasPrefix(strings.TrimSpace(comment), "SRC:") || (slices.Contains(columns, "t1") && slices.Contains(columns, "t2"))
}

// ehtReader reads visibilities from text with a row per baseline and time.
type ehtReader struct {
	options  ReadOptions
	header   ehtHeader
	stations map[string]int
	listed   bool // the header has a table of stations, so that no other may occur
	columns  map[string]int
	width    int // columns of a row
	products []ehtProduct
	out      *radio.Visibilities
}

// ehtProduct is the place of one product whose mean is Stokes I: amplitude (Jy), phase (degrees) and σ (Jy) of Re or Im.
type ehtProduct struct{ amp, phase, sigma int }

// decodeEHTText reads the text of eht-imaging's save_txt, with a header of the source, frequency and stations, and the txt and
// csv files of the EHT's data releases, with source, date and frequency on their first line. The columns are those that the
// header names. u and v are in wavelengths at the frequency of the header and have the sign of UVFITS, so they are negated.
func decodeEHTText(r io.ReaderAt, size int64, o ReadOptions) (*radio.Visibilities, error) {
	if err := o.checkFor("a text file of the EHT", "Stokes", "FreqHz"); err != nil {
		return nil, err
	}
	e := &ehtReader{options: o, stations: map[string]int{}, out: &radio.Visibilities{}}
	if err := eachLine(r, size, e.line); err != nil {
		return nil, err
	}
	if e.out.Len() == 0 {
		return nil, errors.New("it has no visibilities")
	}
	e.out.Source, e.out.RefMJD = e.header.source, e.header.mjd
	return e.out, nil
}

func (e *ehtReader) line(_ int, line string) error {
	comment, ok := strings.CutPrefix(line, "#")
	if !ok {
		return e.row(strings.FieldsFunc(line, isSeparator))
	}
	if e.columns != nil {
		return nil
	}
	if names := columnNames(comment); slices.Contains(names, "t1") && slices.Contains(names, "t2") {
		return e.setColumns(names)
	}
	if e.header.inStations {
		return e.station(strings.Fields(comment))
	}
	return e.header.line(strings.TrimSpace(comment))
}

func isSeparator(r rune) bool { return r == ' ' || r == '\t' || r == ',' }

// columnNames splits a line of column names, without units: "U (lambda)" and "U(lambda)" are u.
func columnNames(line string) []string {
	var names []string
	for _, f := range strings.FieldsFunc(strings.ToLower(line), isSeparator) {
		if name, _, _ := strings.Cut(f, "("); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// setColumns finds the columns, and the products that make the wanted Stokes I or hand.
func (e *ehtReader) setColumns(names []string) error {
	e.columns, e.width = map[string]int{}, len(names)
	for i, name := range names {
		e.columns[name] = i
	}
	for _, needed := range []string{"time", "t1", "t2", "u", "v"} {
		if _, ok := e.columns[needed]; !ok {
			return fmt.Errorf("there is no column %s, only %s", needed, strings.Join(names, ", "))
		}
	}
	wanted := [][]string{{"i"}, {"rr", "ll"}}
	if s := strings.ToLower(e.options.Stokes); s != "" && s != "i" {
		wanted = [][]string{{s}}
	}
	for _, set := range wanted {
		for _, hand := range set {
			amp, ok1 := e.columns[hand+"amp"]
			phase, ok2 := e.columns[hand+"phase"]
			sigma, ok3 := e.columns[hand+"sigma"]
			if ok1 && ok2 && ok3 {
				e.products = append(e.products, ehtProduct{amp, phase, sigma})
			}
		}
		if e.products != nil {
			return nil
		}
	}
	return optionError("Stokes", "the columns %s hold no amplitude, phase and sigma of Stokes I or of the wanted hand", strings.Join(names, ", "))
}

// station reads a line of the station table: name, X, Y, Z in metres, SEFD of the hands in Jy.
func (e *ehtReader) station(fields []string) error {
	if len(fields) > 0 && strings.HasPrefix(fields[0], "---") {
		e.header.inStations = false
		return nil
	}
	if len(fields) < 5 {
		return fmt.Errorf("%d columns in the table of stations, want name X Y Z SEFDR SEFDL", len(fields))
	}
	var numbers [5]float64
	for i := range numbers {
		if i+1 == len(fields) { // one SEFD for both hands
			numbers[i] = numbers[i-1]
			break
		}
		var err error
		if numbers[i], err = parseNumber(fields[i+1], "station "+fields[0]); err != nil {
			return err
		}
		if !finite(numbers[i]) {
			return fmt.Errorf("station %s has a number that is not finite", fields[0])
		}
	}
	if _, twice := e.stations[fields[0]]; twice {
		return fmt.Errorf("station %s is listed twice", fields[0])
	}
	e.listed = true
	e.stations[fields[0]] = len(e.out.Stations)
	e.out.Stations = append(e.out.Stations, radio.Station{Name: fields[0], XYZ: [3]float64(numbers[:3]),
		SEFDJy: math.Max(0, (numbers[3]+numbers[4])/2)})
	return nil
}

// row reads one visibility; autocorrelations are left out.
func (e *ehtReader) row(fields []string) error {
	if e.columns == nil {
		return errors.New("numbers come before the line that names the columns (time, T1, T2, u, v, …)")
	}
	if len(fields) != e.width {
		return fmt.Errorf("%d columns, the header names %d", len(fields), e.width)
	}
	a, err := e.stationIndex(fields[e.columns["t1"]])
	if err != nil {
		return err
	}
	b, err := e.stationIndex(fields[e.columns["t2"]])
	if err != nil || a == b {
		return err
	}
	freqHz, err := e.options.frequency(e.header.freqHz)
	if err != nil {
		return err
	}
	x := map[string]float64{}
	for _, name := range []string{"time", "tint", "u", "v"} {
		at, ok := e.columns[name]
		if !ok {
			continue // tint alone is optional
		}
		if x[name], err = parseNumber(fields[at], name); err != nil {
			return err
		}
	}
	vis, weight, err := e.stokesI(fields)
	if err != nil {
		return err
	}
	if !finite(x["time"]) {
		weight = 0
	}
	appendBare(e.out, -x["u"], -x["v"], vis, weight, freqHz)
	k := e.out.Len() - 1
	e.out.Ant1[k], e.out.Ant2[k] = a, b
	e.out.TimeSec[k], e.out.IntSec[k] = 3600*orZero(x["time"]), math.Max(0, orZero(x["tint"]))
	return nil
}

// maxUnlisted bounds the stations of a file that has no table of them.
const maxUnlisted = 1000

func (e *ehtReader) stationIndex(name string) (int, error) {
	if i, ok := e.stations[name]; ok {
		return i, nil
	}
	if e.listed || len(e.stations) == maxUnlisted {
		return 0, fmt.Errorf("station %q is not in the header's table of %d stations", name, len(e.stations))
	}
	e.stations[name] = len(e.out.Stations)
	e.out.Stations = append(e.out.Stations, radio.Station{Name: name})
	return e.stations[name], nil
}

// stokesI returns the mean of the products, as [uvLayout.stokesI] does.
func (e *ehtReader) stokesI(fields []string) (vis complex128, weight float64, err error) {
	variance, n := 0.0, 0.0
	for _, p := range e.products {
		var x [3]float64
		for i, at := range []int{p.amp, p.phase, p.sigma} {
			if x[i], err = parseNumber(fields[at], []string{"amplitude", "phase", "sigma"}[i]); err != nil {
				return 0, 0, err
			}
		}
		if !(x[2] > 0) || !finite(x[0]) || !finite(x[1]) || !finite(x[2]) {
			continue
		}
		vis += cmplx.Rect(x[0], radians(x[1]))
		variance += x[2] * x[2]
		n++
	}
	if n == 0 {
		return 0, 0, nil
	}
	return vis / complex(n, 0), n * n / variance, nil
}
