//go:build !casacore

package main

import (
	"errors"

	"fringe/data"
	"fringe/radio"
)

const measurementSets = "not in this program: no Measurement Sets (make build-casacore)"

// readMeasurementSet says that this program has no reader.
func readMeasurementSet(string, data.ReadOptions) (*radio.Visibilities, error) {
	return nil, errNoMeasurementSets()
}

func openMeasurementSet(string, data.ReadOptions) (modelSet, error) {
	return nil, errNoMeasurementSets()
}

func errNoMeasurementSets() error {
	return withHint(errors.New("a Measurement Set, and this program was built without Measurement Set support"),
		"make build-casacore builds one with it; or convert the set with CASA's exportuvfits")
}
