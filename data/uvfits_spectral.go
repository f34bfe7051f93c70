package data

import (
	"fmt"
	"math"
)

// spectralElement is one channel of one IF: where it begins in the array and its frequency.
type spectralElement struct {
	start  int
	freqHz float64
}

// spectra are the frequency set-ups of a file, by FRQSEL of the AIPS FQ table.
type spectra map[float64][]spectralElement

// newSpectra reads the set-ups; without a table there is one. channels picks elements, counted from 0 through all channels of
// all IFs; none means all.
func newSpectra(h *header, tables []*binTable, channels []int) (spectra, error) {
	s := spectra{}
	if len(tables) == 0 {
		all, err := spectralElements(h, nil, 0)
		if err != nil {
			return nil, err
		}
		s[1], err = pickChannels(all, channels)
		return s, err
	}
	t := tables[0]
	for row := range t.rows {
		id, ok := t.number(row, "FRQSEL", 0)
		if !ok {
			id = float64(row + 1)
		}
		if _, twice := s[id]; twice {
			return nil, fmt.Errorf("table \"AIPS FQ\", row %d: FRQSEL %g occurs twice", row+1, id)
		}
		all, err := spectralElements(h, t, row)
		if err != nil {
			return nil, err
		}
		if s[id], err = pickChannels(all, channels); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func pickChannels(all []spectralElement, channels []int) ([]spectralElement, error) {
	if len(channels) == 0 {
		return all, nil
	}
	var list []spectralElement
	for _, c := range channels {
		if c < 0 || c >= len(all) {
			return nil, optionError("Channels", "option Channels asks for channel %d, it has 0 to %d", c, len(all)-1)
		}
		list = append(list, all[c])
	}
	return list, nil
}

// of returns the elements of a FREQSEL. A file of one set-up need not number it.
func (s spectra) of(id float64) ([]spectralElement, error) {
	if list, ok := s[id]; ok {
		return list, nil
	}
	if len(s) == 1 {
		for _, list := range s {
			return list, nil
		}
	}
	return nil, fmt.Errorf("FREQSEL is %g, which is not in the \"AIPS FQ\" table of %d set-ups", id, len(s))
}

// spectralElements lists the channels of every IF. Frequencies are FREQ axis + IF FREQ; SIDEBAND −1 in the FQ table makes
// the frequency of an IF fall with the channel number, and CH WIDTH replaces CDELT.
func spectralElements(h *header, frequencies *binTable, row int64) ([]spectralElement, error) {
	channel, err := findAxis(h, "FREQ")
	if err != nil {
		return nil, err
	}
	intermediate, err := findAxis(h, "IF")
	if err != nil {
		return nil, err
	}
	if intermediate.length > 1 && frequencies == nil {
		return nil, fmt.Errorf("it has %d IFs but no \"AIPS FQ\" table with their frequencies", intermediate.length)
	}
	var list []spectralElement
	for i := range intermediate.length {
		offset, width, err := intermediateFrequency(frequencies, row, i, channel.cdelt)
		if err != nil {
			return nil, err
		}
		of := channel
		of.cdelt = width
		for c := range channel.length {
			e := spectralElement{start: i*intermediate.stride + c*channel.stride, freqHz: of.world(c) + offset}
			if !(e.freqHz > 0) || !finite(e.freqHz) {
				return nil, fmt.Errorf("channel %d of IF %d has frequency %g Hz, must be positive: see CRVAL of the FREQ axis and \"IF FREQ\"", c+1, i+1, e.freqHz)
			}
			list = append(list, e)
		}
	}
	return list, nil
}

// intermediateFrequency returns the frequency offset and the signed channel width of an IF, in Hz. CH WIDTH is a float32;
// where it is CDELT rounded, CDELT is the better number.
func intermediateFrequency(t *binTable, row int64, i int, cdelt float64) (offset, width float64, err error) {
	if t == nil {
		return 0, cdelt, nil
	}
	offset, ok := t.number(row, "IF FREQ", int64(i))
	if !ok {
		return 0, 0, fmt.Errorf("table \"AIPS FQ\": column \"IF FREQ\" has no finite value for IF %d", i+1)
	}
	width = cdelt
	if w, ok := t.number(row, "CH WIDTH", int64(i)); ok && w != 0 && float32(w) != float32(cdelt) {
		width = w
	}
	if side, ok := t.number(row, "SIDEBAND", int64(i)); ok && side < 0 {
		width = -math.Abs(width)
	}
	return offset, width, nil
}
