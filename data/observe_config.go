package data

import (
	"errors"
	"fmt"
	"math"

	"fringe/radio"
)

// Range is an interval from which a number is drawn uniformly; both ends may be equal.
type Range [2]float64

// IsZero reports whether r is zero, which YAML leaves out of the fields that say so.
func (r Range) IsZero() bool { return r == Range{} }

// or returns r, or otherwise when r is zero.
func (r Range) or(otherwise Range) Range {
	if r == (Range{}) {
		return otherwise
	}
	return r
}

// ObservationConfig says how simulated observations are drawn. The zero value is an observation as those of the EHT in
// 2017: five to eight stations, 12 to 30 scans of 3 to 7 minutes during one night, 0.3 to 1.2 Jy at 227 GHz.
type ObservationConfig struct {
	// Array names the stations or a file of them, see [Array]; "" means eht2017.
	Array string `yaml:"array"`
	// Stations, when not nil, are the stations of Array, which is then not read again: see [ObservationConfig.Load].
	Stations []radio.Station `yaml:"-"`
	// MinStations is the smallest random subset of stations that observes; 0 means 5 (or all, when there are fewer). Set it
	// to the size of the array to use all of them always.
	MinStations int `yaml:"min_stations"`
	// RAHours and DecDeg are the source's position; zero means 0 to 24 and −40 to 50.
	RAHours Range `yaml:"ra_hours"`
	DecDeg  Range `yaml:"dec_deg"`
	// MJD is when the first scan starts; zero means the day 57854 (11 April 2017).
	MJD Range `yaml:"mjd"`
	// Scans is the number of scans, ScanSec the length of each, GapSec the pause after each; zero means 12 to 30, 180 to
	// 420 and 300 to 1200.
	Scans   Range `yaml:"scans"`
	ScanSec Range `yaml:"scan_sec"`
	GapSec  Range `yaml:"gap_sec"`
	// FreqGHz and BandwidthGHz are the observing frequency and the bandwidth averaged; 0 means those of the array, see [ArrayBand].
	FreqGHz      float64 `yaml:"freq_ghz"`
	BandwidthGHz float64 `yaml:"bandwidth_ghz"`
	// MinElevationDeg is the lowest elevation at which a station observes; 0 means 10.
	MinElevationDeg float64 `yaml:"min_elevation_deg"`
	// MinVisibilities is the smallest set that is accepted; smaller ones are drawn again. 0 means 20.
	MinVisibilities int `yaml:"min_visibilities"`
	// IntraSite keeps the baselines between stations of one site, which measure the total flux; false leaves them out, as
	// one does with real data, where they see large-scale flux that is no part of the image.
	IntraSite bool `yaml:"intra_site"`
	// FluxJy is the total flux of the source; zero means 0.3 to 1.2.
	FluxJy Range `yaml:"flux_jy"`
	// NoiseScale multiplies the thermal noise of the radiometer equation; zero means 0.5 to 4, drawn uniformly in the
	// logarithm.
	NoiseScale Range `yaml:"noise_scale"`
	// Setup says more on how the array observes; its zero value is one channel and one visibility per baseline and scan.
	Setup `yaml:",inline"`
	// Gains corrupts the visibilities by station; the zero value leaves them calibrated.
	Gains GainConfig `yaml:"gains"`
	// Effects are what else an instrument does to the visibilities; the zero value does nothing.
	Effects Effects `yaml:"effects,omitempty"`
}

// GainConfig says how station gains corrupt the visibilities: V_ij → g_i·g_j*·V_ij with one gain per station and scan.
type GainConfig struct {
	// AmplitudeSigma is the standard deviation of ln|g|; 0 means exact amplitudes.
	AmplitudeSigma float64 `yaml:"amplitude_sigma"`
	// RandomPhases draws the phase of g uniformly, so that only closure phases remain.
	RandomPhases bool `yaml:"random_phases"`
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c ObservationConfig) WithDefaults() ObservationConfig {
	if c.Array == "" {
		c.Array = "eht2017"
	}
	if c.MinStations == 0 {
		c.MinStations = 5
	}
	if c.MinVisibilities == 0 {
		c.MinVisibilities = 20
	}
	c.RAHours, c.DecDeg = c.RAHours.or(Range{0, 24}), c.DecDeg.or(Range{-40, 50})
	c.MJD = c.MJD.or(Range{57854, 57855})
	c.Scans, c.ScanSec, c.GapSec = c.Scans.or(Range{12, 30}), c.ScanSec.or(Range{180, 420}), c.GapSec.or(Range{300, 1200})
	c.FreqGHz, c.BandwidthGHz, _ = bandOf(c.Array, c.FreqGHz, c.BandwidthGHz) // 0 where the array cannot be read, as Validate says
	c.MinElevationDeg = orDefault(c.MinElevationDeg, 10)
	c.FluxJy, c.NoiseScale = c.FluxJy.or(Range{0.3, 1.2}), c.NoiseScale.or(Range{0.5, 4})
	return c
}

