package data

import (
	"fmt"
	"math"
	"strings"

	"fringe/radio"
)

// ehtHeader is what the comments of an EHT text file say of the observation.
type ehtHeader struct {
	source     radio.Source
	mjd        float64 // 0 = not said
	freqHz     float64 // 0 = not said
	inStations bool    // the table of stations has begun
}

// line reads one comment: a "KEY: value" of eht-imaging, the title of its station table, or the first line of the EHT's
// releases, "SRC:M87,DATE(MJD):57854,FREQ:227.0707GHz".
func (h *ehtHeader) line(text string) error {
	if strings.HasPrefix(text, "Site") {
		h.inStations = true
		return nil
	}
	if name, date, ok := strings.Cut(text, "DATE(MJD):"); ok {
		date, freq, _ := strings.Cut(date, "FREQ:")
		h.source.Name = strings.Trim(strings.TrimPrefix(name, "SRC:"), " ,")
		if err := h.setDate(strings.Trim(date, " ,")); err != nil {
			return err
		}
		return h.setFrequency(freq)
	}
	key, value, _ := strings.Cut(text, ":")
	value = strings.TrimSpace(value)
	var err error
	switch key {
	case "SRC":
		h.source.Name = value
	case "RA":
		h.source.RARad, err = sexagesimal(value, "h", math.Pi/12)
	case "DEC":
		h.source.DecRad, err = sexagesimal(value, "deg", math.Pi/180)
	case "MJD":
		err = h.setDate(value)
	case "RF":
		err = h.setFrequency(value)
	}
	return err
}

func (h *ehtHeader) setDate(text string) error {
	mjd, err := parseNumber(text, "the date (MJD)")
	if err != nil {
		return err
	}
	if !validDay(mjd) {
		return fmt.Errorf("the date is MJD %g, must be between 0 and 200000", mjd)
	}
	h.mjd = mjd
	return nil
}

// setFrequency reads "227.0707 GHz" or "227.0707GHz".
func (h *ehtHeader) setFrequency(text string) error {
	number, ok := strings.CutSuffix(strings.TrimSpace(text), "GHz")
	if !ok {
		return fmt.Errorf("the frequency is %q, must be in GHz", text)
	}
	ghz, err := parseNumber(strings.TrimSpace(number), "the frequency")
	if err != nil {
		return err
	}
	if h.freqHz = ghz * 1e9; !(h.freqHz > 0) || !finite(h.freqHz) {
		return fmt.Errorf("the frequency is %g GHz, must be positive", ghz)
	}
	return nil
}

// sexagesimal reads "12 h 30 m 49.4 s" or "-5 deg 47 m 22.5 s"; unit is the word after the first number, whose size is given in
// radians.
func sexagesimal(text, unit string, size float64) (float64, error) {
	f := strings.Fields(text)
	if len(f) != 6 || f[1] != unit || f[3] != "m" || f[5] != "s" {
		return 0, fmt.Errorf("%q is no angle such as \"12 %s 30 m 49.4 s\"", text, unit)
	}
	total := 0.0
	for i, scale := range []float64{1, 60, 3600} {
		x, err := parseNumber(f[2*i], "the angle "+text)
		if err != nil {
			return 0, err
		}
		total += math.Abs(x) / scale
	}
	if strings.HasPrefix(f[0], "-") {
		total = -total
	}
	if !(math.Abs(total) <= 360) {
		return 0, fmt.Errorf("%q is no angle", text)
	}
	return total * size, nil
}
