package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"fringe/data"
	"fringe/radio"

	"github.com/spf13/pflag"
)

// readFlags are the flags that say what to read of a file, and what the file does not say itself.
type readFlags struct {
	options  data.ReadOptions
	channels string
	freq     quantity
}

func (r *readFlags) register(f *pflag.FlagSet) {
	r.freq = frequency("")
	f.StringVar(&r.options.Source, "source", "", "name or number of the source, of a file that holds several")
	f.StringVar(&r.options.Stokes, "stokes", "", "what to read: I from whichever hands are there, or one hand, RR, LL, XX or YY (default: I)")
	f.StringVar(&r.channels, "channels", "", "channels to read, counted from 0 through all spectral windows, such as 0-15,20 (default: all)")
	f.StringVar(&r.options.SpectralWindow, "spw", "", "name or number of the spectral window, of a Measurement Set (default: all)")
	f.StringVar(&r.options.Column, "column", "", "column of a Measurement Set: DATA, CORRECTED_DATA or MODEL_DATA (default: CORRECTED_DATA where it is, else DATA)")
	f.Var(&r.freq, "freq", "frequency of data that do not tell theirs, such as 230GHz")
	f.StringVar(&r.options.UVUnit, "uv-unit", "", "unit of u and v in npz and text tables that do not tell theirs: m, lambda, klambda or Mlambda")
	f.BoolVar(&r.options.Conjugate, "conjugate", false, "turn round the sign of the phases; the image is then mirrored through its centre")
}

// frequencyUnits convert to Hz.
func frequencyUnits() []unit { return []unit{{"GHz", 1e9}, {"MHz", 1e6}} }

func frequency(text string) quantity {
	return preset(quantity{kind: "frequency", units: frequencyUnits}, text)
}

// visibilities reads the file.
func (r readFlags) visibilities(path string) (*radio.Visibilities, error) {
	o, err := r.readOptions()
	if err != nil {
		return nil, err
	}
	v, err := data.ReadVisibilities(path, o)
	return v, readHint(err)
}

// readOptions returns what the flags say.
func (r readFlags) readOptions() (o data.ReadOptions, err error) {
	o = r.options
	o.FreqHz, o.MeasurementSet = r.freq.value, readMeasurementSet
	o.Channels, err = parseChannels(r.channels)
	return o, err
}

// readHint names the flag of the option that an error is about, or else what can be read.
func readHint(err error) error {
	var about *data.OptionError
	if hinted := (*hintError)(nil); errors.As(err, &hinted) {
		return err
	}
	if errors.As(err, &about) {
		return inFlags(err, about)
	}
	const formats = "fringe reads " + data.Readable + "; docs/formats.md says what each may hold"
	for _, known := range []struct {
		cause error
		hint  string
	}{
		{data.ErrAllFlagged, "a weight is 1/sigma^2 and positive; flagged data have 0 or less: undo the flags, or calibrate again"},
		{fs.ErrNotExist, "check the name of the file"},
		{data.ErrTruncated, truncatedHint},
		{data.ErrNoData, "save them beside uu, vv and weight: numpy.savez(FILE, uu=uu, vv=vv, weight=weight, data=visibilities); fringe simulate --observe IMAGE.fits makes those of an image"},
		{data.ErrImage, "fringe inspect describes an image, and fringe simulate --observe makes visibilities of it"},
		{data.ErrFolder, "name the files in it; " + formats},
	} {
		if errors.Is(err, known.cause) {
			return withHint(err, "%s", known.hint)
		}
	}
	return withHint(err, formats)
}

// truncatedHint is about files that are not whole.
const truncatedHint = "the file is not whole: copy or download it again, and compare its size with that of the original"

// imageHint adds to an error of reading an image what to do: what is told, unless the file is not whole.
func imageHint(err error, hint string) error {
	if errors.Is(err, data.ErrTruncated) {
		hint = truncatedHint
	}
	return withHint(err, "%s", hint)
}

// inFlags returns an error about a read option in the words of its flag.
func inFlags(err error, about *data.OptionError) error {
	f := map[string]struct{ flag, hint string }{
		"Source": {"--source", "--source NAME names the source"}, "Stokes": {"--stokes", "--stokes I, RR, LL, XX or YY says what to read"},
		"SpectralWindow": {"--spw", "--spw NAME names the spectral window"}, "Column": {"--column", "--column names the column, of a Measurement Set"},
		"Channels": {"--channels", "--channels says which channels to read"}, "FreqHz": {"--freq", "--freq says the frequency, such as --freq 230GHz"},
		"UVUnit": {"--uv-unit", "--uv-unit says the unit of u and v: m, lambda, klambda or Mlambda"},
	}[about.Option]
	if about.Useless {
		f.hint = "leave " + f.flag + " out"
	}
	return withHint(reworded{strings.ReplaceAll(err.Error(), "option "+about.Option, f.flag), err}, "%s", f.hint)
}

// reworded is an error in other words.
type reworded struct {
	text  string
	cause error
}

func (r reworded) Error() string { return r.text }
func (r reworded) Unwrap() error { return r.cause }

// maxChannels bounds a list of channels.
const maxChannels = 1 << 20

// parseChannels reads a list such as "0-15,20".
func parseChannels(list string) ([]int, error) {
	if list == "" {
		return nil, nil
	}
	var channels []int
	for _, item := range strings.Split(list, ",") {
		from, to, isRange := strings.Cut(item, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || first < 0 || last < first || last-first+len(channels) >= maxChannels {
			return nil, withHint(fmt.Errorf("--channels %q: %q is no channel or range of channels", list, item), "write numbers from 0, such as --channels 0-15,20")
		}
		for c := first; c <= last; c++ {
			channels = append(channels, c)
		}
	}
	return channels, nil
}

// noStations says that data of unknown stations have no closure quantities.
func noStations(what string) error {
	return withHint(fmt.Errorf("the observation does not say which stations it is from, so it has no %s", what), "fit something else with --data, such as vis")
}
