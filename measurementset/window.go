//go:build casacore

package measurementset

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"fringe/data"
	"fringe/internal/casacore"
)

// description is what the visibilities of one DATA_DESC_ID are: their channels and hands, and those of them to read.
type description struct {
	freqHz   []float64 // of all channels
	channels []int     // to read
	products int       // correlations per channel
	hands    []int     // whose mean is wanted
	parallel []int     // that are Stokes I of an unpolarised source: I itself, RR, LL, XX, YY
}

// window is a spectral window.
type window struct {
	id     int
	name   string
	freqHz []float64
}

// describe reads the descriptions of the field's rows and keeps those of the wanted windows, channels and hands.
func (s *Set) describe(o data.ReadOptions, rows map[int]*rowCount) (err error) {
	table, err := casacore.Open(s.path+"::DATA_DESCRIPTION", false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	windows, err := readWindows(s.path)
	if err != nil {
		return err
	}
	channels, err := pickChannels(windows, o)
	if err != nil {
		return err
	}
	s.descriptions = map[int]*description{}
	for _, id := range slices.Sorted(maps.Keys(rows[s.field].descriptions)) {
		var spw, polarization [1]float64
		row := []int64{int64(id)}
		if err := get(table, row, to{"SPECTRAL_WINDOW_ID", spw[:]}, to{"POLARIZATION_ID", polarization[:]}); err != nil {
			return err
		}
		w := int(spw[0])
		if w < 0 || w >= len(windows) {
			return fmt.Errorf("row %d of DATA_DESCRIPTION names spectral window %d of %d", id, w, len(windows))
		}
		if len(channels[w]) == 0 {
			continue
		}
		d := &description{freqHz: windows[w].freqHz, channels: channels[w]}
		if err := d.readHands(s.path, int64(polarization[0]), o.Stokes); err != nil {
			return err
		}
		s.descriptions[id] = d
	}
	if len(s.descriptions) == 0 {
		return optionError("SpectralWindow", "field %s has no row in the chosen spectral windows and channels", s.source.Name)
	}
	return nil
}

func readWindows(path string) (windows []window, err error) {
	table, err := casacore.Open(path+"::SPECTRAL_WINDOW", false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, table.Close()) }()
	for row := range table.Rows() {
		w := window{id: int(row)}
		if w.name, err = table.Text("NAME", row); err != nil {
			return nil, err
		}
		shape, err := table.Shape("CHAN_FREQ", row)
		if err != nil {
			return nil, err
		}
		if len(shape) != 1 {
			return nil, fmt.Errorf("CHAN_FREQ of spectral window %d has shape %v, must have one axis", row, shape)
		}
		w.freqHz = make([]float64, shape[0])
		if err := table.Get("CHAN_FREQ", []int64{row}, w.freqHz); err != nil {
			return nil, err
		}
		for c, f := range w.freqHz {
			if !(f > 0) || math.IsInf(f, 0) {
				return nil, fmt.Errorf("channel %d of spectral window %d has frequency %g Hz, must be positive", c, row, f)
			}
		}
		windows = append(windows, w)
	}
	return windows, nil
}

// pickChannels returns the channels to read of each window.
func pickChannels(windows []window, o data.ReadOptions) ([][]int, error) {
	chosen := windows
	if o.SpectralWindow != "" {
		var ids []int
		var names []string
		for _, w := range windows {
			ids, names = append(ids, w.id), append(names, w.name)
		}
		i := choice(o.SpectralWindow, ids, names)
		if i < 0 {
			return nil, optionError("SpectralWindow", "it has no spectral window %q, only %s", o.SpectralWindow, enumerate(ids, func(i int) string { return windows[i].String() }))
		}
		chosen = windows[i : i+1]
	}
	wanted := map[int]bool{}
	for _, c := range o.Channels {
		wanted[c] = true
	}
	picked, first := make([][]int, len(windows)), 0
	for _, w := range chosen {
		for c := range w.freqHz {
			if len(wanted) == 0 || wanted[first+c] {
				picked[w.id] = append(picked[w.id], c)
			}
		}
		first += len(w.freqHz)
	}
	for _, c := range o.Channels {
		if c >= first {
			return nil, optionError("Channels", "option Channels asks for channel %d, it has 0 to %d", c, first-1)
		}
	}
	return picked, nil
}

// String says what the window is, for a list.
func (w window) String() string {
	mean := 0.0
	for _, f := range w.freqHz {
		mean += f / float64(len(w.freqHz))
	}
	return fmt.Sprintf("%s (number %d, %d channels around %.5g GHz)", strings.TrimSpace(w.name), w.id, len(w.freqHz), mean/1e9)
}
