package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"fringe/data"
)

// observeFlags are the flags of fringe simulate --observe and --sky.
type observeFlags struct {
	set *pflag.FlagSet

	image, family string
	images        string
	dynamic       float64
	npix          int
	fov           quantity
	flux          quantity
	seed          uint64

	schedule               data.Schedule
	source                 string
	scan, gap, integration time.Duration
	freq, bandwidth        quantity
	noise                  bool
	gainTime               time.Duration
	dryRun, force          bool
}

func newObserveFlags() *observeFlags {
	o := &observeFlags{set: pflag.NewFlagSet("observation", pflag.ContinueOnError), fov: angle(""), flux: flux(""), freq: frequency(""), bandwidth: frequency("")}
	o.set.SortFlags = false
	o.skyFlags()
	o.scheduleFlags()
	f := o.set
	f.BoolVar(&o.noise, "noise", true, "add thermal noise; --noise=false leaves the visibilities exact, with the same weights")
	f.Float64Var(&o.schedule.NoiseScale, "noise-scale", 1, "multiplies the thermal noise")
	o.effectFlags()
	f.BoolVar(&o.dryRun, "dry-run", false, "tell the coverage, the beam and the noise, and write nothing")
	f.BoolVar(&o.force, "force", false, "overwrite files of a former simulation")
	return o
}

// skyFlags declares what is observed.
func (o *observeFlags) skyFlags() {
	f := o.set
	f.StringVar(&o.image, "observe", "", "image of the sky, FITS or PNG: each pixel is a point source")
	f.StringVar(&o.family, "sky", "", "or a sky that is drawn: the name of a family, such as ring, protodisc or radiogalaxy; --list-skies names them")
	f.StringVar(&o.images, "images", "", "folder of FITS and PNG images, for --sky images")
	f.Float64Var(&o.dynamic, "dynamic-range", 0, "of a drawn sky: ratio of its peak to the median of its emission, 10 to 5e5 (default: as drawn)")
	f.Uint64Var(&o.seed, "seed", 1, "of the drawn sky, the noise and the gains")
	f.IntVar(&o.npix, "npix", 128, "of a drawn sky: pixels along each side of the truth image, of --fov/npix each")
	f.Var(&o.fov, "fov", "width of the image, such as 128uas: a PNG needs it (default of a drawn sky: the array's, 128uas for the EHT)")
	f.Var(&o.flux, "flux", "total flux, such as 0.6Jy (default: that of a FITS image, 1Jy of a drawn sky)")
}

// scheduleFlags declares by which array and when.
func (o *observeFlags) scheduleFlags() {
	f, s := o.set, &o.schedule
	f.StringVar(&s.Array, "array", "eht2017", "array by name, or a table of stations that ends in .txt")
	f.StringSliceVar(&s.Stations, "stations", nil, "names of the stations that take part (default: all)")
	f.StringVar(&o.source, "source", "", "name of a known source or position RA,DEC such as 187.7059,12.3911 or 12h30m49.42s,12d23m28.0s (default: the position of the FITS image, else that of M87, under the name of the family)")
	f.StringVar(&s.Start, "start", "2017-04-11T00:46", "start of the first scan, UTC, such as 2017-04-11T00:46, or a modified Julian date")
	f.IntVar(&s.Scans, "scans", 25, "number of scans")
	f.DurationVar(&o.scan, "scan", 400*time.Second, "length of a scan")
	f.DurationVar(&o.gap, "gap", 800*time.Second, "pause after each scan")
	f.DurationVar(&o.integration, "integration", 0, "time per visibility, such as 10s (default: the whole scan)")
	f.Var(&o.freq, "freq", "middle of the band (default: that of the FITS image, else the array's)")
	f.Var(&o.bandwidth, "bandwidth", "width of the band (default: the array's, or a tenth of the frequency when that is less)")
	f.IntVar(&s.Channels, "channels", 1, "channels into which the band is split")
	f.Float64Var(&s.MinElevationDeg, "min-elevation", 10, "lowest elevation at which a station observes, degrees")
	f.Float64Var(&s.DishMetres, "dish", 0, "diameter of the dishes in metres, for shadows; 0 for none (default: the array's)")
	f.StringVar(&s.Frame, "frame", "j2000", "what the position refers to: j2000, or of_date as in the EHT's files of 2017")
	f.BoolVar(&s.IntraSite, "keep-intra-site", false, "keep the baselines between stations of one site")
}

