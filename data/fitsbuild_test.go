package data_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// fitsHDU puts cards (keyword, value literal) and data into whole blocks.
func fitsHDU(cards [][2]string, content []byte) []byte {
	var b bytes.Buffer
	for _, c := range cards {
		fmt.Fprintf(&b, "%-80s", fmt.Sprintf("%-8s= %20s", c[0], c[1]))
	}
	fmt.Fprintf(&b, "%-80s", "END")
	b.WriteString(strings.Repeat(" ", (2880-b.Len()%2880)%2880))
	b.Write(content)
	b.Write(make([]byte, (2880-b.Len()%2880)%2880))
	return b.Bytes()
}

// bigEndian packs numbers and texts as FITS tables have them.
func bigEndian(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if s, ok := v.(string); ok {
			b.WriteString(s)
		} else if err := binary.Write(&b, binary.BigEndian, v); err != nil {
			panic(err) // a type that the test should not have
		}
	}
	return b.Bytes()
}

// tableHDU is a binary table; forms and names of the columns alternate.
func tableHDU(name string, rows int, more [][2]string, columns []string, content []byte) []byte {
	cards := [][2]string{{"XTENSION", "'BINTABLE'"}, {"BITPIX", "8"}, {"NAXIS", "2"}, {"NAXIS1", fmt.Sprint(len(content) / max(rows, 1))},
		{"NAXIS2", fmt.Sprint(rows)}, {"PCOUNT", "0"}, {"GCOUNT", "1"}, {"TFIELDS", fmt.Sprint(len(columns) / 2)}, {"EXTNAME", "'" + name + "'"}}
	for i := 0; i < len(columns); i += 2 {
		n := fmt.Sprint(i/2 + 1)
		cards = append(cards, [2]string{"TTYPE" + n, "'" + columns[i] + "'"}, [2]string{"TFORM" + n, "'" + columns[i+1] + "'"})
	}
	return fitsHDU(append(cards, more...), content)
}

// dialect describes a small UVFITS file: array axes and random parameters by name, and the raw float32 of each group.
type dialect struct {
	axes   []dialectAxis
	params []dialectParam
	groups [][]float32
	header [][2]string
	tables [][]byte
}

type dialectAxis struct {
	name                string
	n                   int
	crval, crpix, cdelt float64
}

type dialectParam struct {
	name        string
	scale, zero float64
}

func (d dialect) bytes() []byte {
	cards := [][2]string{{"SIMPLE", "T"}, {"BITPIX", "-32"}, {"NAXIS", fmt.Sprint(len(d.axes) + 1)}, {"NAXIS1", "0"}}
	for i, a := range d.axes {
		cards = append(cards, [2]string{fmt.Sprint("NAXIS", i+2), fmt.Sprint(a.n)})
	}
	cards = append(cards, [2]string{"GROUPS", "T"}, [2]string{"PCOUNT", fmt.Sprint(len(d.params))}, [2]string{"GCOUNT", fmt.Sprint(len(d.groups))})
	real := func(x float64) string { return strings.ToUpper(fmt.Sprintf("%.17g", x)) }
	for i, a := range d.axes {
		n := fmt.Sprint(i + 2)
		cards = append(cards, [2]string{"CTYPE" + n, "'" + a.name + "'"}, [2]string{"CRVAL" + n, real(a.crval)}, [2]string{"CRPIX" + n, real(a.crpix)}, [2]string{"CDELT" + n, real(a.cdelt)})
	}
	for i, p := range d.params {
		n := fmt.Sprint(i + 1)
		cards = append(cards, [2]string{"PTYPE" + n, "'" + p.name + "'"}, [2]string{"PSCAL" + n, real(p.scale)}, [2]string{"PZERO" + n, real(p.zero)})
	}
	var content []byte
	for _, g := range d.groups {
		content = append(content, bigEndian(g)...)
	}
	file := fitsHDU(append(cards, d.header...), content)
	for _, t := range d.tables {
		file = append(file, t...)
	}
	return file
}

// antennas is an AIPS AN table of three stations S1, S2, S3 at positions i·(1000, 0, 0) metres, numbered from 1.
func antennas(version int, prefix string, more ...[2]string) []byte {
	var rows []byte
	for i := range 3 {
		rows = append(rows, bigEndian(fmt.Sprintf("%-8s", fmt.Sprint(prefix, i+1)), [3]float64{1000 * float64(i), 0, 0}, int32(i+1))...)
	}
	more = append(more, [2]string{"EXTVER", fmt.Sprint(version)})
	return tableHDU("AIPS AN", 3, more, []string{"ANNAME", "8A", "STABXYZ", "3D", "NOSTA", "1J"}, rows)
}

// flatten joins the values of a group.
func flatten(parts ...[]float32) []float32 {
	var all []float32
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestBuilderIsRight(t *testing.T) {
	if raw := fitsHDU([][2]string{{"SIMPLE", "T"}}, []byte{1}); len(raw) != 2*2880 || math.Float32frombits(binary.BigEndian.Uint32(bigEndian([]float32{1.5}))) != 1.5 {
		t.Errorf("%d bytes", len(raw))
	}
}
