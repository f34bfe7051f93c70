package main

import (
	"fmt"
	"math"
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
		return "stations may be off by more than --gain-error, as is usual before self-calibration; or " + j.another()
	}
	return j.another()
}

// another names what else to try; of a denoiser also its strength, which is what keeps an image from the data.
func (j *job) another() string {
	if j.prior.denoiser != nil {
		return "try a smaller --strength, or another --fov, --flux or --start"
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

// stuck warns of a fit that ended where it started and explains the data poorly.
func (out *outcome) stuck() []string {
	poor := false
	for _, value := range out.report.ReducedChi2 {
		poor = poor || value > poorFit
	}
	if start := out.job.problem.Start; !poor || out.job.prior.network != nil || moved(start, out.result.Image) > stillStart {
		return nil
	}
	return []string{fmt.Sprintf("the image is still the start, after %d iterations (%s): try another --start, --flux or --solver", out.result.Iterations, out.result.Stop)}
}

// stillStart is the share of the flux that must move for an image to be more than its start.
const stillStart = 0.01

// moved returns Σ|image − start| / 2Σ|start|, the share of the flux that has moved.
func moved(start, image []float64) float64 {
	change, total := 0.0, 0.0
	for i, s := range start {
		change += math.Abs(image[i] - s)
		total += math.Abs(s)
	}
	return change / (2 * total)
}

// tooGood warns of errors that are far too generous, and says which. Plain amplitudes do not count: --gain-error widens theirs on purpose.
func tooGood(all []residualReport, systematic float64, flag string) []string {
	var list []string
	for _, r := range all {
		if r.Fitted && !strings.HasPrefix(r.Kind, "amp") && r.Data >= enoughData && r.ReducedChi2 < suspiciousFit {
			list = append(list, fmt.Sprintf("the image fits better than errors allow, reduced chi2 of %s is %.2g: %s", r.Kind, r.ReducedChi2, generous(r, systematic, flag)))
		}
	}
	return list
}

// systematicFlag is the flag that sets the systematic error of all data: --gain-error until amplitudes are calibrated, see [job.errorBudget].
func (j *job) systematicFlag() string {
	if j.calibrated && !j.amplitudesCalibrated && j.options.data == "auto" {
		return "--gain-error"
	}
	return "--sys"
}

// generous says which errors are too generous: the systematic one, when with thermal noise alone the fit would be one that errors allow. Where it
// is most of the errors, χ² = 1 wants one that is √χ² as large.
func generous(r residualReport, systematic float64, flag string) string {
	switch {
	case r.ThermalChi2 == nil || systematic == 0 || *r.ThermalChi2 < suspiciousFit:
		return "the weights of the file promise more noise than there is, or the prior is too weak (--prior with larger strengths, or --cv)"
	case *r.ThermalChi2 < poorFit:
		return fmt.Sprintf("it would be %.2g of thermal noise alone, and the systematic error of %.2g %% of the amplitude (%s) is what is too generous: try %s 0, as for a simulation", *r.ThermalChi2, 100*systematic, flag, flag)
	}
	return fmt.Sprintf("it would be %.2g of thermal noise alone, and the systematic error of %.2g %% of the amplitude (%s) is what is too generous: try %s %.1g", *r.ThermalChi2, 100*systematic,
		flag, flag, systematic*math.Sqrt(r.ReducedChi2))
}

// The user is warned of a reduced χ² below suspiciousFit where there are enoughData: chance alone leaves 1 ± √(2/100) of so many.
const (
	suspiciousFit = 0.3
	enoughData    = 100
)
