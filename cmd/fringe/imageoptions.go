package main

import (
	"fmt"
	"math"

	"fringe/infer"

	"github.com/spf13/cobra"
)

// imageOptions are the flags of fringe image.
type imageOptions struct {
	selection
	solverFlags
	weightingFlags
	paths           []string
	setWeights      string
	out             string
	prior           string
	method          string
	strength        float64 // of a denoiser; 0 for the method's own
	data            string
	robustFit       string
	npix            int // 0 for as many as the data want
	fov             quantity
	flux            quantity
	sys, gains      float64
	sysGiven        bool // by the user; otherwise an unrolled network brings its own
	closureSNR      float64
	start           string
	mask            string
	beam            string
	selfcal         string
	selfcalInterval string
	cube            int // channels of a cube; 0 for one image of all frequencies
	cv              bool
	folds           string // of the cross-validation
	force           bool
}

// maxPixels is the most that --npix takes.
const maxPixels = 4096

// defaultOptions is what a newcomer gets, and what demo starts from.
func defaultOptions() imageOptions {
	return imageOptions{
		selection:   selection{uvMin: length(""), scans: true, vlbiScans: true},
		solverFlags: newSolverFlags(), weightingFlags: newWeightingFlags(),
		prior: infer.EHTRegularizers, method: "pnp", data: "auto", robustFit: "none", fov: angle(""), flux: flux(""), sys: 0.01, gains: 0.1, closureSNR: 3,
		start: "auto", mask: "none", beam: "none", selfcal: "none", selfcalInterval: "scan", folds: defaultFolds,
	}
}

// register declares the flags, in groups for help.
func (o *imageOptions) register(c *cobra.Command) {
	f := c.Flags()
	g := newFlagGroups(c)
	f.StringVarP(&o.out, "out", "o", "", "folder of the results (required)")
	f.StringVar(&o.prior, "prior", o.prior,
		"what is assumed of the sky: regularizers with strengths (entropy=1,tv=0.5), or the folder of a checkpoint")
	f.Var(&o.fov, "fov",
		"field of view, such as 128uas, 10mas, 3arcsec (default: of the resolution, a checkpoint's pixels, or the shortest baselines)")
	f.IntVar(&o.npix, "npix", o.npix,
		"pixels along each side, of --fov/npix each; without --fov their size stays 1/12 of the resolution (default: 64, or 6 to a resolution of a wide field, up to 512)")
	f.Var(&o.flux, "flux", "total flux, such as 0.6 or 8Jy or 350mJy (default: the amplitude on the shortest baselines, or the largest one)")
	f.IntVar(&o.cube, "cube", 0, "make a cube of so many channels, each of as many neighbouring frequencies (default: one image of all); --prior tv_channel joins them")
	f.BoolVar(&o.force, "force", o.force, "overwrite a finished result")
	g.end("The image")
	f.StringVar(&o.data, "data", o.data,
		"what is fitted, with weights: of vis, amp, cphase, logcamp, wcphase, wlogcamp (with the correlations of their errors), bispectrum; auto is amp=0.2,cphase,logcamp, or vis for calibrated data and unrolled networks")
	f.Float64Var(&o.sys, "sys", o.sys,
		"systematic error of all data, as a fraction of the amplitude (default for an unrolled network: that of its training)")
	f.Float64Var(&o.gains, "gain-error", o.gains, "further error of plain amplitudes, as a fraction: stations are off by some per cent")
	f.Float64Var(&o.closureSNR, "closure-snr", o.closureSNR,
		"leave visibilities with a smaller |V|/sigma out of closure quantities, whose errors hold to first order only")
	f.StringVar(&o.robustFit, "robust-noise", o.robustFit, "errors of complex visibilities with outliers: huber:2.5 (sigma), student:4 (degrees of freedom), none")
	f.StringVar(&o.setWeights, "dataset-weights", "", "weights of several files against each other, such as 1,0.5 (0: compared, not fitted)")
	f.StringVar(&o.beam, "primary-beam", o.beam, "response of the dishes: gauss:FWHM (gauss:20arcsec), airy:DIAMETER (airy:10.7m), FILE.fits, none")
	f.StringVar(&o.selfcal, "selfcal", o.selfcal,
		"rounds of self-calibration: phase, amplitude, both, such as phase,both; after each the image is made again (with --data auto of complex visibilities), or none")
	f.StringVar(&o.selfcalInterval, "selfcal-interval", o.selfcalInterval, "time over which gains are constant, such as 30s or scan; one for all rounds, or one for each")
	g.end("The fit")
	o.addFlags(f)
	g.end("The data")
	o.solverFlags.register(f)
	f.StringVar(&o.start, "start", o.start,
		"first image, and what entropy prefers: flat, gauss, disc, with a size (gauss:40uas), dirty, FILE.fits (auto: gauss of twice the resolution or a quarter of the field)")
	f.StringVar(&o.mask, "mask", o.mask, "where the source may be: disc:SIZE, FILE.fits (positive there), none")
	f.StringVar(&o.method, "method", o.method,
		"how a denoiser is used: pnp (plug and play) or red (regularisation by denoising); without vis it starts from the classical image")
	f.Float64Var(&o.strength, "strength", o.strength,
		"weight of a denoiser against the data (default: the method's own, 0.05 for pnp and 0.1 for red)")
	f.BoolVar(&o.cv, "cv", false, "choose the strengths of the prior by cross-validation")
	f.StringVar(&o.folds, "folds", o.folds,
		"parts of the data that are left out in turn: 5, or cells:5, dartboard:5, scans:5 (default: cells for complex visibilities, otherwise scans)")
	g.end("The solver")
	o.weightingFlags.register(f)
	g.end("Weights of dirty.fits, beam.fits, residual.fits and restored.fits")
}

