package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fringe/radio"
)

// Schedule is one explicit observation of one source by one array. The zero value is M87 seen by the EHT on 11 April 2017: 25
// scans of 400 s, one every 20 minutes.
type Schedule struct {
	// Array names the stations or a file of them, see [Array]; "" means eht2017.
	Array string `yaml:"array"`
	// Stations are the names of those that take part; none means all.
	Stations []string `yaml:"stations,omitempty"`
	// Source is the name of the source, RAHours and DecDeg its position; when all three are zero they mean M87.
	Source  string  `yaml:"source"`
	RAHours float64 `yaml:"ra_hours"`
	DecDeg  float64 `yaml:"dec_deg"`
	// Start is when the first scan starts in UTC, as 2017-04-11T00:46:00, 2017-04-11 or a modified Julian date; "" means the first.
	Start string `yaml:"start"`
	// Scans is the number of scans, ScanSec the length of each, GapSec the pause after each. 0 scans mean 25 of 400 s with pauses
	// of 800 s.
	Scans   int     `yaml:"scans"`
	ScanSec float64 `yaml:"scan_sec"`
	GapSec  float64 `yaml:"gap_sec"`
	// FreqGHz is the middle of the band and BandwidthGHz its width; 0 means those of the array, see [ArrayBand].
	FreqGHz      float64 `yaml:"freq_ghz"`
	BandwidthGHz float64 `yaml:"bandwidth_ghz"`
	// MinElevationDeg is the lowest elevation at which a station observes; 0 means 10.
	MinElevationDeg float64 `yaml:"min_elevation_deg"`
	// IntraSite keeps the baselines between stations of one site, see [ObservationConfig].
	IntraSite bool `yaml:"intra_site"`
	// NoiseScale multiplies the thermal noise of the radiometer equation; 0 means 1.
	NoiseScale float64 `yaml:"noise_scale"`
	// Setup says how the visibilities of a scan are sampled.
	Setup `yaml:",inline"`
	// Effects are what the instrument does to the visibilities beyond thermal noise, see [Observation.Simulate].
	Effects Effects `yaml:"effects,omitempty"`
}

// WithDefaults returns the schedule with its zero fields replaced by what they mean.
func (s Schedule) WithDefaults() Schedule {
	if s.Array == "" {
		s.Array = "eht2017"
	}
	if s.Source == "" && s.RAHours == 0 && s.DecDeg == 0 {
		s.Source, s.RAHours, s.DecDeg = "M87", 12.513728717, 12.391123293 // the EHT's position: 187.70593076°, 12.39112329°
	}
	if s.Start == "" {
		s.Start = "2017-04-11T00:46:00"
	}
	if s.Scans == 0 && s.ScanSec == 0 && s.GapSec == 0 {
		s.Scans, s.ScanSec, s.GapSec = 25, 400, 800
	}
	s.FreqGHz, s.BandwidthGHz, _ = bandOf(s.Array, s.FreqGHz, s.BandwidthGHz) // 0 where the array cannot be read, as Validate says
	s.MinElevationDeg, s.NoiseScale = orDefault(s.MinElevationDeg, 10), orDefault(s.NoiseScale, 1)
	return s
}

// Validate says which field is wrong and what it may be.
func (s Schedule) Validate() error {
	_, err := s.plan()
	return err
}

// Observation returns the visibilities that the schedule measures, and the noise of each; the same for every call. The error is an
// [UnseenError] when no scan sees the source.
func (s Schedule) Observation() (Observation, error) {
	p, err := s.plan()
	if err != nil {
		return Observation{}, err
	}
	obs, err := p.observation()
	if err != nil {
		return Observation{}, fmt.Errorf("data: schedule: %w", err)
	}
	if obs.Vis.Len() == 0 {
		unseen, err := p.unseen()
		if err != nil {
			return Observation{}, fmt.Errorf("data: schedule: %w", err)
		}
		return Observation{}, unseen
	}
	return obs, nil
}

