// Package measurementset reads and writes Measurement Sets (Kemball & Wieringa 2000, "MeasurementSet definition version 2.0"), the
// folders of tables of CASA, LOFAR, MeerKAT and ALMA, through casacore. It is built with the tag casacore alone.
//
// As a plug-in of package data:
//
//	v, err := data.ReadVisibilities("OBS.ms", data.ReadOptions{MeasurementSet: measurementset.Read})
//
// # Conventions
//
// A Measurement Set has u and v in metres and of the opposite sign to those of package radio, as UVFITS has: its visibilities are
// Σ I exp(+2πi(ul+vm)). Reading negates u and v and divides by the wavelength of each channel, CHAN_FREQ as it stands in whatever
// frame. w is not used.
//
// Weights are those of WEIGHT_SPECTRUM, or else of WEIGHT for every channel of a row, or else 1/SIGMA²; 1/σ² per real component. What
// FLAG or FLAG_ROW flag has weight 0, as has what is not finite. Autocorrelations are left out. Stokes I is made of the hands of circular
// or linear feeds as in package data.
//
// Rows are read in blocks, so that beyond the result little memory is used.
package measurementset
