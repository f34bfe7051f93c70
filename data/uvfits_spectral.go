package data

import (
	"fmt"
	"math"
)

// spectralElements lists the channels of every IF. Frequencies are FREQ axis + IF FREQ; SIDEBAND −1 in the FQ table makes
// the frequency of an IF fall with the channel number, and CH WIDTH replaces CDELT.
func spectralElements(h *header, frequencies *binTable) ([]spectralElement, error) {
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
		offset, width, err := intermediateFrequency(frequencies, i, channel.cdelt)
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

// intermediateFrequency returns the frequency offset and the signed channel width of an IF, in Hz.
func intermediateFrequency(t *binTable, i int, cdelt float64) (offset, width float64, err error) {
	if t == nil {
		return 0, cdelt, nil
	}
	if t.rows != 1 {
		return 0, 0, fmt.Errorf("table \"AIPS FQ\" has %d frequency set-ups; write one per file", t.rows)
	}
	offset, ok := t.number(0, "IF FREQ", int64(i))
	if !ok {
		return 0, 0, fmt.Errorf("table \"AIPS FQ\": column \"IF FREQ\" has no finite value for IF %d", i+1)
	}
	width = cdelt
	if w, ok := t.number(0, "CH WIDTH", int64(i)); ok && w != 0 {
		width = w
	}
	if side, ok := t.number(0, "SIDEBAND", int64(i)); ok && side < 0 {
		width = -math.Abs(width)
	}
	return offset, width, nil
}
