package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// binTable is a FITS binary table in memory with the columns that its header describes.
type binTable struct {
	*fitsHDU
	rows, rowBytes int64
	data           []byte
	columns        map[string]column
}

// column is the place of a table column in a row: repeat values of FITS type code kind.
type column struct {
	kind   byte
	repeat int64
	offset int64
}

// columnBytes is the size of one value by FITS type code (FITS 4.0, section 7.3).
var columnBytes = map[byte]int64{'L': 1, 'B': 1, 'I': 2, 'J': 4, 'K': 8, 'A': 1, 'E': 4, 'D': 8, 'C': 8, 'M': 16, 'P': 8, 'Q': 16}

// findTables returns the binary tables after the primary HDU that have one of the names, by name, in the order of the file.
func findTables(r io.ReaderAt, size int64, primary *fitsHDU, names ...string) (map[string][]*binTable, error) {
	found := map[string][]*binTable{}
	for at := primary.next(); ; {
		h, err := readHDU(r, size, at)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("extension at byte %d: %w", at, err)
		}
		if h.str("XTENSION") == "" {
			return found, nil // FITS allows any special records after the last extension
		}
		if name := h.str("EXTNAME"); h.str("XTENSION") == "BINTABLE" && slices.Contains(names, name) {
			t, err := readTable(r, h)
			if err != nil {
				return nil, fmt.Errorf("table %q: %w", name, err)
			}
			found[name] = append(found[name], t)
		}
		at = h.next()
	}
}

func readTable(r io.ReaderAt, h *fitsHDU) (*binTable, error) {
	axes, err := h.axes()
	if err != nil {
		return nil, err
	}
	if len(axes) != 2 || h.str("BITPIX") != "8" {
		return nil, fmt.Errorf("a binary table has NAXIS 2 and BITPIX 8, this one has %d and %s", len(axes), h.str("BITPIX"))
	}
	t := &binTable{fitsHDU: h, rowBytes: axes[0], rows: axes[1], columns: map[string]column{}}
	fields, err := h.count("TFIELDS", 0)
	if err != nil || fields > 999 {
		return nil, fmt.Errorf("header keyword TFIELDS is %q, must be 0 to 999", h.str("TFIELDS"))
	}
	offset := int64(0)
	for i := range fields {
		suffix := strconv.FormatInt(i+1, 10)
		c, err := parseForm(h.str("TFORM"+suffix), offset)
		if err != nil {
			return nil, fmt.Errorf("header keyword TFORM%s: %w", suffix, err)
		}
		offset += columnWidth(c)
		if offset > t.rowBytes {
			return nil, fmt.Errorf("columns need more than NAXIS1 = %d bytes", t.rowBytes)
		}
		t.columns[strings.TrimSpace(h.str("TTYPE"+suffix))] = c
	}
	if t.rowBytes < 1 || t.rows > h.dataBytes/t.rowBytes {
		return nil, fmt.Errorf("absurd size: %d rows of %d bytes in %d bytes of data", t.rows, t.rowBytes, h.dataBytes)
	}
	t.data = make([]byte, t.rows*t.rowBytes)
	if _, err := r.ReadAt(t.data, h.dataAt); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return t, nil
}

func columnWidth(c column) int64 {
	if c.kind == 'X' {
		return (c.repeat + 7) / 8
	}
	return c.repeat * columnBytes[c.kind]
}

// parseForm reads a TFORM such as "3D".
func parseForm(form string, offset int64) (column, error) {
	form = strings.TrimSpace(form)
	digits := len(form) - len(strings.TrimLeft(form, "0123456789"))
	if digits == len(form) {
		return column{}, fmt.Errorf("%q has no type code", form)
	}
	c := column{kind: form[digits], repeat: 1, offset: offset}
	if digits > 0 {
		n, err := strconv.ParseInt(form[:digits], 10, 32)
		if err != nil {
			return column{}, fmt.Errorf("%q: %w", form, err)
		}
		c.repeat = n
	}
	if _, known := columnBytes[c.kind]; !known && c.kind != 'X' {
		return column{}, fmt.Errorf("%q has an unknown type code", form)
	}
	return c, nil
}

// cell returns the bytes of value i of a column in a row, and its type; ok is false when the column has no such value.
func (t *binTable) cell(row int64, name string, i int64) (b []byte, kind byte, ok bool) {
	c, found := t.columns[name]
	if !found || c.kind == 'X' || i >= c.repeat {
		return nil, 0, false
	}
	at := row*t.rowBytes + c.offset + i*columnBytes[c.kind]
	return t.data[at : at+columnBytes[c.kind]], c.kind, true
}

// number returns value i of a numeric column; ok is false when there is none or it is not finite.
func (t *binTable) number(row int64, name string, i int64) (x float64, ok bool) {
	b, kind, ok := t.cell(row, name, i)
	if !ok {
		return 0, false
	}
	switch kind {
	case 'B':
		x = float64(b[0])
	case 'I':
		x = float64(int16(binary.BigEndian.Uint16(b)))
	case 'J':
		x = float64(int32(binary.BigEndian.Uint32(b)))
	case 'K':
		x = float64(int64(binary.BigEndian.Uint64(b)))
	case 'E':
		x = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 'D':
		x = math.Float64frombits(binary.BigEndian.Uint64(b))
	default:
		return 0, false
	}
	return x, !math.IsNaN(x) && !math.IsInf(x, 0)
}

// text returns a string column without trailing blanks and NULs.
func (t *binTable) text(row int64, name string) string {
	c, found := t.columns[name]
	if !found || c.kind != 'A' {
		return ""
	}
	at := row*t.rowBytes + c.offset
	s, _, _ := strings.Cut(string(t.data[at:at+c.repeat]), "\x00")
	return strings.TrimSpace(s)
}
