package main

import (
	"fmt"
	"strings"

	"fringe/infer"
)

// poorFit is the reduced χ² above which the user is warned.
const poorFit = 2

// remedy is what may help where one kind of data is not explained.
func remedy(j *job, stop infer.Stop, kind string) string {
	text := remedyOf(j, kind)
	if stop == infer.IterationCap {
		text += "; the solver ended at its largest number of iterations, which --max-iter raises"
	}
	return text
}

func remedyOf(j *job, kind string) string {
	solver, vis := j.proximalSolver(), strings.HasPrefix(kind, "vis")
	switch {
	case j.prior.network != nil:
		return "an unrolled network is not refitted to the data; the stations may not be calibrated, or the source unlike its training"
	case solver != "" && !vis:
		return fmt.Sprintf("closure quantities and amplitudes have local minima in which %s stops: try --solver lbfgs", solver)
	case vis && j.calibrated:
		return "the gains that self-calibration found do not explain it: the errors may be larger than the weights say; or try other rounds of --selfcal, another --fov or --flux"
	case vis && j.wide:
		return "the errors may be larger than the weights say, or phases not calibrated; or try another --fov or --flux"
	case vis:
		return "the stations may not be calibrated: leave --data away to fit closures"
	case strings.HasPrefix(kind, "amp"):
		return "stations may be off by more than --gain-error, as is usual before self-calibration; or try another --fov, --flux or --start"
	}
	return "try another --fov, --flux or --start"
}

// proximalSolver names the solver with proximal steps that regularizers are fitted by; empty for others.
func (j *job) proximalSolver() infer.Solver {
	if j.prior.denoiser != nil || j.prior.network != nil {
		return ""
	}
	switch c, err := j.solver(j.prior.penalties); {
	case err != nil:
	case c.Solver == infer.FISTA, c.Solver == infer.ADMM, c.Solver == infer.PrimalDual:
		return c.Solver
	}
	return ""
}