// given refuses flags that the prior has no use for: nothing given is silently ignored.
func (o *imageOptions) given(c *cobra.Command) error {
	f := c.Flags()
	o.sysGiven = f.Changed("sys")
	if f.Changed("npix") && o.npix == 0 {
		return withHint(fmt.Errorf("--npix is 0, must be between 8 and %d", maxPixels), "leave --npix out for as many as the data want")
	}
	if f.Changed("scan-average") {
		o.vlbiScans = false
	}
	if !isCheckpoint(o.prior) && f.Changed("method") {
		return withHint(fmt.Errorf("--method %s is for a denoiser, and --prior %s is none", o.method, o.prior),
			"name a checkpoint with --prior, such as checkpoints/denoiser-eht64")
	}
	for _, name := range solverFlagNames() {
		if isCheckpoint(o.prior) && f.Changed(name) {
			return withHint(fmt.Errorf("--%s is for regularizers, and --prior %s is a learned prior", name, o.prior), "leave --%s out, or name regularizers with --prior", name)
		}
	}
	return o.checkRobust(f)
}

// validate checks the flags before anything is read.
func (o imageOptions) validate() error {
	if o.out == "" {
		return withHint(fmt.Errorf("no folder for the results"), "name one with --out DIR")
	}
	if o.npix != 0 && (o.npix < 8 || o.npix > maxPixels) {
		return fmt.Errorf("--npix is %d, must be between 8 and %d", o.npix, maxPixels)
	}
	if err := o.validateNumbers(); err != nil {
		return err
	}
	if o.cube < 0 || o.cube > maxDataSets {
		return fmt.Errorf("--cube is %d, must be at most %d channels", o.cube, maxDataSets)
	}
	if len(o.paths) > maxDataSets {
		return fmt.Errorf("%d files, at most %d can be imaged together", len(o.paths), maxDataSets)
	}
	if _, err := parseFolds(o.folds); err != nil {
		return err
	}
	if o.folds != defaultFolds && !o.cv {
		return withHint(fmt.Errorf("--folds is for a cross-validation"), "add --cv")
	}
	if o.method != "pnp" && o.method != "red" {
		return fmt.Errorf("--method %q is unknown: known are pnp, red", o.method)
	}
	for _, check := range []func() error{
		func() error { _, err := parseDatasetWeights(o.setWeights, max(len(o.paths), 1)); return err },
		func() error { _, err := o.selfcalSteps(); return err },
		func() error { _, err := parseRobust(o.robustFit); return err },
		func() error { _, err := o.weightingFlags.value(); return err },
		func() error { _, err := o.solverFlags.config(false); return err },
		func() error { return checkPrimaryBeam(o.beam) },
		func() error { return checkStart(o.start) },
		func() error { return checkMask(o.mask) },
		func() error { return checkPrior(o.prior, o.cube) },
		o.checkMap,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	if o.data != "auto" {
		if _, err := parseData(o.data); err != nil {
			return err
		}
	}
	return nil
}

// checkMap refuses a prior that knows positive pixels only where pixels may be negative.
func (o imageOptions) checkMap() error {
	if infer.Positive(o.mapping) == infer.Signed && namesRegularizer(o.prior, "entropy") {
		return withHint(fmt.Errorf("--map signed does not go with --prior %s: entropy has no value for negative pixels", o.prior),
			"leave entropy out of --prior, such as --prior tsv=1,l1=1, or leave --map signed out")
	}
	return nil
}

func (o imageOptions) validateNumbers() error {
	for _, f := range []struct {
		name  string
		value float64
	}{{"sys", o.sys}, {"gain-error", o.gains}} {
		if !(f.value >= 0 && f.value < 1) {
			return fmt.Errorf("--%s is %g, must be a fraction of at least 0 and below 1", f.name, f.value)
		}
	}
	if !(o.closureSNR >= 0) || math.IsInf(o.closureSNR, 0) {
		return fmt.Errorf("--closure-snr is %g, must not be negative", o.closureSNR)
	}
	if !(o.strength >= 0) || math.IsInf(o.strength, 0) {
		return fmt.Errorf("--strength is %g, must be positive", o.strength)
	}
	return nil
}
