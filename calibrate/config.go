package calibrate

import (
	"fmt"
	"math"
	"strings"

	"fringe/radio"
)

// Mode says which part of the gains is solved for.
type Mode int

// Phase solves for phases and leaves amplitudes at 1. Both solves for amplitudes and phases. Amplitude takes the amplitudes of the
// same fit and leaves the phases of the data as they are, so it is blind to phases that are constant over a solution interval.
const (
	Phase Mode = iota
	Amplitude
	Both
)

var modeNames = [...]string{"phase", "amplitude", "both"}

// String returns the name that [ParseMode] reads.
func (m Mode) String() string {
	if m < 0 || int(m) >= len(modeNames) {
		return fmt.Sprintf("Mode(%d)", int(m))
	}
	return modeNames[m]
}

// ParseMode reads phase, amplitude or both.
func ParseMode(name string) (Mode, error) {
	for m, known := range modeNames {
		if name == known {
			return Mode(m), nil
		}
	}
	return 0, fmt.Errorf("calibrate: unknown mode %q: known are %s", name, strings.Join(modeNames[:], ", "))
}

// Config says how gains are solved for. The zero value solves for one phase per station and scan.
type Config struct {
	Mode Mode
	// IntervalSec is the time in seconds over which gains are constant; 0 means a scan. No interval reaches beyond a scan, and one
	// shorter than the integration time is one integration.
	IntervalSec float64
	// PerFrequency gives every frequency gains of its own; otherwise all frequencies share them.
	PerFrequency bool
	// MinBaselines is the smallest number of baselines that a station needs in an interval; 0 means 2 for phases and 3 for
	// amplitudes: with less no closure quantity checks the solution.
	MinBaselines int
	// MinSNR is the smallest gain over its error; 0 means 3.
	MinSNR float64
	// MaxAmplitudeChange is the largest factor by which an amplitude may be too high or too low; 0 means 5.
	MaxAmplitudeChange float64
	// Reference is the station whose phase is zero; "" means the one with the highest signal-to-noise ratio. Where it is
	// absent, the next in that order takes its place.
	Reference string
	// Normalize divides all amplitudes by one factor so that the mean over the stations of ln|g| is zero, not counting amplitudes
	// beyond MaxAmplitudeChange. Then the flux scale stays that of the data; otherwise it becomes that of the model.
	Normalize bool
	// KeepUnsolved leaves a station without a solution at gain 1; otherwise its data are flagged.
	KeepUnsolved bool
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c Config) WithDefaults() Config {
	if c.MinBaselines == 0 {
		c.MinBaselines = 3
		if c.Mode == Phase {
			c.MinBaselines = 2
		}
	}
	if c.MinSNR == 0 {
		c.MinSNR = 3
	}
	if c.MaxAmplitudeChange == 0 {
		c.MaxAmplitudeChange = 5
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c Config) Validate() error {
	c = c.WithDefaults()
	if c.Mode < Phase || c.Mode > Both {
		return fmt.Errorf("calibrate: mode is %v, must be Phase, Amplitude or Both", c.Mode)
	}
	if c.MinBaselines < 1 {
		return fmt.Errorf("calibrate: MinBaselines is %d, must be at least 1 (0 means 2 for phases, 3 for amplitudes)", c.MinBaselines)
	}
	for _, f := range []struct {
		name      string
		value, lo float64
	}{{"IntervalSec", c.IntervalSec, 0}, {"MinSNR", c.MinSNR, 0}, {"MaxAmplitudeChange", c.MaxAmplitudeChange, 1}} {
		if !(f.value >= f.lo) || math.IsInf(f.value, 0) {
			return fmt.Errorf("calibrate: %s is %g, must be at least %g and finite", f.name, f.value, f.lo)
		}
	}
	return nil
}

// check says what is wrong with the observation, the model or the config.
func (c Config) check(v *radio.Visibilities, model []complex128) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := v.FlagBad().Validate(); err != nil {
		return fmt.Errorf("calibrate: %w", err)
	}
	if !v.HasStations() {
		return fmt.Errorf("calibrate: the stations of some visibilities are unknown, so there are no gains to solve for; use data with stations")
	}
	if len(model) != v.Len() {
		return fmt.Errorf("calibrate: the model has %d visibilities, the data %d", len(model), v.Len())
	}
	index, err := stationIndex(v.Stations)
	if err != nil {
		return err
	}
	if _, known := index[c.Reference]; c.Reference != "" && !known {
		return fmt.Errorf("calibrate: no reference station %q, use any of %s", c.Reference, strings.Join(names(v.Stations), ", "))
	}
	usable, signal := 0, false
	for k, m := range model {
		if v.Flagged(k) {
			continue
		}
		usable++
		if !finite(real(m)) || !finite(imag(m)) {
			return fmt.Errorf("calibrate: the model's visibility %d is %g, must be finite", k, m)
		}
		signal = signal || m != 0
	}
	if usable == 0 {
		return fmt.Errorf("calibrate: all %d visibilities are flagged", v.Len())
	}
	if !signal {
		return fmt.Errorf("calibrate: the model is zero on every baseline; give one with flux")
	}
	return nil
}

// stationIndex returns the index of each name. Gains are told apart by names, so none may occur twice.
func stationIndex(stations []radio.Station) (map[string]int, error) {
	index := make(map[string]int, len(stations))
	for i, s := range stations {
		if first, twice := index[s.Name]; twice {
			return nil, fmt.Errorf("calibrate: stations %d and %d are both called %q; give each a name of its own", first, i, s.Name)
		}
		index[s.Name] = i
	}
	return index, nil
}

func names(stations []radio.Station) []string {
	list := make([]string, len(stations))
	for i, s := range stations {
		list[i] = s.Name
	}
	return list
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
