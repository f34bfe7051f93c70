package data

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Band is where an array observes unless told otherwise, and how large a sky it is then shown.
type Band struct {
	FreqGHz, BandwidthGHz float64
	FieldUas              float64 // side of the field in microarcseconds
	DishMetres            float64 // diameter of the dishes, for shadows; 0 where they are far apart
}

// ArrayBand returns the band of an array, which the head of its table names: lines of freq_ghz, bandwidth_ghz, field_uas and dish_m, as in
// "# freq_ghz: 1.4". What a table does not name is the EHT's (227.1 GHz, 2 GHz wide, 128 µas) moved to its frequency, see [Band.At]. An array
// that [Array] cannot read is an error.
func ArrayBand(name string) (Band, error) {
	text, err := arrayText(name)
	if err != nil {
		return Band{}, err
	}
	band, err := parseBand(text)
	if err != nil {
		return Band{}, fmt.Errorf("data: array %q: %w", name, err)
	}
	return band, nil
}

var eht = Band{FreqGHz: 227.1, BandwidthGHz: 2, FieldUas: 128}

// parseBand reads the head of a table.
func parseBand(table string) (Band, error) {
	var b Band
	for line := range strings.Lines(table) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			continue
		}
		key, value, _ := strings.Cut(comment, ":")
		field := map[string]*float64{"freq_ghz": &b.FreqGHz, "bandwidth_ghz": &b.BandwidthGHz, "field_uas": &b.FieldUas, "dish_m": &b.DishMetres}[strings.TrimSpace(key)]
		if field == nil {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(x > 0) || math.IsInf(x, 0) {
			return Band{}, fmt.Errorf("%s is %q, must be a positive number", strings.TrimSpace(key), strings.TrimSpace(value))
		}
		*field = x
	}
	rest := eht.At(b.FreqGHz)
	b.FreqGHz = rest.FreqGHz
	b.BandwidthGHz, b.FieldUas = orDefault(b.BandwidthGHz, rest.BandwidthGHz), orDefault(b.FieldUas, rest.FieldUas)
	return b, nil
}

// At returns the band moved to a frequency in GHz (0 leaves it): no wider than a tenth of the frequency, and with a field of as many beams.
func (b Band) At(freqGHz float64) Band {
	if freqGHz == 0 || freqGHz == b.FreqGHz {
		return b
	}
	b.FieldUas *= b.FreqGHz / freqGHz
	b.FreqGHz, b.BandwidthGHz = freqGHz, math.Min(b.BandwidthGHz, freqGHz/10)
	return b
}

// bandOf returns frequency and bandwidth in GHz, those of the array where they are 0. An array is not read when neither is; one that cannot
// be read is an error and changes nothing.
func bandOf(array string, freqGHz, bandwidthGHz float64) (freq, bandwidth float64, err error) {
	if freqGHz != 0 && bandwidthGHz != 0 {
		return freqGHz, bandwidthGHz, nil
	}
	band, err := ArrayBand(array)
	if err != nil {
		return freqGHz, bandwidthGHz, err
	}
	band = band.At(freqGHz)
	return band.FreqGHz, orDefault(bandwidthGHz, band.BandwidthGHz), nil
}
