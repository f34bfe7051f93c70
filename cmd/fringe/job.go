package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// job is an imaging problem that is ready to be solved.
type job struct {
	options imageOptions
	sets    []*dataset
	grid    radio.Grid
	freqHz  []float64 // of the channels of a cube; nil for an image
	fluxJy  float64
	prior   *prior
	scale   infer.Scale // of regularizers
	problem infer.Problem
	errs    errorBudget

	validation           *infer.CVTable // of the strengths; nil without
	resolution           float64        // 1/(longest baseline), radians
	wide                 bool           // the data are calibrated and of a connected array: the field may hold many resolutions
	calibrated           bool           // by self-calibration, here or before, so that complex visibilities can be fitted
	amplitudesCalibrated bool           // as well as phases
	firstStage           int            // iterations of the classical image that a denoiser starts from
}

// prepare turns observations into a problem: prior, grid, flux, data terms and first image. The caller closes it.
func (o imageOptions) prepare(all []*observation) (*job, error) {
	weights, err := parseDatasetWeights(o.setWeights, len(all))
	if err != nil {
		return nil, err
	}
	p, err := openPrior(o.prior)
	if err != nil {
		return nil, err
	}
	j := &job{prior: p, options: o, wide: true}
	marked := calibrationOf(all)
	j.calibrated, j.amplitudesCalibrated = marked.Phases, marked.Amplitudes
	for i, obs := range all {
		j.sets = append(j.sets, &dataset{obs: obs, weight: weights[i], name: o.paths[i]})
		j.resolution = max(j.resolution, obs.vis.UVMax())
		j.wide = j.wide && obs.calibrated()
	}
	j.resolution = 1 / j.resolution
	if p.doubt != "" {
		j.note("%s", p.doubt)
	}
	if j.calibrated && o.data == "auto" {
		j.note("fitted to complex visibilities: fringe selfcal has calibrated them (--data amp=0.2,cphase,logcamp does not rely on it)")
	}
	if err := j.form(); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

// calibrationOf returns what self-calibration has done to all of those data that are not taken for calibrated anyway.
func calibrationOf(all []*observation) (c radio.Calibration) {
	found := false
	for _, obs := range all {
		switch {
		case obs.calibrated():
		case found:
			c = c.And(obs.vis.Calibration)
		default:
			c, found = obs.vis.Calibration, true
		}
	}
	return c
}

func (j *job) form() (err error) {
	if err := j.checkPrior(); err != nil {
		return err
	}
	if err := j.checkSelfcal(); err != nil {
		return err
	}
	if err := j.cubeSets(); err != nil {
		return err
	}
	if err := j.chooseGrid(); err != nil {
		return err
	}
	j.limitAverages()
	if err := j.checkPositions(); err != nil {
		return err
	}
	if err := j.chooseFlux(); err != nil {
		return err
	}
	j.problem.Grid = j.grid
	if j.problem.Mask, err = maskPixels(j.options.mask, j.grid, j.skyReader()); err != nil {
		return err
	}
	if j.problem.Start, err = j.startImage(); err != nil {
		return err
	}
	j.problem.Start = slices.Repeat(j.problem.Start, j.channels())
	j.scale = infer.Scale{Grid: j.grid, Channels: j.problem.Channels, FluxJy: j.fluxJy, BeamRad: j.resolution, Prior: j.problem.Start}
	j.errs = j.errorBudget()
	for _, s := range j.sets {
		if err := j.formSet(s); err != nil {
			return err
		}
	}
	if err := j.prior.regularize(j.scale, j.options.proximal(j.prior.name, j.convex())); err != nil {
		return err
	}
	j.adviseStrengths()
	return j.assemble()
}

// adviseStrengths tells that strengths are for the number of data that they were made for, see [infer.ParseRegularizers].
func (j *job) adviseStrengths() {
	n := 0
	for _, s := range j.sets {
		n += s.fit.vis.Len()
	}
	if n > 10*strengthData && len(j.prior.terms)+len(j.prior.penalties) > 0 && !j.options.cv {
		j.note("strengths of 1 suit some %d data: for %d visibilities they may be too weak (--cv chooses them)", strengthData, n)
	}
}

// strengthData is about how many data strengths of 1 are for.
const strengthData = 200

// checkPrior refuses flags that do not suit the prior.
func (j *job) checkPrior() error {
	o := j.options
	if o.strength > 0 && j.prior.denoiser == nil {
		return withHint(fmt.Errorf("--strength is that of a denoiser, and %s is none", j.prior.name),
			"give each regularizer its own, such as --prior entropy=1,tv=0.5")
	}
	if j.prior.network == nil {
		return nil
	}
	for _, f := range []struct{ name, value, none string }{{"mask", o.mask, "none"}, {"start", o.start, "auto"}, {"primary-beam", o.beam, "none"}, {"robust-noise", o.robustFit, "none"}} {
		if f.value != f.none {
			return withHint(fmt.Errorf("--%s is not for %s, an unrolled network: it knows its own steps only", f.name, j.prior.name), "leave --%s out, or take another --prior", f.name)
		}
	}
	return nil
}

// checkPositions refuses files of different parts of the sky. A file that does not tell its position is believed.
func (j *job) checkPositions() error {
	first, field := j.sets[0], float64(j.grid.NX)*j.grid.CellRad
	a := first.obs.vis.Source
	for _, s := range j.sets[1:] {
		b := s.obs.vis.Source
		if a.RARad == 0 && a.DecRad == 0 || b.RARad == 0 && b.DecRad == 0 {
			continue
		}
		if away := separation(a, b); away > field {
			return withHint(fmt.Errorf("%s is of %s and %s of %s: their phase centres are %s apart, more than the field of %s", first.name, a.Name, s.name, b.Name, angleText(away), angleText(field)),
				"image files of different sources one by one")
		}
	}
	return nil
}

// chooseFlux takes the flux that was given, or the largest estimate.
func (j *job) chooseFlux() error {
	if j.fluxJy = j.options.flux.value; j.fluxJy > 0 {
		return nil
	}
	for _, s := range j.fitted() {
		j.fluxJy = max(j.fluxJy, s.obs.fluxJy())
	}
	if !(j.fluxJy > 0) {
		return withHint(fmt.Errorf("the amplitude on the shortest baselines is %g Jy", j.fluxJy), "give the total flux with --flux")
	}
	return nil
}

// formSet makes the fit of one data set.
func (j *job) formSet(s *dataset) error {
	spec, err := j.dataSpec(s.obs)
	if err != nil {
		return err
	}
	if s.fit, err = newFit(s.obs.vis, j.grid, spec); err != nil {
		return err
	}
	if n := s.fit.tooFaint(); n > 0 && spec.fitsClosures() {
		s.obs.note("closure quantities leave out %d of %d visibilities, below %g sigma (--closure-snr)", n, s.fit.vis.Len(), spec.minSNR)
	}
	return nil
}

// dataSpec says what of an observation is fitted.
func (j *job) dataSpec(obs *observation) (spec dataSpec, err error) {
	o := j.options
	spec = dataSpec{errs: j.errs, minSNR: o.closureSNR}
	if spec.density, err = parseRobust(o.robustFit); err != nil {
		return spec, err
	}
	if spec.weights, err = j.dataWeights(obs); err != nil {
		return spec, err
	}
	if _, gaussian := spec.density.(measure.Gaussian); !gaussian && !spec.fitsVis() {
		return spec, withHint(fmt.Errorf("--robust-noise %s is for complex visibilities, and %s is fitted", o.robustFit, spec.describe()), "leave it out, or fit vis with --data")
	}
	spec.beam, err = primaryBeam(o.beam, j.grid, meanFreqHz(obs.vis), skyReader{obs.vis.Source, obs.note})
	return spec, err
}

// note tells something about the whole job.
func (j *job) note(format string, args ...any) { j.sets[0].obs.note(format, args...) }

// skyReader reads images for the whole job.
func (j *job) skyReader() skyReader { return skyReader{j.sets[0].obs.vis.Source, j.note} }

// errorBudget returns the errors besides thermal noise. An unrolled network has learned how far to trust data with the
// systematic error of its training, so that one is used unless the user gives another.
func (j *job) errorBudget() errorBudget {
	o := j.options
	sys, origin := j.systematic()
	if sys > 0 || origin != "" {
		j.note("errors include a systematic %.3g %% of the amplitude%s", 100*sys, origin)
	}
	if j.systematicFlag() != "--sys" {
		sys = math.Hypot(sys, o.gains)
		j.note("until amplitudes are calibrated the errors of all data grow by --gain-error, to %.3g %%", 100*sys)
	}
	return errorBudget{sys, o.gains}
}

// systematic returns the systematic error of all data, as a fraction of the amplitude, and what is to be told of where it is from.
func (j *job) systematic() (fraction float64, origin string) {
	o, p := j.options, j.prior
	switch {
	case p.network == nil || o.sys == p.systematic && o.sysGiven:
		return o.sys, ""
	case !o.sysGiven:
		return p.systematic, fmt.Sprintf(", as in the training of %s (--sys sets it)", p.name)
	}
	return o.sys, fmt.Sprintf("; %s was trained with %.3g %%", p.name, 100*p.systematic)
}

// dataWeights returns what is fitted with which weight.
func (j *job) dataWeights(obs *observation) (map[string]float64, error) {
	o, p := j.options, j.prior
	if p.network != nil {
		if o.data != "auto" && o.data != "vis" {
			return nil, withHint(fmt.Errorf("%s is an unrolled network, which works on calibrated visibilities, not on %s", p.name, o.data),
				"use --data vis on self-calibrated data, or a denoiser as prior")
		}
		return map[string]float64{"vis": 1}, nil
	}
	if o.data != "auto" {
		return parseData(o.data)
	}
	switch {
	case j.calibrated:
	case !obs.vis.HasStations():
		obs.note("fitted to complex visibilities: without stations there are no closure quantities, and the data are taken for calibrated")
	case obs.vis.Connected():
		obs.note("fitted to complex visibilities: connected arrays calibrate before imaging (--data amp=0.2,cphase,logcamp does not rely on it)")
	default:
		return parseData(autoData)
	}
	return map[string]float64{"vis": 1}, nil
}

// autoData is fitted unless told otherwise: closure quantities carry the shape whatever the stations' gains, and amplitudes
// with a low weight and a wide error tell compact from extended. The weights are customary with
// eht-imaging.
const autoData = "amp=0.2,cphase,logcamp"

// Standard deviations of the total flux, as fractions of it, where it is a datum. A given flux is taken at its word: closure
// quantities know nothing of it, so the number only has to be small against what one would notice. An estimated one may
// be off by a factor.
const (
	givenFluxTolerance     = 0.01
	estimatedFluxTolerance = 0.5
)

// assemble puts the objective's data terms together. The flux is a datum unless complex visibilities are fitted and nobody gave a flux.
func (j *job) assemble() error {
	j.problem.Terms = j.dataTerms()
	given := j.options.flux.value > 0
	if !j.phaseless() && !given {
		return nil
	}
	tolerance := estimatedFluxTolerance
	if given {
		tolerance = givenFluxTolerance
	}
	total := j.fluxJy * float64(j.channels()) // of all channels together
	flux, err := measure.NewFlux(total, tolerance*total)
	if err != nil {
		return err
	}
	j.problem.Terms = append(j.problem.Terms, infer.Part{Name: "flux of the image", Weight: 1, Term: flux})
	return nil
}

// solve runs the solver that suits the prior.
func (j *job) solve(ctx context.Context, p *progress) (*infer.Result, error) {
	defer p.done()
	j.problem.Progress = p.step
	switch {
	case j.prior.network != nil:
		return j.unroll(ctx)
	case j.prior.denoiser != nil:
		return j.denoise(ctx)
	}
	return j.classical(ctx, j.prior.terms, j.prior.penalties)
}

// channels returns the number of planes of the image.
func (j *job) channels() int { return max(1, j.problem.Channels) }

// phaseless reports whether nothing that is fitted knows the position of the source.
func (j *job) phaseless() bool {
	return !slices.ContainsFunc(j.sets, func(s *dataset) bool { return s.weight > 0 && s.fit.spec.fitsVis() })
}

// convex reports whether nothing but complex visibilities with Gaussian errors is fitted, so that the data have no local minima.
func (j *job) convex() bool {
	return !slices.ContainsFunc(j.fitted(), func(s *dataset) bool { return s.fit.quadratic == nil || s.fit.rest != nil })
}

func (j *job) close() {
	for _, s := range j.sets {
		if s.fit != nil {
			s.fit.close()
		}
	}
	if j.prior != nil {
		j.prior.close()
	}
}
