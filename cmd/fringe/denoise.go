package main

import (
	"cmp"
	"context"
	"slices"

	"fringe/infer"
)

// denoise images with a denoiser as the prior. Without complex visibilities the fit has local minima, and the position is
// free: it then starts from the classical image, blurred by half the beam, and is kept at the centre, where the denoiser was
// trained to expect it.
func (j *job) denoise(ctx context.Context) (*infer.Result, error) {
	if j.phaseless() {
		terms, err := infer.ParseRegularizers(infer.EHTRegularizers, j.scale)
		if err != nil {
			return nil, err
		}
		first, err := j.classical(ctx, terms)
		if err != nil || first.Stop == infer.Cancelled {
			return first, err
		}
		j.firstStage = first.Iterations
		j.problem.Start = infer.Blur(j.grid, first.Image, j.beamRad()/2)
	}
	if j.options.method == "red" {
		iterations := cmp.Or(j.options.maxIter, 500)
		// The noise level falls over a fifth of the iterations, as it does in plug-and-play.
		c := infer.REDConfig{MaxIterations: iterations, Anneal: iterations / 5, Strength: j.options.strength}
		return infer.RED(ctx, j.problem, j.prior.denoiser, c)
	}
	c := infer.PnPConfig{Recentre: j.phaseless(), Strength: j.options.strength}
	if j.options.maxIter > 0 {
		c.Steps, c.Hold = j.options.maxIter, -1
	}
	return infer.PnP(ctx, j.problem, j.prior.denoiser, c)
}

// phaseless reports whether nothing that is fitted knows the position of the source.
func (j *job) phaseless() bool { return j.fit.weights["vis"] == 0 }

// classical images with the given regularizers.
func (j *job) classical(ctx context.Context, terms []infer.Part) (*infer.Result, error) {
	problem := j.problem
	problem.Terms = slices.Concat(problem.Terms, terms)
	c := infer.EHTDefaults(j.beamRad())
	if j.options.maxIter > 0 {
		c.MaxIterations = j.options.maxIter
	}
	return infer.RML(ctx, problem, c)
}

// method names the solver for reports.
func (j *job) method() string {
	switch {
	case j.prior.network != nil:
		return "unrolled"
	case j.prior.denoiser != nil && j.phaseless():
		return j.options.method + " from the rml image"
	case j.prior.denoiser != nil:
		return j.options.method
	}
	return "rml"
}
