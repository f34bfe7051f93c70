//go:build casacore

package measurementset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"fringe/data"
	"fringe/internal/casacore"
	"fringe/radio"
)

// Set is an open Measurement Set and a selection of its rows, channels and hands. It serves one goroutine at a time.
type Set struct {
	path         string
	main         *casacore.Table
	column       string // of the visibilities
	stations     []radio.Station
	source       radio.Source
	field        int
	refMJD       float64              // the day of the field's earliest row
	descriptions map[int]*description // by DATA_DESC_ID, those to read
}

// visibilityColumns are the columns that Column may name, the preferred one first; MODEL_DATA is never chosen by itself.
var visibilityColumns = []string{"CORRECTED_DATA", "DATA", "MODEL_DATA"}

// needed are the columns of the main table without which it is no Measurement Set.
var needed = []string{"UVW", "TIME", "INTERVAL", "ANTENNA1", "ANTENNA2", "FIELD_ID", "DATA_DESC_ID", "FLAG", "FLAG_ROW"}

// Open opens a Measurement Set for reading, and with writable for writing its model too, with the options that a Measurement Set
// knows: Source (a field), Stokes, SpectralWindow, Channels, Column. The error says what is wrong with the folder, or with an option
// and what there is instead.
func Open(path string, o data.ReadOptions, writable bool) (*Set, error) {
	if err := checkOptions(o); err != nil {
		return nil, err
	}
	main, err := casacore.Open(path, writable)
	if err != nil {
		return nil, err
	}
	s := &Set{path: path, main: main}
	if err := s.choose(o); err != nil {
		return nil, errors.Join(err, main.Close())
	}
	return s, nil
}

// checkOptions refuses options that a Measurement Set has no use for.
func checkOptions(o data.ReadOptions) error {
	if err := o.Validate(); err != nil {
		return err
	}
	switch {
	case o.FreqHz != 0:
		return optionError("FreqHz", "option FreqHz is not for a Measurement Set, which has its frequencies")
	case o.UVUnit != "":
		return optionError("UVUnit", "option UVUnit is not for a Measurement Set, whose u and v are in m")
	case o.Column != "" && !slices.Contains(visibilityColumns, o.Column):
		return optionError("Column", "option Column is %q, must be one of %s", o.Column, strings.Join(visibilityColumns, ", "))
	}
	return nil
}

func optionError(option, format string, args ...any) error {
	return &data.OptionError{Option: option, Problem: fmt.Sprintf(format, args...)}
}

// choose reads what the subtables say and makes the selection.
func (s *Set) choose(o data.ReadOptions) error {
	if err := s.checkColumns(); err != nil {
		return err
	}
	if err := s.chooseColumn(o.Column); err != nil {
		return err
	}
	rows, err := s.count()
	if err != nil {
		return err
	}
	if err := s.chooseField(o.Source, rows); err != nil {
		return err
	}
	if s.stations, err = readStations(s.path); err != nil {
		return err
	}
	return s.describe(o, rows)
}

// checkColumns says whether the main table is that of a Measurement Set.
func (s *Set) checkColumns() error {
	for _, name := range needed {
		has, err := s.has(name)
		if err != nil {
			return err
		}
		if !has {
			return fmt.Errorf("a casacore table but no complete Measurement Set: it has no column %s", name)
		}
	}
	if s.main.Rows() == 0 {
		return errors.New("the Measurement Set has no rows")
	}
	frame, err := s.main.Frame("TIME", 0)
	if err == nil && frame != "UTC" && frame != "" {
		err = fmt.Errorf("its column TIME is in %s, must be in UTC", frame)
	}
	return err
}

func (s *Set) has(column string) (bool, error) {
	kind, err := s.main.Kind(column)
	return kind != casacore.Absent, err
}

// chooseColumn sets the column of the visibilities.
func (s *Set) chooseColumn(wanted string) error {
	var there []string
	for _, name := range visibilityColumns {
		kind, err := s.main.Kind(name)
		if err != nil {
			return err
		}
		if kind == casacore.Complex {
			there = append(there, name)
		}
	}
	switch {
	case wanted != "" && slices.Contains(there, wanted):
		s.column = wanted
	case wanted != "" || len(there) == 0 || there[0] == "MODEL_DATA":
		return optionError("Column", "it has no column %s of visibilities, only %s", orText(wanted, "DATA"), orText(strings.Join(there, ", "), "none"))
	default:
		s.column = there[0]
	}
	return nil
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Source returns the name of the field and its phase centre.
func (s *Set) Source() radio.Source { return s.source }

// HasModel reports whether there is a column MODEL_DATA.
func (s *Set) HasModel() (bool, error) { return s.has(modelColumn) }

// Close writes what is not written yet and closes the set.
func (s *Set) Close() error { return s.main.Close() }
