package main

import (
	"fmt"
	"math"
	"math/cmplx"
	"strings"
	"unicode/utf8"

	"fringe/radio"
)

// Sizes of the sketch on a terminal, in characters. A character holds 2 x 4 dots, which are about square.
const (
	sketchRows      = 12
	coverageColumns = 24
	radialColumns   = 40
)

// dots is a picture of braille characters (Unicode 2800 to 28ff).
type dots struct {
	columns, rows int
	cells         []rune
}

func newDots(columns, rows int) *dots { return &dots{columns, rows, make([]rune, columns*rows)} }

// set raises the dot at (x, y), each from 0 to 1, from the lower left corner; others are outside.
func (d *dots) set(x, y float64) {
	if !(x >= 0 && x <= 1 && y >= 0 && y <= 1) {
		return
	}
	i, j := int(math.Round(x*float64(2*d.columns-1))), int(math.Round((1-y)*float64(4*d.rows-1)))
	// Dots 1, 2, 3, 7 of a character are its left column from the top, 4, 5, 6, 8 its right one.
	bit := [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}[j%4][i%2]
	d.cells[j/4*d.columns+i/2] |= bit
}

// row returns a row of characters, blanks where there is no dot.
func (d *dots) row(r int) string {
	line := make([]rune, d.columns)
	for i, bits := range d.cells[r*d.columns : (r+1)*d.columns] {
		if line[i] = ' '; bits != 0 {
			line[i] = 0x2800 + bits
		}
	}
	return string(line)
}

// sketch draws (u,v) coverage and amplitude against baseline length of unflagged visibilities with characters, side by side.
func sketch(v *radio.Visibilities) string {
	longest, brightest := v.UVMax(), 0.0
	for k, value := range v.Vis {
		if !v.Flagged(k) {
			brightest = math.Max(brightest, cmplx.Abs(value))
		}
	}
	if longest == 0 || brightest == 0 {
		return ""
	}
	coverage, radial := newDots(coverageColumns, sketchRows), newDots(radialColumns, sketchRows)
	for k, value := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		x, y := v.U[k]/longest/2, v.V[k]/longest/2
		coverage.set(0.5-x, 0.5+y) // u grows to the left, as East does on the sky
		coverage.set(0.5+x, 0.5-y)
		radial.set(v.UVDistance(k)/longest, cmplx.Abs(value)/brightest)
	}
	var b strings.Builder
	title := "(u,v) to " + lengthText(longest)
	space := strings.Repeat(" ", max(coverageColumns+4-utf8.RuneCountInString(title), 1))
	fmt.Fprintf(&b, "%s%samplitude, 0 to %s, against baseline length\n", title, space, fluxText(brightest))
	for r := range sketchRows {
		fmt.Fprintf(&b, "%s   │%s\n", coverage.row(r), radial.row(r))
	}
	fmt.Fprintf(&b, "%s   └%s\n", strings.Repeat(" ", coverageColumns), strings.Repeat("─", radialColumns))
	return b.String()
}
