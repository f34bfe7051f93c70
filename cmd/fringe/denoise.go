package main

import (
	"context"

	"fringe/infer"
)

// denoise images with a denoiser as the prior. A closure fit may lie anywhere in the field; it is kept at the centre, where
// the denoiser was trained to expect it.
func (j *job) denoise(ctx context.Context) (*infer.Result, error) {
	if j.options.method == "red" {
		return infer.RED(ctx, j.problem, j.prior.denoiser, infer.REDConfig{MaxIterations: j.options.maxIter})
	}
	return infer.PnP(ctx, j.problem, j.prior.denoiser, infer.PnPConfig{Steps: j.options.maxIter, Recentre: j.closuresOnly()})
}

// closuresOnly reports whether nothing that is fitted knows the position of the source.
func (j *job) closuresOnly() bool { return j.fit.weights["vis"] == 0 }

// method names the solver for reports.
func (j *job) method() string {
	switch {
	case j.prior.network != nil:
		return "unrolled"
	case j.prior.denoiser != nil:
		return j.options.method
	}
	return "rml"
}
