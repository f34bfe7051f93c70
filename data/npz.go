package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sbinet/npyio/npz"

	"fringe/radio"
)

// npzVisibilities are the arrays of an npz archive, those of values as [channels][visibilities].
type npzVisibilities struct {
	channels, n int
	u, v        []complex128 // channels·n values, or n for all channels
	vis         []complex128
	weight      []complex128 // channels·n values, or n for all channels
	flag        []complex128 // not 0 = flagged; nil when there is none
	freqHz      []float64    // one per channel, or one per visibility when channels is 1; nil when the file has none
	lambda      float64      // wavelengths per unit of u and v, 0 when the file does not say
}

// decodeNPZ reads visibilities as MPoL and visread keep them: arrays uu, vv, weight, and data, or data_re and data_im, of
// shape [visibilities] or [channels, visibilities]; frequencies in Hz and flag when they are there.
func decodeNPZ(r io.ReaderAt, size int64, o ReadOptions) (*radio.Visibilities, error) {
	if err := o.checkFor("an npz file", "Channels", "FreqHz", "UVUnit"); err != nil {
		return nil, err
	}
	f, err := openNPZ(r, size)
	if err != nil {
		return nil, err
	}
	a, err := readNPZ(f)
	if err != nil {
		return nil, err
	}
	return a.visibilities(o)
}

func readNPZ(f *npzFile) (*npzVisibilities, error) {
	data, err := f.values()
	if err != nil {
		return nil, err
	}
	a := &npzVisibilities{channels: 1, n: len(data.values), vis: data.values}
	if len(data.shape) == 2 {
		a.channels, a.n = data.shape[0], data.shape[1]
	}
	for _, part := range []struct {
		names    []string
		to       *[]complex128
		optional bool
	}{{[]string{"uu", "u"}, &a.u, false}, {[]string{"vv", "v"}, &a.v, false},
		{[]string{"weight", "weights", "Wgt", "wgt"}, &a.weight, false}, {[]string{"flag", "flags"}, &a.flag, true}} {
		found, err := f.find(part.names...)
		if err != nil {
			return nil, err
		}
		if found == nil {
			if part.optional {
				continue
			}
			return nil, fmt.Errorf("it has no array %s, only %s", part.names[0], f.names())
		}
		if len(found.values) != a.n && !slices.Equal(found.shape, data.shape) {
			return nil, fmt.Errorf("array %s has shape %v, %s has %v", found.name, found.shape, data.name, data.shape)
		}
		*part.to = found.values
	}
	return a, a.readFrequencies(f)
}

// values returns the complex data.
func (f *npzFile) values() (*ndarray, error) {
	whole, err := f.find("data", "vis", "Vis", "visibilities")
	if err != nil || whole != nil {
		return whole, err
	}
	re, err := f.find("data_re", "re", "Re")
	if err != nil {
		return nil, err
	}
	im, err := f.find("data_im", "im", "Im")
	if err != nil {
		return nil, err
	}
	if re == nil || im == nil {
		return nil, fmt.Errorf("%w, neither an array data nor data_re and data_im, only %s", ErrNoData, f.names())
	}
	if !slices.Equal(re.shape, im.shape) {
		return nil, fmt.Errorf("array %s has shape %v, %s has %v", re.name, re.shape, im.name, im.shape)
	}
	for i := range re.values {
		re.values[i] = complex(real(re.values[i]), real(im.values[i]))
	}
	return re, nil
}

// names lists the arrays for an error.
func (f *npzFile) names() string {
	keys := f.Keys()
	if len(keys) == 0 {
		return "nothing"
	}
	return strings.Join(keys[:min(len(keys), listed)], ", ")
}

func (a *npzVisibilities) readFrequencies(f *npzFile) error {
	unit, err := f.find(npzUnit)
	if err != nil {
		return err
	}
	if unit != nil {
		if len(unit.values) != 1 || !(real(unit.values[0]) > 0) || !finite(real(unit.values[0])) {
			return fmt.Errorf("array %s must be one positive number", npzUnit)
		}
		a.lambda = real(unit.values[0])
	}
	found, err := f.find(npzFrequencies, "frequencies", "frequency", "freqs", "freq")
	if err != nil || found == nil {
		return err
	}
	if n := len(found.values); n != a.channels && (a.channels != 1 || n != a.n) {
		return fmt.Errorf("array %s has %d values for %d channels of %d visibilities", found.name, n, a.channels, a.n)
	}
	for i, x := range found.values {
		if !(real(x) > 0) || !finite(real(x)) {
			return fmt.Errorf("array %s: value %d is %g Hz, must be positive", found.name, i, real(x))
		}
		a.freqHz = append(a.freqHz, real(x))
	}
	return nil
}