// FieldUas returns the side of the field in microarcseconds in which the array sees a sky on so many pixels unless told otherwise: that of
// its band (see [ArrayBand]), 128 for the EHT, or less so that there are four pixels at least to λ/B of the longest baseline B. It reads the
// array, and returns 0 when that cannot be read, for which Validate has the error.
func (c ObservationConfig) FieldUas(pixels int) float64 {
	c = c.WithDefaults()
	band, err := ArrayBand(c.Array)
	if err != nil {
		return 0
	}
	field := band.At(c.FreqGHz).FieldUas
	stations, err := c.stations()
	if err != nil {
		return 0
	}
	longest := 0.0
	for i, a := range stations {
		for _, b := range stations[:i] {
			longest = math.Max(longest, math.Hypot(math.Hypot(a.XYZ[0]-b.XYZ[0], a.XYZ[1]-b.XYZ[1]), a.XYZ[2]-b.XYZ[2]))
		}
	}
	if longest == 0 {
		return field
	}
	const pixelsPerBeam = 4
	beam := radio.SpeedOfLight / (c.FreqGHz * 1e9) / longest / radio.Microarcsecond
	return math.Min(field, float64(pixels)*beam/pixelsPerBeam)
}

// Load returns the config with Stations and band read from Array. What it draws depends no longer on a file, which may change and is
// otherwise read for every draw.
func (c ObservationConfig) Load() (ObservationConfig, error) {
	c = c.WithDefaults()
	var err error
	c.Stations, err = c.stations()
	return c, err
}

func (c ObservationConfig) stations() ([]radio.Station, error) {
	if c.Stations != nil {
		return c.Stations, nil
	}
	return Array(c.Array)
}

// Validate says which field is wrong and what it may be.
func (c ObservationConfig) Validate() error {
	c = c.WithDefaults()
	stations, err := c.stations()
	if err != nil {
		return err
	}
	if _, _, err := bandOf(c.Array, c.FreqGHz, c.BandwidthGHz); err != nil {
		return err
	}
	if c.MinStations < 2 {
		return fmt.Errorf("data: observation min_stations is %d, must be at least 2 (0 means 5)", c.MinStations)
	}
	for _, f := range []struct {
		name   string
		value  Range
		lo, hi float64
	}{
		{"ra_hours", c.RAHours, 0, 24}, {"dec_deg", c.DecDeg, -90, 90}, {"mjd", c.MJD, 40000, 100000},
		{"scans", c.Scans, 1, 10000}, {"scan_sec", c.ScanSec, 0.1, 86400}, {"gap_sec", c.GapSec, 0, 86400},
		{"freq_ghz", Range{c.FreqGHz, c.FreqGHz}, 0.01, 2000}, {"bandwidth_ghz", Range{c.BandwidthGHz, c.BandwidthGHz}, 1e-6, 100},
		{"min_elevation_deg", Range{c.MinElevationDeg, c.MinElevationDeg}, 0, 89},
		{"flux_jy", c.FluxJy, 1e-9, 1e9}, {"noise_scale", c.NoiseScale, 1e-6, 1e6},
		{"gains.amplitude_sigma", Range{c.Gains.AmplitudeSigma, c.Gains.AmplitudeSigma}, 0, 2},
		{"min_visibilities", Range{float64(c.MinVisibilities), float64(c.MinVisibilities)}, 1, 1e7},
	} {
		if !(f.lo <= f.value[0] && f.value[0] <= f.value[1] && f.value[1] <= f.hi) {
			return fmt.Errorf("data: observation %s is %g, must be ascending within %g to %g", f.name, f.value, f.lo, f.hi)
		}
	}
	if err := errors.Join(c.Setup.validate(), c.Effects.Validate()); err != nil {
		return err
	}
	return checkSEFD(c.Array, stations)
}

// checkSEFD refuses stations whose noise is unknown.
func checkSEFD(array string, stations []radio.Station) error {
	for _, s := range stations {
		if !(s.SEFDJy > 0) || math.IsInf(s.SEFDJy, 0) {
			return fmt.Errorf("data: array %q: station %q has no SEFD, so its noise is unknown", array, s.Name)
		}
	}
	return nil
}
