package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"fringe/radio"
)

// unit is a suffix of a flag's number and its size in the program's unit.
type unit struct {
	suffix string
	size   float64
}

// angleUnits convert to radians. A longer suffix stands before the one that ends it.
func angleUnits() []unit {
	return []unit{
		{"uas", radio.Microarcsecond}, {"µas", radio.Microarcsecond}, {"mas", radio.Milliarcsecond},
		{"arcsec", radio.Arcsecond}, {"arcmin", 60 * radio.Arcsecond}, {"deg", 3600 * radio.Arcsecond},
	}
}

// lengthUnits convert baseline lengths to wavelengths.
func lengthUnits() []unit { return []unit{{"kl", 1e3}, {"Ml", 1e6}, {"Gl", 1e9}} }

// quantity is a positive number with a unit, for example 128uas: a flag value. The zero value is "not given".
type quantity struct {
	kind  string // what help texts call it
	units func() []unit
	bare  float64 // size of a number without a unit; 0 where one must be written
	value float64
	text  string
}

func angle(text string) quantity  { return preset(quantity{kind: "angle", units: angleUnits}, text) }
func length(text string) quantity { return preset(quantity{kind: "length", units: lengthUnits}, text) }

// fluxUnits convert to Jy.
func fluxUnits() []unit { return []unit{{"mJy", 1e-3}, {"uJy", 1e-6}, {"µJy", 1e-6}, {"Jy", 1}} }

// flux is a flux density; a number without a unit is in Jy.
func flux(text string) quantity {
	return preset(quantity{kind: "flux", units: fluxUnits, bare: 1}, text)
}

// preset gives a quantity its default, which is written in this program and right.
func preset(q quantity, text string) quantity {
	if text != "" {
		if err := q.Set(text); err != nil {
			panic(err)
		}
	}
	return q
}

// String, Set and Type make it a flag.
func (q *quantity) String() string { return q.text }

// Type is the word for the value in help texts.
func (q *quantity) Type() string { return q.kind }

// Set parses a number that is directly followed by a unit.
func (q *quantity) Set(text string) error {
	var names []string
	for _, u := range q.units() {
		names = append(names, u.suffix)
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || !(value > 0) || math.IsInf(value, 0) {
			return fmt.Errorf("%q: want a positive number before the unit %s, such as 2%s", text, u.suffix, u.suffix)
		}
		q.value, q.text = value*u.size, text
		return nil
	}
	if value, err := strconv.ParseFloat(text, 64); err == nil && q.bare > 0 {
		if !(value > 0) || math.IsInf(value, 0) {
			return fmt.Errorf("%q: want a positive number", text)
		}
		q.value, q.text = value*q.bare, text
		return nil
	}
	return fmt.Errorf("%q has no known unit: write a number and one of %s, such as 2%s", text, strings.Join(names, ", "), names[0])
}

// angleText returns an angle with its unit.
func angleText(rad float64) string {
	size, name := radio.AngleUnit(rad)
	return fmt.Sprintf("%.4g %s", rad/size, name)
}

// inUnitOf returns an angle in the unit of the user's quantity, or in one that fits when there is none.
func (q *quantity) inUnitOf(rad float64) string {
	for _, u := range q.units() {
		if q.text != "" && strings.HasSuffix(q.text, u.suffix) {
			return fmt.Sprintf("%.4g %s", rad/u.size, u.suffix)
		}
	}
	return angleText(rad)
}
