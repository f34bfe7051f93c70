package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"fringe/radio"
)

// maxLine bounds a line of a text file.
const maxLine = 1 << 16

// eachLine calls visit with the number, from 1, and the text of every line that is not blank.
func eachLine(r io.ReaderAt, size int64, visit func(n int, line string) error) error {
	lines := bufio.NewScanner(io.NewSectionReader(r, 0, size))
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	n := 0
	whole := endsInNewline(r, size)
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if err := visit(n, line); err != nil {
			err = fmt.Errorf("line %d: %w", n, err)
			if !whole && n > 1 && !lines.Scan() { // it was the last
				err = fmt.Errorf("%w within its last line; %w", ErrTruncated, err)
			}
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d characters: this is no table", n+1, maxLine)
	}
	return lines.Err()
}

// endsInNewline reports whether the last line of a text has its end.
func endsInNewline(r io.ReaderAt, size int64) bool {
	last := []byte{0}
	if size > 0 {
		r.ReadAt(last, size-1) // what cannot be read has no end either
	}
	return last[0] == '\n'
}

// parseNumber reads a number that may be NaN or infinite.
func parseNumber(field, name string) (float64, error) {
	x, err := strconv.ParseFloat(field, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, fmt.Errorf("%s is %q, must be a number", name, field)
	}
	return x, nil
}

// tableReader reads a text table of u, v, Re, Im and weight, as uvplot, galario and frank use it.
type tableReader struct {
	unit   string  // of u and v, as the comments say
	freqHz float64 // as the comments say, 0 when they do not
	rows   [][5]float64
}

// decodeTable reads lines of five numbers, separated by blanks or commas. Lines that begin with # are comments, which may
// tell the unit of u and v ("u [m]", "u (klambda)"), and the wavelength or the frequency ("wavelength[m] = 8.7e-4").
func decodeTable(r io.ReaderAt, size int64, o ReadOptions) (*radio.Visibilities, error) {
	if err := o.checkFor("a text table", "FreqHz", "UVUnit"); err != nil {
		return nil, err
	}
	var t tableReader
	if err := eachLine(r, size, t.line); err != nil {
		return nil, err
	}
	if len(t.rows) == 0 {
		return nil, errors.New("it has no lines of numbers")
	}
	return t.visibilities(o)
}

func (t *tableReader) line(_ int, line string) error {
	if comment, ok := strings.CutPrefix(line, "#"); ok {
		return t.comment(comment)
	}
	fields := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,;", r) })
	var row [5]float64
	if len(fields) != len(row) {
		return fmt.Errorf("%d columns, want 5: u v Re Im weight, comments after #", len(fields))
	}
	for i, name := range []string{"u", "v", "Re", "Im", "weight"} {
		var err error
		if row[i], err = parseNumber(fields[i], name); err != nil {
			return err
		}
	}
	t.rows = append(t.rows, row)
	return nil
}

// comment looks for the unit of u and for "wavelength = " or "frequency = " with a unit in brackets.
func (t *tableReader) comment(text string) error {
	text = strings.NewReplacer("[", " [", "(", " [", ")", "] ", "]", "] ").Replace(strings.ToLower(text))
	text = strings.Join(strings.Fields(text), " ")
	if fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;:", r) }); t.unit == "" {
		for i, f := range fields[:max(0, len(fields)-1)] {
			if f == "u" || f == "uu" {
				t.unit = unitOf(fields[i+1])
			}
		}
	}
	name, value, found := strings.Cut(text, "=")
	if !found {
		return nil
	}
	for _, q := range []struct {
		name  string
		hertz func(x float64) float64
	}{
		{"wavelength [m]", func(x float64) float64 { return radio.SpeedOfLight / x }},
		{"frequency [hz]", func(x float64) float64 { return x }},
		{"frequency [ghz]", func(x float64) float64 { return 1e9 * x }},
	} {
		if strings.TrimSpace(name) != q.name {
			continue
		}
		x, err := parseNumber(strings.TrimSpace(value), q.name)
		if err != nil {
			return err
		}
		if t.freqHz = q.hertz(x); !(t.freqHz > 0) || !finite(t.freqHz) {
			return fmt.Errorf("%s is %g, must be positive", q.name, x)
		}
	}
	return nil
}

// unitOf returns the UVUnit that a bracket such as "[m]" or "[k lambda]" names, "" when it is none.
func unitOf(bracket string) string {
	switch strings.Trim(bracket, "[]") {
	case "m":
		return "m"
	case "lambda", "λ", "wavelengths", "wavelength":
		return "lambda"
	case "klambda", "kλ", "kilolambda":
		return "klambda"
	case "mlambda", "mλ", "megalambda":
		return "Mlambda"
	}
	return ""
}

func (t *tableReader) visibilities(o ReadOptions) (*radio.Visibilities, error) {
	if t.unit != "" && o.UVUnit != "" && t.unit != o.UVUnit {
		return nil, uselessOption("UVUnit", "its header says that u and v are in %s, option UVUnit %s", t.unit, o.UVUnit)
	}
	freqHz, err := o.frequency(t.freqHz)
	if err != nil {
		return nil, err
	}
	longest := 0.0
	for _, row := range t.rows {
		longest = math.Max(longest, orZero(math.Hypot(row[0], row[1])))
	}
	scale, err := o.wavelengths(t.unit, freqHz, longest)
	if err != nil {
		return nil, err
	}
	v := &radio.Visibilities{}
	for _, row := range t.rows {
		appendBare(v, row[0]*scale, row[1]*scale, complex(row[2], row[3]), row[4], freqHz)
	}
	return v, nil
}

// appendBare adds a visibility of unknown stations and time, flagged when a number is not finite or the weight not positive.
func appendBare(v *radio.Visibilities, uu, vv float64, vis complex128, weight, freqHz float64) {
	if !(weight > 0) || !finite(weight) || !finite(uu) || !finite(vv) || !finite(real(vis)) || !finite(imag(vis)) {
		uu, vv, vis, weight = orZero(uu), orZero(vv), complex(orZero(real(vis)), orZero(imag(vis))), 0
	}
	v.U, v.V = append(v.U, uu), append(v.V, vv)
	v.Vis, v.Weight = append(v.Vis, vis), append(v.Weight, weight)
	v.Ant1, v.Ant2 = append(v.Ant1, radio.NoStation), append(v.Ant2, radio.NoStation)
	v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 0), append(v.FreqHz, freqHz)
}
