package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"fringe/calibrate"
	"fringe/radio"

	"github.com/spf13/cobra"
)

// selfcalOptions are the flags of fringe selfcal.
type selfcalOptions struct {
	path, model, out string
	apply            string // a table of gains; then nothing is fitted
	modes, intervals string
	config           calibrate.Config // of all steps
	read             readFlags
	pick             pickFlags
	intraSite        bool
	sys              float64
	force            bool
}

func selfcalCommand() *cobra.Command {
	o := selfcalOptions{modes: "phase", intervals: "scan", sys: 0.01}
	limits := calibrate.Config{Mode: calibrate.Both}.WithDefaults()
	c := &cobra.Command{
		Use:   "selfcal OBS --model IMAGE.fits --out DIR",
		Short: "Calibrate station phases and amplitudes against an image",
		Long: `Find the complex gains of the stations with which an image explains the data, and take them out. DIR gets calibrated.uvfits, the
gains as gains.csv, gains.json and gains.png, and report.json.

Closure phases and closure amplitudes stay as they are. All else is made to agree with the model as well as one gain per station
and interval can, whether the model is right or wrong; its position, and with amplitudes its flux, become those of the data.

Steps follow one another: --mode phase,both --interval 10s,scan finds a phase every 10 s and then an amplitude and a phase per scan.
Baselines inside a site, which see extended flux, do not take part but are corrected.

--apply TABLE fits nothing: it takes the gains of an earlier run's gains.csv or gains.json out of other data of that observation.`,
		Example: `  fringe selfcal OBS.uvfits --model out/m87/image.fits --out out/phases
  fringe selfcal OBS.uvfits --model out/m87/image.fits --mode phase,both --interval 10s,scan --out out/selfcal
  fringe selfcal OTHERBAND.uvfits --apply out/selfcal/gains.csv --out out/otherband`,
		Args: oneArgument("one file of visibilities"),
		RunE: func(c *cobra.Command, args []string) error {
			o.path = args[0]
			if o.apply != "" {
				if err := o.checkApply(c.Flags()); err != nil {
					return err
				}
				return o.runApply(c.ErrOrStderr())
			}
			return o.run(c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "FITS image in Jy/pixel, such as image.fits of fringe image (required without --apply)")
	f.StringVar(&o.apply, "apply", "", "apply a table of gains, gains.csv or gains.json, instead of finding them")
	f.StringVarP(&o.out, "out", "o", "", "folder of the results (required)")
	o.read.register(f)
	o.pick.register(f)
	f.StringVar(&o.modes, "mode", o.modes, "steps, each of phase, amplitude, both")
	f.StringVar(&o.intervals, "interval", o.intervals, "time over which gains are constant, such as 10s, 2m, or scan; one for all steps, or one for each")
	f.BoolVar(&o.config.PerFrequency, "per-frequency", false, "a gain for every frequency")
	f.StringVar(&o.config.Reference, "reference", "", "station whose phase is zero (default: the one with the highest signal-to-noise ratio)")
	f.BoolVar(&o.config.Normalize, "normalize", false, "keep the flux scale of the data: the mean of ln|g| over the stations is zero")
	f.IntVar(&o.config.MinBaselines, "min-baselines", 0, "fewest baselines that a station needs (default 2 for phases, 3 for amplitudes)")
	f.Float64Var(&o.config.MinSNR, "min-snr", limits.MinSNR, "smallest signal-to-noise ratio of a gain")
	f.Float64Var(&o.config.MaxAmplitudeChange, "max-change", limits.MaxAmplitudeChange, "largest factor by which an amplitude may be off")
	f.BoolVar(&o.config.KeepUnsolved, "keep-unsolved", false, "keep the data of stations without a gain as they are, instead of flagging them")
	f.Float64Var(&o.sys, "sys", o.sys, "systematic error, as a fraction of the amplitude, that the fit allows for")
	f.BoolVar(&o.intraSite, "keep-intra-site", false, "let the baselines between stations of one site take part")
	f.BoolVar(&o.force, "force", false, "overwrite a finished result")
	return c
}

// steps returns the configs of the steps.
func (o selfcalOptions) steps() ([]calibrate.Config, error) {
	modes, intervals := strings.Split(o.modes, ","), strings.Split(o.intervals, ",")
	if len(intervals) != 1 && len(intervals) != len(modes) {
		return nil, withHint(fmt.Errorf("--interval %s has %d times, --mode %s %d steps", o.intervals, len(intervals), o.modes, len(modes)),
			"give one time for all steps, or one for each")
	}
	var list []calibrate.Config
	for i, name := range modes {
		c := o.config
		var err error
		if c.Mode, err = calibrate.ParseMode(strings.TrimSpace(name)); err != nil {
			return nil, withHint(err, "--mode is a list of steps, such as phase,both")
		}
		if c.IntervalSec, err = intervalSec(intervals[min(i, len(intervals)-1)]); err != nil {
			return nil, err
		}
		if err := c.Validate(); err != nil {
			return nil, withHint(err, "fringe selfcal --help explains the flags")
		}
		list = append(list, c)
	}
	return list, nil
}

// intervalSec reads scan as 0, or a time with a unit as seconds.
func intervalSec(text string) (float64, error) {
	text = strings.TrimSpace(text)
	if text == "scan" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, withHint(fmt.Errorf("--interval %q is no time", text), "write scan, or a number and a unit: 10s, 2m, 1h")
	}
	return d.Seconds(), nil
}

// check looks at the flags before anything is read.
func (o selfcalOptions) check() ([]calibrate.Config, error) {
	if o.out == "" {
		return nil, withHint(fmt.Errorf("no folder for the results"), "name one with --out DIR")
	}
	if o.model == "" {
		return nil, withHint(fmt.Errorf("no model to calibrate against"), "name a FITS image with --model, such as image.fits of fringe image")
	}
	if !(o.sys >= 0 && o.sys < 1) {
		return nil, fmt.Errorf("--sys is %g, must be a fraction of at least 0 and below 1", o.sys)
	}
	return o.steps()
}

// run calibrates from start to end. The table of gains goes to out, what happens is told on log.
func (o selfcalOptions) run(out, log io.Writer) error {
	steps, err := o.check()
	if err != nil {
		return err
	}
	dir := &outDir{path: o.out, names: selfcalFiles()}
	if err := dir.check(o.force); err != nil {
		return err
	}
	raw, err := o.read.visibilities(o.path)
	if err != nil {
		return err
	}
	if !raw.HasStations() {
		return withHint(fmt.Errorf("%s does not say which stations its visibilities are from", o.path), "give a file with stations, such as UVFITS")
	}
	fmt.Fprintf(log, "%s: %s\n", o.path, contents(raw))
	if raw, err = o.pick.apply(raw); err != nil {
		return err
	}
	sky, err := readModel(o.model, raw.Source, log)
	if err != nil {
		return err
	}
	fitted := o.fitted(raw, log)
	s := &selfcal{options: o, steps: steps, raw: raw, fitted: fitted, sky: sky}
	if err := s.solve(); err != nil {
		return err
	}
	if err := s.measure(); err != nil {
		return err
	}
	return s.save(dir, out, log)
}

// fitted returns the data that the gains are fitted to: with the systematic error, and without weight on baselines inside a site.
func (o selfcalOptions) fitted(raw *radio.Visibilities, log io.Writer) *radio.Visibilities {
	v := raw.WithSystematic(o.sys)
	for k := range v.Vis {
		if v.UVDistance(k) > o.pick.longest() {
			v.Weight[k] = 0
		}
	}
	if o.intraSite {
		return v
	}
	_, pairs := raw.WithoutIntraSite()
	if len(pairs) == 0 {
		return v
	}
	inside := raw.IntraSite()
	for k := range v.Vis {
		if inside(k) {
			v.Weight[k] = 0
		}
	}
	fmt.Fprintf(log, "the baselines inside a site, %s, do not take part (--keep-intra-site lets them)\n", strings.Join(pairs, ", "))
	return v
}