// visibilities puts the arrays together, channel after channel.
func (a *npzVisibilities) visibilities(o ReadOptions) (*radio.Visibilities, error) {
	if a.n == 0 {
		return nil, errors.New("its arrays are empty")
	}
	if a.lambda > 0 && o.UVUnit != "" {
		return nil, uselessOption("UVUnit", "array %s says the unit of u and v, and option UVUnit as well", npzUnit)
	}
	if a.channels > 1 && len(a.u) == a.n && (a.lambda > 0 || o.UVUnit != "m") {
		return nil, optionError("UVUnit", "u in wavelengths must have a row for every channel, as data has (u in metres: option UVUnit m)")
	}
	if a.channels > 1 && a.freqHz == nil {
		return nil, fmt.Errorf("it has %d channels but no array frequencies (Hz)", a.channels)
	}
	channels := o.Channels
	if channels == nil {
		for c := range a.channels {
			channels = append(channels, c)
		}
	}
	out := &radio.Visibilities{}
	for _, c := range channels {
		if c >= a.channels {
			return nil, optionError("Channels", "option Channels asks for channel %d, it has 0 to %d", c, a.channels-1)
		}
		if err := a.appendChannel(out, c, o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *npzVisibilities) appendChannel(out *radio.Visibilities, c int, o ReadOptions) error {
	longest := 0.0
	for i := range a.u {
		longest = math.Max(longest, orZero(math.Hypot(real(a.u[i]), real(a.v[i%len(a.v)]))))
	}
	for i := range a.n {
		k := c*a.n + i
		freqHz, err := o.frequency(a.frequency(c, i))
		if err != nil {
			return err
		}
		scale := a.lambda
		if scale == 0 {
			if scale, err = o.wavelengths("", freqHz, longest); err != nil {
				return err
			}
		}
		weight := real(a.weight[k%len(a.weight)])
		if a.flag != nil && a.flag[k%len(a.flag)] != 0 {
			weight = 0
		}
		appendBare(out, real(a.u[k%len(a.u)])*scale, real(a.v[k%len(a.v)])*scale, a.vis[k], weight, freqHz)
	}
	return nil
}

// frequency returns that of visibility i of channel c, 0 when the file has none.
func (a *npzVisibilities) frequency(c, i int) float64 {
	switch {
	case a.freqHz == nil:
		return 0
	case len(a.freqHz) == a.channels:
		return a.freqHz[c]
	}
	return a.freqHz[i]
}

const (
	npzFrequencies = "freq_hz"           // one per visibility
	npzUnit        = "lambda_per_uvunit" // wavelengths per unit of uu and vv
)

// WriteNPZ writes visibilities as arrays that MPoL takes: uu and vv in wavelengths, weight, data_re, data_im, and freq_hz,
// all float64 with one value per visibility, in the order of v; lambda_per_uvunit is 1 and says the unit. Flagged
// visibilities get weight 0 and value 0. Stations, times and source do not fit into the format. path is replaced only by a
// complete file, and the same visibilities give the same bytes.
func WriteNPZ(path string, v *radio.Visibilities) error {
	clean := v.FlagBad()
	err := clean.Validate()
	if err == nil && clean.Len() == 0 {
		err = errors.New("there are no visibilities")
	}
	if err == nil {
		err = writeAtomically(path, func(w io.Writer) error { return writeArrays(w, clean) })
	}
	if err != nil {
		return fmt.Errorf("data: write npz %q: %w", path, err)
	}
	return nil
}

func writeArrays(w io.Writer, v *radio.Visibilities) error {
	re, im := make([]float64, v.Len()), make([]float64, v.Len())
	for k, vis := range v.Vis {
		if !v.Flagged(k) {
			re[k], im[k] = real(vis), imag(vis)
		}
	}
	archive := npz.NewWriter(w)
	for _, a := range []struct {
		name   string
		values []float64
	}{{"uu", v.U}, {"vv", v.V}, {"weight", v.Weight}, {"data_re", re}, {"data_im", im}, {npzFrequencies, v.FreqHz}, {npzUnit, []float64{1}}} {
		if err := archive.Write(a.name+".npy", a.values); err != nil {
			return err
		}
	}
	return archive.Close()
}
