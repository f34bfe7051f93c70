package main

import (
	"context"
	"fmt"
	"math"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// job is an imaging problem that is ready to be solved.
type job struct {
	grid    radio.Grid
	fluxJy  float64
	prior   *prior
	fit     *fit
	scale   infer.Scale // of regularizers
	problem infer.Problem
	errs    errorBudget

	firstStage int // iterations of the classical image that a denoiser starts from
	options    imageOptions
}

// validate checks the flags before anything is read.
func (o imageOptions) validate() error {
	if o.out == "" {
		return withHint(fmt.Errorf("no folder for the results"), "name one with --out DIR")
	}
	if o.npix < 8 || o.npix > 4096 {
		return fmt.Errorf("--npix is %d, must be between 8 and 4096", o.npix)
	}
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
	if !(o.fluxJy >= 0) || math.IsInf(o.fluxJy, 0) {
		return fmt.Errorf("--flux is %g Jy, must be positive", o.fluxJy)
	}
	if !(o.strength >= 0) || math.IsInf(o.strength, 0) {
		return fmt.Errorf("--strength is %g, must be positive", o.strength)
	}
	if o.maxIter < 0 {
		return fmt.Errorf("--max-iter is %d, must not be negative", o.maxIter)
	}
	if o.method != "pnp" && o.method != "red" {
		return fmt.Errorf("--method %q is unknown: known are pnp, red", o.method)
	}
	if o.data != "auto" {
		if _, err := parseData(o.data); err != nil {
			return err
		}
	}
	if _, err := startImage(o.start, radio.Grid{NX: 8, NY: 8, CellRad: 1}, 1, 1); err != nil {
		return err
	}
	return checkPrior(o.prior)
}

// prepare turns an observation into a problem: prior, grid, flux, data terms and first image. The caller closes it.
func (o imageOptions) prepare(obs *observation) (*job, error) {
	p, err := openPrior(o.prior)
	if err != nil {
		return nil, err
	}
	j := &job{prior: p, options: o}
	if err := j.form(obs); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

func (j *job) form(obs *observation) (err error) {
	o := j.options
	weights, err := o.dataWeights(obs, j.prior)
	if err != nil {
		return err
	}
	if o.strength > 0 && j.prior.denoiser == nil {
		return withHint(fmt.Errorf("--strength is that of a denoiser, and %s is none", j.prior.name),
			"give each regularizer its own, such as --prior entropy=1,tv=0.5")
	}
	j.grid, j.fluxJy = o.grid(obs, j.prior), o.fluxJy
	if j.fluxJy == 0 {
		j.fluxJy = obs.fluxJy()
	}
	if !(j.fluxJy > 0) {
		return withHint(fmt.Errorf("the amplitude on the shortest baselines is %g Jy", j.fluxJy), "give the total flux with --flux")
	}
	beam := obs.resolutionRad()
	if j.problem.Start, err = startImage(o.start, j.grid, j.fluxJy, beam); err != nil {
		return err
	}
	j.scale = infer.Scale{Grid: j.grid, FluxJy: j.fluxJy, BeamRad: beam, Prior: j.problem.Start}
	if err := j.prior.regularize(j.scale); err != nil {
		return err
	}
	j.errs = o.errorBudget(obs, j.prior)
	if j.fit, err = newFit(obs.vis, j.grid, weights, j.errs, o.closureSNR); err != nil {
		return err
	}
	if n := j.fit.tooFaint(o.closureSNR); n > 0 && obs.vis.HasStations() {
		obs.note("closure quantities leave out %d of %d visibilities, below %g sigma (--closure-snr)", n, j.fit.vis.Len(), o.closureSNR)
	}
	return j.assemble(weights)
}

// grid returns the pixel grid: square, of the given field, or with pixels such as the network was trained on, or of 1/12 of
// the resolution.
func (o imageOptions) grid(obs *observation, p *prior) radio.Grid {
	const uas = radio.Microarcsecond
	cell := o.fov.value / float64(o.npix)
	switch {
	case cell > 0 && p.cellRad > 0 && math.Abs(math.Log(cell/p.cellRad)) > math.Log(1.25):
		obs.note("%s was trained on pixels of %.3g uas, these have %.3g uas: it has not learned from such skies", p.name, p.cellRad/uas, cell/uas)
	case cell == 0 && p.cellRad > 0 && suits(p.cellRad, o.npix, obs.resolutionRad()):
		cell = p.cellRad
		obs.note("field of view %.4g uas: pixels such as %s was trained on (--npix widens it with these pixels)", cell*float64(o.npix)/uas, p.name)
	case cell == 0 && p.cellRad > 0:
		cell = obs.resolutionRad() / 12
		obs.note("warning: %s was trained on pixels of %.3g uas, which do not suit a resolution of %.3g uas: it has not learned from such skies",
			p.name, p.cellRad/uas, obs.resolutionRad()/uas)
		obs.note("field of view %.4g uas: pixels of 1/12 of the resolution (--fov sets it)", cell*float64(o.npix)/uas)
	case cell == 0:
		cell = obs.resolutionRad() / 12
		obs.note("field of view %.4g uas: pixels of 1/12 of the resolution (--fov sets it)", cell*float64(o.npix)/uas)
	}
	return radio.Grid{NX: o.npix, NY: o.npix, CellRad: cell}
}

// errorBudget returns the errors besides thermal noise. An unrolled network has learned how far to trust data with the
// systematic error of its training, so that one is used unless the user gives another.
func (o imageOptions) errorBudget(obs *observation, p *prior) errorBudget {
	sys, origin := o.sys, ""
	if p.network != nil {
		switch {
		case !o.sysGiven:
			sys, origin = p.systematic, fmt.Sprintf(", as in the training of %s (--sys sets it)", p.name)
		case o.sys != p.systematic:
			origin = fmt.Sprintf("; %s was trained with %.3g %%", p.name, 100*p.systematic)
		}
	}
	if sys > 0 || origin != "" {
		obs.note("errors include a systematic %.3g %% of the amplitude%s", 100*sys, origin)
	}
	return errorBudget{sys, o.gains}
}

// dataWeights returns what is fitted with which weight.
func (o imageOptions) dataWeights(obs *observation, p *prior) (map[string]float64, error) {
	if p.network != nil {
		if o.data != "auto" && o.data != "vis" {
			return nil, withHint(fmt.Errorf("%s is an unrolled network, which works on calibrated visibilities, not on %s", p.name, o.data),
				"use --data vis on self-calibrated data, or a denoiser as prior")
		}
		return map[string]float64{"vis": 1}, nil
	}
	if o.data == "auto" {
		if !obs.vis.HasStations() {
			obs.note("fitted to complex visibilities: without stations there are no closure quantities, and the data are taken for calibrated")
			return map[string]float64{"vis": 1}, nil
		}
		return parseData(autoData)
	}
	return parseData(o.data)
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

// assemble puts the data terms together. The flux is a datum unless complex visibilities are fitted and nobody gave a flux.
func (j *job) assemble(weights map[string]float64) error {
	j.problem.Grid = j.grid
	j.problem.Terms = []infer.Part{{Name: "data", Weight: 1, Term: j.fit.likelihood}}
	given := j.options.fluxJy > 0
	if weights["vis"] == 0 || given {
		tolerance := estimatedFluxTolerance
		if given {
			tolerance = givenFluxTolerance
		}
		flux, err := measure.NewFlux(j.fluxJy, tolerance*j.fluxJy)
		if err != nil {
			return err
		}
		j.problem.Terms = append(j.problem.Terms, infer.Part{Name: "flux", Weight: 1, Term: flux})
	}
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
	return j.classical(ctx, j.prior.terms)
}

func (j *job) beamRad() float64 { return 1 / j.fit.vis.UVMax() }

func (j *job) close() {
	if j.fit != nil {
		j.fit.op.Close()
	}
	if j.prior != nil {
		j.prior.close()
	}
}

// suits reports whether pixels of a training make sense for a resolution: the resolution is two pixels at least, and a third of
// the field at most.
func suits(cellRad float64, npix int, resolutionRad float64) bool {
	return resolutionRad >= 2*cellRad && 3*resolutionRad <= float64(npix)*cellRad
}
