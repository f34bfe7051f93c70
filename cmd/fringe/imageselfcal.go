package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"fringe/calibrate"
	"fringe/infer"
	"fringe/radio"
)

// calibration is what self-calibration has found of one data set.
type calibration struct {
	table   calibrate.Table
	steps   []selfcalStep
	trouble []string
}

// imageSelfcalReport is what report.json of an image says of the rounds of self-calibration of a data set.
type imageSelfcalReport struct {
	DataSet  int                        `json:"data_set"`
	Steps    []selfcalStep              `json:"steps"`
	Stations []calibrate.StationSummary `json:"stations"`
}

// selfcalSteps reads --selfcal and --selfcal-interval; no steps when none is wanted.
func (o imageOptions) selfcalSteps() ([]calibrate.Config, error) {
	if o.selfcal == "" || o.selfcal == "none" {
		return nil, nil
	}
	steps, err := selfcalOptions{modes: o.selfcal, intervals: o.selfcalInterval}.steps()
	return steps, withHint(err, "--selfcal is a list of steps, such as phase,both; --selfcal-interval gives their times, such as scan or 30s,scan")
}

// checkSelfcal refuses rounds of self-calibration, before the first image, of data without stations.
func (j *job) checkSelfcal() error {
	if o := j.options; o.selfcal == "" || o.selfcal == "none" {
		return nil
	}
	for _, s := range j.sets {
		if !s.obs.whole.HasStations() {
			return withHint(fmt.Errorf("%s does not say which stations its visibilities are from, and --selfcal finds gains of stations", s.name), "leave --selfcal out")
		}
	}
	return nil
}

// selfCalibrate goes through the rounds: calibrate against the image, image again.
func (j *job) selfCalibrate(ctx context.Context, result *infer.Result, p *progress, log io.Writer) (*infer.Result, error) {
	steps, err := j.options.selfcalSteps()
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		if result.Stop == infer.Cancelled {
			return result, nil
		}
		for _, s := range j.sets {
			if err := j.calibrateSet(s, step, result.Image); err != nil {
				return nil, fmt.Errorf("self-calibration of %s: %w", s.name, err)
			}
			last := s.gains.steps[len(s.gains.steps)-1]
			fmt.Fprintf(log, "self-calibration of %v: reduced chi2 of all visibilities %.3g before, %.3g after\n", step.Mode, last.Before.Reduced(), last.After.Reduced())
		}
		j.amplitudesCalibrated = j.amplitudesCalibrated || step.Mode != calibrate.Phase
		if err := j.reform(result.Image); err != nil {
			return nil, err
		}
		for _, s := range j.sets {
			s.obs.tell(log)
		}
		before := result.Iterations
		if result, err = j.solve(ctx, p); err != nil {
			return nil, err
		}
		result.Iterations += before
	}
	return result, nil
}

// calibrateSet solves for the gains of one data set with which the image explains it, and takes them out of its visibilities.
func (j *job) calibrateSet(s *dataset, step calibrate.Config, image []float64) error {
	v := s.obs.whole
	seen := slices.Clone(image)
	if beam := s.fit.spec.beam; beam != nil {
		for i := range seen {
			seen[i] *= beam[i]
		}
	}
	sky := &skyModel{img: seen, grid: j.grid, fluxJy: sum(seen)}
	sys, _ := j.systematic() // without --gain-error, which allows for the gains that are solved for here
	fitted := v.WithSystematic(sys)
	model, err := sky.predict(fitted)
	if err != nil {
		return err
	}
	if step.Mode != calibrate.Phase {
		if err := checkFlux(fitted, model); err != nil {
			return withHint(err, "give the total flux with --flux, or calibrate phases alone")
		}
	}
	solution, err := calibrate.Solve(fitted, model, step)
	if err != nil {
		return withHint(err, "longer intervals have more signal: --selfcal-interval scan")
	}
	if s.gains == nil {
		s.gains = &calibration{table: solution.Table}
	} else {
		s.gains.table = s.gains.table.Then(solution.Table)
	}
	s.gains.steps = append(s.gains.steps, selfcalStep{step.Mode.String(), step.IntervalSec, solution.Before, solution.After, solution.After.PerFreedom()})
	for _, w := range solution.Warnings {
		s.gains.trouble = append(s.gains.trouble, fmt.Sprintf("self-calibration of %v: %s", step.Mode, w))
	}
	corrected, err := solution.Table.Apply(v)
	if err != nil {
		return err
	}
	s.obs.replace(corrected.Unflagged())
	return nil
}

// replace takes corrected visibilities in the place of those before.
func (obs *observation) replace(whole *radio.Visibilities) {
	obs.whole = whole
	obs.average()
}

// reform makes the fits of the corrected data, starting from the blurred image.
func (j *job) reform(image []float64) error {
	j.problem.Start = infer.Blur(j.grid, image, j.resolution/2)
	j.calibrated = true
	j.errs = j.errorBudget()
	for _, s := range j.sets {
		s.fit.close()
		s.fit = nil
		if err := j.formSet(s); err != nil {
			return err
		}
	}
	return j.assemble()
}
