//go:build casacore

package main

import (
	"errors"

	"fringe/data"
	"fringe/measurementset"
	"fringe/radio"
)

const measurementSets = "reads and writes Measurement Sets"

// readMeasurementSet is the reader for data.ReadOptions.
func readMeasurementSet(path string, o data.ReadOptions) (*radio.Visibilities, error) {
	v, err := measurementset.Read(path, o)
	return v, setHint(err)
}

// openMeasurementSet opens a set to write its model.
func openMeasurementSet(path string, o data.ReadOptions) (modelSet, error) {
	s, err := measurementset.Open(path, o, true)
	if err != nil {
		return nil, setHint(err)
	}
	return s, nil
}

// setHint advises on a set that cannot be read; what is wrong with an option is told elsewhere.
func setHint(err error) error {
	var about *data.OptionError
	if errors.As(err, &about) {
		return err
	}
	return withHint(err, "see what is in the folder with CASA's listobs, or with showtableinfo of casacore-tools; docs/guide/measurement-sets.md says what is read")
}
