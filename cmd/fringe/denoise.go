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
		first, err := j.classical(ctx, terms, nil)
		if err != nil || first.Stop == infer.Cancelled {
			return first, err
		}
		j.firstStage = first.Iterations
		j.problem.Start = infer.Blur(j.grid, first.Image, j.resolution/2)
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

// classical images with the given regularizers.
func (j *job) classical(ctx context.Context, terms []infer.Part, penalties []infer.Penalty) (*infer.Result, error) {
	problem := j.problem
	problem.Terms, problem.Penalties = slices.Concat(problem.Terms, terms), penalties
	c, err := j.solver(penalties)
	if err != nil {
		return nil, err
	}
	return infer.Solve(ctx, problem, c)
}

// solver returns the settings of the solver. Without complex visibilities there are local minima, from which rounds of blur and restart
// free the image; with them one longer round is as good.
func (j *job) solver(penalties []infer.Penalty) (infer.SolverConfig, error) {
	c, err := j.options.solverFlags.config(len(penalties) > 0)
	if err != nil || !j.phaseless() {
		if c.Solver == infer.LBFGS && c.MaxIterations == 0 {
			c.MaxIterations = 800
		}
		return c, err
	}
	rounds := infer.EHTDefaults(j.resolution)
	c.Rounds = make([]infer.Round, rounds.Rounds)
	for k := 1; k < len(c.Rounds); k++ {
		c.Rounds[k].BlurFWHMRad = rounds.BlurFWHMRad
	}
	return c, nil
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
	c, err := j.solver(j.prior.penalties)
	if err != nil || c.Solver == infer.LBFGS {
		return "rml"
	}
	return "rml by " + string(c.Solver)
}
