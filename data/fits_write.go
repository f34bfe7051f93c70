package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// fitsWriter collects the cards and the big-endian data of one HDU.
type fitsWriter struct {
	cards bytes.Buffer
	data  bytes.Buffer
}

// historyWidth is the text of a HISTORY card.
const historyWidth = cardBytes - 8

func (f *fitsWriter) card(key, value, comment string) {
	line := fmt.Sprintf("%-8s= %20s", key, value)
	if comment != "" {
		line += " / " + comment
	}
	f.line(line)
}

// line adds one card, cut or padded to 80 printable ASCII characters.
func (f *fitsWriter) line(s string) {
	s = ascii(s)
	f.cards.WriteString(fmt.Sprintf("%-80s", s[:min(len(s), cardBytes)]))
}

func (f *fitsWriter) logical(key string, value bool, comment string) {
	f.card(key, map[bool]string{true: "T", false: "F"}[value], comment)
}

func (f *fitsWriter) integer(key string, value int, comment string) {
	f.card(key, strconv.Itoa(value), comment)
}

// real writes the shortest decimal that reads back as the same float64.
func (f *fitsWriter) real(key string, value float64, comment string) {
	s := strconv.FormatFloat(value, 'G', -1, 64)
	if !strings.Contains(s, ".") {
		mantissa, exponent, hasExponent := strings.Cut(s, "E")
		s = mantissa + ".0"
		if hasExponent {
			s += "E" + exponent
		}
	}
	f.card(key, s, comment)
}

// text writes a string of at most 68 characters, quotes doubled; what does not fit is cut.
func (f *fitsWriter) text(key, value, comment string) {
	s := strings.ReplaceAll(ascii(value), "'", "''")
	if len(s) > 68 {
		s = s[:68]
		if quotes := len(s) - len(strings.TrimRight(s, "'")); quotes%2 == 1 {
			s = s[:67]
		}
	}
	f.card(key, fmt.Sprintf("%-20s", fmt.Sprintf("'%-8s'", s)), comment)
}

// history writes a text as HISTORY cards, broken at blanks where possible.
func (f *fitsWriter) history(text string) {
	for _, paragraph := range strings.Split(text, "\n") {
		rest := strings.TrimRight(ascii(paragraph), " ")
		for len(rest) > historyWidth {
			cut := strings.LastIndex(rest[:historyWidth], " ")
			if cut <= 0 {
				cut = historyWidth
			}
			f.line("HISTORY " + rest[:cut])
			rest = strings.TrimLeft(rest[cut:], " ")
		}
		f.line("HISTORY " + rest)
	}
}

// ascii replaces everything that a FITS header cannot hold by a question mark.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}

func (f *fitsWriter) float32(values ...float64) {
	for _, x := range values {
		f.data.Write(binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(x))))
	}
}

func (f *fitsWriter) float64(values ...float64) {
	for _, x := range values {
		f.data.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(x)))
	}
}

func (f *fitsWriter) int32(values ...int) {
	for _, x := range values {
		f.data.Write(binary.BigEndian.AppendUint32(nil, uint32(int32(x))))
	}
}

// chars writes a string column of the given width, padded with blanks.
func (f *fitsWriter) chars(s string, width int) {
	s = ascii(s)
	f.data.WriteString(fmt.Sprintf("%-*s", width, s[:min(len(s), width)]))
}

// writeTo writes header and data, each filled up to whole blocks.
func (f *fitsWriter) writeTo(w io.Writer) error {
	f.line("END")
	for _, part := range []struct {
		buffer *bytes.Buffer
		fill   string
	}{{&f.cards, " "}, {&f.data, "\x00"}} {
		if over := part.buffer.Len() % blockBytes; over > 0 {
			part.buffer.WriteString(strings.Repeat(part.fill, blockBytes-over))
		}
		if _, err := part.buffer.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

// tableColumn is one column of a binary table: TTYPE, TFORM and TUNIT.
type tableColumn struct{ name, form, unit string }

// newTable starts a binary table with the given columns.
func newTable(name string, rows, rowBytes int, columns []tableColumn) *fitsWriter {
	f := &fitsWriter{}
	f.text("XTENSION", "BINTABLE", "binary table")
	f.integer("BITPIX", 8, "")
	f.integer("NAXIS", 2, "")
	f.integer("NAXIS1", rowBytes, "bytes in a row")
	f.integer("NAXIS2", rows, "rows")
	f.integer("PCOUNT", 0, "")
	f.integer("GCOUNT", 1, "")
	f.integer("TFIELDS", len(columns), "")
	for i, c := range columns {
		n := strconv.Itoa(i + 1)
		f.text("TTYPE"+n, c.name, "")
		f.text("TFORM"+n, c.form, "")
		if c.unit != "" {
			f.text("TUNIT"+n, c.unit, "")
		}
	}
	f.text("EXTNAME", name, "")
	f.integer("EXTVER", 1, "")
	return f
}