func (s Schedule) plan() (plan, error) {
	s = s.WithDefaults()
	stations, err := s.stations()
	if err != nil {
		return plan{}, err
	}
	if err := s.checkRanges(); err != nil {
		return plan{}, err
	}
	if err := errors.Join(s.Setup.validate(), s.Effects.Validate()); err != nil {
		return plan{}, err
	}
	start, ok := ParseTime(s.Start)
	if !ok {
		return plan{}, &FieldError{Of: "schedule", Field: "start", Value: fmt.Sprintf("%q", s.Start), Want: "a time as 2017-04-11T00:46:00, or a modified Julian date from 40000 to 100000"}
	}
	scans := make([]scan, s.Scans)
	for k := range scans {
		scans[k] = scan{start + float64(k)*(s.ScanSec+s.GapSec)/86400, s.ScanSec}
	}
	return plan{
		array: s.Array, stations: stations, scans: scans, setup: s.Setup, intraSite: s.IntraSite, noiseScale: s.NoiseScale,
		source: radio.Source{Name: s.Source, RARad: s.RAHours * math.Pi / 12, DecRad: s.DecDeg * math.Pi / 180},
		freqHz: s.FreqGHz * 1e9, bandwidthHz: s.BandwidthGHz * 1e9, minElevationRad: s.MinElevationDeg * math.Pi / 180,
	}, nil
}

func (s Schedule) checkRanges() error {
	for _, f := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"ra_hours", s.RAHours, 0, 24}, {"dec_deg", s.DecDeg, -90, 90}, {"scans", float64(s.Scans), 1, 10000},
		{"scan_sec", s.ScanSec, 0.1, 86400}, {"gap_sec", s.GapSec, 0, 86400}, {"freq_ghz", s.FreqGHz, 0.01, 2000},
		{"bandwidth_ghz", s.BandwidthGHz, 1e-6, 100}, {"min_elevation_deg", s.MinElevationDeg, 0, 89},
		{"noise_scale", s.NoiseScale, 1e-6, 1e6},
	} {
		if !(f.lo <= f.value && f.value <= f.hi) {
			return outside("schedule", f.name, f.value, f.lo, f.hi)
		}
	}
	if s.BandwidthGHz >= 2*s.FreqGHz {
		return &FieldError{Of: "schedule", Field: "bandwidth_ghz", Value: fmt.Sprintf("%g", s.BandwidthGHz), Want: fmt.Sprintf("below twice the frequency, %g", 2*s.FreqGHz)}
	}
	return nil
}

// stations returns the stations that take part, in the order of the array.
func (s Schedule) stations() ([]radio.Station, error) {
	all, err := Array(s.Array)
	if err != nil {
		return nil, err
	}
	if len(s.Stations) > 0 {
		var names []string
		for _, station := range all {
			names = append(names, station.Name)
		}
		for _, name := range s.Stations {
			if !slices.Contains(names, name) {
				return nil, &FieldError{Of: "schedule", Field: "stations", Value: fmt.Sprintf("%q", name), Want: fmt.Sprintf("one of array %s's, %s", s.Array, strings.Join(names, ", "))}
			}
		}
		all = slices.DeleteFunc(all, func(station radio.Station) bool { return !slices.Contains(s.Stations, station.Name) })
	}
	return all, checkSEFD(s.Array, all)
}

// ParseTime returns the modified Julian date of a UTC date and time, as 2017-04-11T00:46:00, 2017-04-11T00:46 or 2017-04-11, or of a
// modified Julian date in digits, from 40000 to 100000.
func ParseTime(text string) (mjd float64, ok bool) {
	mjd, err := strconv.ParseFloat(text, 64)
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, wrong := time.Parse(layout, strings.TrimSuffix(text, "Z")); wrong == nil {
			mjd, err = float64(t.Unix())/86400+float64(t.Nanosecond())/86400e9+unixMJD, nil
		}
	}
	return mjd, err == nil && mjd >= 40000 && mjd <= 100000
}