// effectFlags declares what the instrument does to the visibilities beyond thermal noise.
func (o *observeFlags) effectFlags() {
	f, e := o.set, &o.schedule.Effects
	f.Float64Var(&e.Drift.AmplitudeSigma, "gain-amplitude", 0, "scatter of ln|g| of the stations' gains g, such as 0.1")
	f.Float64Var(&e.Drift.PhaseSigmaDeg, "gain-phase", 0, "scatter of the phase of the gains in degrees; 1000 leaves closure phases alone")
	f.DurationVar(&o.gainTime, "gain-time", 0, "time within which a gain forgets itself, such as 20m (default: new gains at every time)")
	f.Float64Var(&e.Leakage.DTerm, "leakage", 0, "scatter of the stations' polarisation leakage, such as 0.05")
	f.Float64Var(&e.Flags.Fraction, "lost", 0, "fraction of the visibilities that are flagged at random")
	f.Float64Var(&e.Flags.StationFraction, "stations-off", 0, "fraction of the time for which a station is off")
	f.IntVar(&e.Smearing.TimeSamples, "smear-time", 0, "samples of the average over an integration, such as 5, for the smearing of wide fields (default: its middle)")
	f.IntVar(&e.Smearing.ChannelSamples, "smear-channel", 0, "samples of the average over a channel")
}

// plan returns the schedule that the flags and the header of the sky ask for.
func (o *observeFlags) plan(sky *simulatedSky) (data.Schedule, error) {
	s := o.schedule
	src, err := o.position(sky)
	if err != nil {
		return s, err
	}
	s.Source, s.RAHours, s.DecDeg = src.name, src.raDeg/15, src.decDeg
	s.ScanSec, s.GapSec, s.IntegrationSec = o.scan.Seconds(), o.gap.Seconds(), o.integration.Seconds()
	s.Effects.Drift.CorrelationSec = o.gainTime.Seconds()
	for _, f := range []struct {
		name string
		bad  bool
	}{
		{"scans", s.Scans < 1}, {"scan", o.scan <= 0}, {"gap", o.gap < 0}, {"integration", o.integration < 0}, {"channels", s.Channels < 1},
		{"noise-scale", !(s.NoiseScale > 0)}, {"min-elevation", !(s.MinElevationDeg > 0)}, {"gain-time", o.gainTime < 0},
	} {
		if f.bad {
			return s, withHint(fmt.Errorf("--%s is %s, which is out of range", f.name, o.set.Lookup(f.name).Value), "fringe simulate --help says what it means")
		}
	}
	if !o.set.Changed("dish") {
		band, err := data.ArrayBand(s.Array)
		if err != nil {
			return s, o.inFlags(err)
		}
		s.DishMetres = band.DishMetres
	}
	s.FreqGHz, s.BandwidthGHz = o.freq.value/1e9, o.bandwidth.value/1e9
	if s.FreqGHz == 0 {
		s.FreqGHz = sky.header.FreqHz / 1e9
	}
	return s, nil
}

// inFlags returns an error about fields of the schedule or the sky in the words of their flags.
func (o *observeFlags) inFlags(err error) error {
	if unseen := (*data.UnseenError)(nil); errors.As(err, &unseen) {
		return withHint(err, "%s", unseenHint(unseen))
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	var wrong, flags []string
	for _, err := range all {
		var field *data.FieldError
		if !errors.As(err, &field) {
			return withHint(err, "when and where: --start, --source and --min-elevation; by whom: --array and --stations; the rest: fringe simulate --help")
		}
		flag, unit, ok := flagOf(field.Field)
		if !ok {
			return err
		}
		wrong = append(wrong, fmt.Sprintf("--%s is %s%s, must be %s%s%s", flag, field.Value, unit, field.Want, unit, field.Remark()))
		flags = append(flags, "--"+flag)
	}
	return withHint(reworded{strings.Join(wrong, "; "), err}, "fringe simulate --help tells about %s", strings.Join(flags, " and "))
}

// unseenHint says what makes an array see its source.
func unseenHint(e *data.UnseenError) string {
	if e.Most > 0 {
		return fmt.Sprintf("--start %s begins when %d stations or more see it", data.FormatTime(e.Start), e.Enough)
	}
	return "choose another --source or --array, or lower --min-elevation"
}

// flagOf returns the flag and the unit of a field.
func flagOf(field string) (flag, unit string, ok bool) {
	f, ok := map[string]struct{ flag, unit string }{
		"start": {"start", ""}, "stations": {"stations", ""}, "scans": {"scans", ""}, "scan_sec": {"scan", " s"}, "gap_sec": {"gap", " s"},
		"integration_sec": {"integration", " s"}, "channels": {"channels", ""}, "freq_ghz": {"freq", " GHz"}, "bandwidth_ghz": {"bandwidth", " GHz"},
		"min_elevation_deg": {"min-elevation", " degrees"}, "dish_m": {"dish", " m"}, "frame": {"frame", ""}, "noise_scale": {"noise-scale", ""},
		"effects.drift.amplitude_sigma": {"gain-amplitude", ""}, "effects.drift.phase_sigma_deg": {"gain-phase", " degrees"},
		"effects.drift.correlation_sec": {"gain-time", " s"}, "effects.leakage.d_term": {"leakage", ""}, "effects.flags.fraction": {"lost", ""},
		"effects.flags.station_fraction": {"stations-off", ""}, "effects.smearing.time_samples": {"smear-time", ""},
		"effects.smearing.channel_samples": {"smear-channel", ""}, "dynamic_range": {"dynamic-range", ""},
	}[field]
	return f.flag, f.unit, ok
}
