package data

import (
	"fmt"
	"slices"
	"strings"

	"fringe/radio"
)

// ReadOptions say what to read of a file of visibilities, and what the file does not say itself. The zero value reads Stokes
// I of the only source, all channels, and needs a file that is complete. An option that a format has no use for is an error,
// so nothing is silently ignored.
type ReadOptions struct {
	// Source is the name (in any case) or the number of the source to read, of a file that holds several.
	Source string
	// Stokes is what to read: "" or "I" for Stokes I from whichever hands are there, or one hand, RR, LL, XX or YY, which
	// then stands for I.
	Stokes string
	// Channels are the channels to read, from 0 through all spectral windows in the file's order; nil reads all.
	Channels []int
	// SpectralWindow is the name or the number of the spectral window to read of a Measurement Set; "" reads all. Channels then
	// count from 0 through this one.
	SpectralWindow string
	// Column is the column of a Measurement Set to read: DATA, CORRECTED_DATA or MODEL_DATA; "" is CORRECTED_DATA where there is
	// one, else DATA.
	Column string
	// FreqHz is the frequency of files that do not tell theirs.
	FreqHz float64
	// UVUnit is the unit of u and v in files that do not tell it: m, lambda, klambda or Mlambda.
	UVUnit string
	// Conjugate turns round the sign of the phases, for files of the convention V = Σ I exp(+2πi(ul+vm)) in a format that
	// uses exp(−2πi(ul+vm)), or the reverse. The image is then mirrored through the phase centre.
	Conjugate bool
	// MeasurementSet reads a Measurement Set, which is a folder. Package data has no such reader, because that needs the
	// casacore library; nil refuses folders.
	MeasurementSet func(path string, o ReadOptions) (*radio.Visibilities, error)
}

// OptionError says that a file cannot be read as the options have it: one is missing, wrong, or not for this file.
type OptionError struct {
	Option  string // the field of [ReadOptions]
	Problem string
	Useless bool // the file has no use for the option, which must be left out
}

// Error returns the problem.
func (e *OptionError) Error() string { return e.Problem }

func optionError(option, format string, args ...any) error {
	return &OptionError{Option: option, Problem: fmt.Sprintf(format, args...)}
}

func uselessOption(option, format string, args ...any) error {
	return &OptionError{Option: option, Problem: fmt.Sprintf(format, args...), Useless: true}
}

// uvUnits are the units that UVUnit may name, in wavelengths; metres have none.
var uvUnits = []struct {
	name   string
	lambda float64
}{{"m", 0}, {"lambda", 1}, {"klambda", 1e3}, {"Mlambda", 1e6}}

// Validate says which option is wrong.
func (o ReadOptions) Validate() error {
	if _, err := handSets(o.Stokes); err != nil {
		return err
	}
	for _, c := range o.Channels {
		if c < 0 {
			return optionError("Channels", "option Channels names channel %d, must be at least 0", c)
		}
	}
	if !(o.FreqHz >= 0) || !finite(o.FreqHz) {
		return optionError("FreqHz", "option FreqHz is %g, must be a positive frequency", o.FreqHz)
	}
	if o.UVUnit != "" {
		if _, err := parseUVUnit(o.UVUnit); err != nil {
			return err
		}
	}
	return nil
}

// parseUVUnit returns the wavelengths per unit, 0 for metres.
func parseUVUnit(name string) (lambda float64, err error) {
	var names []string
	for _, u := range uvUnits {
		if u.name == name {
			return u.lambda, nil
		}
		names = append(names, u.name)
	}
	return 0, optionError("UVUnit", "option UVUnit is %q, must be one of %s", name, strings.Join(names, ", "))
}

// checkFor refuses options that a format has no use for; known are the fields that it uses.
func (o ReadOptions) checkFor(format string, known ...string) error {
	if err := o.Validate(); err != nil {
		return err
	}
	for _, field := range []struct {
		name  string
		given bool
	}{{"Source", o.Source != ""}, {"Stokes", o.Stokes != "" && o.Stokes != "I"}, {"Channels", len(o.Channels) > 0},
		{"SpectralWindow", o.SpectralWindow != ""}, {"Column", o.Column != ""},
		{"FreqHz", o.FreqHz != 0}, {"UVUnit", o.UVUnit != ""}} {
		if field.given && !slices.Contains(known, field.name) {
			return uselessOption(field.name, "option %s is not for %s", field.name, format)
		}
	}
	return nil
}

// wavelengths returns the factor from the file's u and v to wavelengths. told is the unit that the file names, "" when it
// names none; longest is the longest baseline in the file's unit.
func (o ReadOptions) wavelengths(told string, freqHz, longest float64) (float64, error) {
	unit := told
	if unit == "" {
		unit = o.UVUnit
	}
	if unit == "" {
		return 0, optionError("UVUnit", "it does not say the unit of u and v: give option UVUnit, one of m, lambda, klambda, Mlambda "+
			"(the longest baseline is %.4g, a resolution of %.3g arcsec in lambda, %.3g in klambda)",
			longest, 1/longest/radio.Arcsecond, 1e-3/longest/radio.Arcsecond)
	}
	lambda, err := parseUVUnit(unit)
	if err != nil {
		return 0, err
	}
	if lambda == 0 {
		return freqHz / radio.SpeedOfLight, nil
	}
	return lambda, nil
}

// frequency returns the frequency that the file tells (0 when it tells none), or the option's.
func (o ReadOptions) frequency(told float64) (float64, error) {
	if told > 0 && o.FreqHz > 0 && told != o.FreqHz {
		return 0, uselessOption("FreqHz", "it says a frequency of %g Hz, option FreqHz %g Hz", told, o.FreqHz)
	}
	if told == 0 {
		told = o.FreqHz
	}
	if !(told > 0) || !finite(told) {
		return 0, optionError("FreqHz", "it does not say its frequency: give option FreqHz (frequency in Hz, c divided by the wavelength)")
	}
	return told, nil
}
