package main

import (
	"fmt"
	"math"
	"math/cmplx"

	"fringe/calibrate"
	"fringe/radio"
)

// selfcal is a calibration and what is told about it.
type selfcal struct {
	options     selfcalOptions
	steps       []calibrate.Config
	raw, fitted *radio.Visibilities // as read; and as the gains are fitted to, in the same order
	sky         *skyModel

	table      calibrate.Table
	calibrated *radio.Visibilities // all data, corrected
	report     selfcalReport
}

// selfcalReport is report.json. Each χ² is a pair: before and after, of the same visibilities.
type selfcalReport struct {
	ReducedChi2  map[string][2]float64      `json:"reduced_chi2"`
	Visibilities int                        `json:"visibilities"` // that the gains were fitted to
	Steps        []selfcalStep              `json:"steps"`
	Stations     []calibrate.StationSummary `json:"stations"`
	Model        string                     `json:"model"`
	ModelFluxJy  float64                    `json:"model_flux_jy"`
	Normalized   bool                       `json:"normalized"`
	Systematic   float64                    `json:"systematic_fraction"`
	Warnings     []string                   `json:"warnings"`
	Version      string                     `json:"version"`
}

// selfcalStep is one step and how well its gains make the data agree with the model.
type selfcalStep struct {
	Mode           string        `json:"mode"`
	IntervalSec    float64       `json:"interval_sec"` // 0: a scan
	Before         calibrate.Fit `json:"before"`
	After          calibrate.Fit `json:"after"`
	Chi2PerFreedom float64       `json:"chi2_per_degree_of_freedom"` // after; 0 when there are as many gains as data
}

// solve does the steps one after the other and joins their tables.
func (s *selfcal) solve() error {
	model, err := s.sky.predict(s.fitted)
	if err != nil {
		return err
	}
	v := s.fitted
	s.report.Warnings = []string{}
	for i, c := range s.steps {
		if c.Mode != calibrate.Phase && !c.Normalize {
			if err := checkFlux(v, model); err != nil {
				return err
			}
		}
		solution, err := calibrate.Solve(v, model, c)
		if err != nil {
			return withHint(err, "longer intervals have more signal (--interval), and limits can be lowered (--min-baselines, --min-snr)")
		}
		s.report.Steps = append(s.report.Steps, selfcalStep{c.Mode.String(), c.IntervalSec, solution.Before, solution.After, solution.After.PerFreedom()})
		for _, w := range solution.Warnings {
			s.report.Warnings = append(s.report.Warnings, fmt.Sprintf("%v: %s", c.Mode, w))
		}
		v = solution.Corrected
		if i == 0 {
			s.table = solution.Table
		} else {
			s.table = s.table.Then(solution.Table)
		}
	}
	s.calibrated, err = s.table.Apply(s.raw)
	return err
}

// measure fills in the report.
func (s *selfcal) measure() error {
	// Thermal errors: the systematic one is added after averaging, as fringe image does.
	before := s.raw.Clone()
	for k, w := range s.fitted.Weight {
		if w == 0 {
			before.Weight[k] = 0
		}
	}
	after, err := s.table.Apply(before)
	if err != nil {
		return err
	}
	for k := range before.Vis {
		if after.Flagged(k) {
			before.Weight[k] = 0
		}
	}
	was, err := s.sky.compare(before, s.options.sys)
	if err != nil {
		return err
	}
	is, err := s.sky.compare(after, s.options.sys)
	if err != nil {
		return err
	}
	r := &s.report
	r.ReducedChi2 = map[string][2]float64{}
	for kind, value := range was {
		r.ReducedChi2[kind] = [2]float64{value, is[kind]}
	}
	r.Visibilities, r.Stations = after.Unflagged().Len(), s.table.Stations()
	r.Model, r.ModelFluxJy, r.Normalized, r.Systematic, r.Version = s.options.model, s.sky.fluxJy, s.options.config.Normalize, s.options.sys, version
	for _, kind := range []string{"cphase", "logcamp"} {
		if value, known := is[kind]; known && value > poorFit {
			r.Warnings = append(r.Warnings, fmt.Sprintf("reduced chi2 of %s is %.3g, which no gain changes: the model does not explain it, and gains make the rest of the data agree with that model", kind, value))
		}
	}
	return nil
}

// averageSec returns how long fringe image would average visibilities for the field of the model: 0 for whole scans.
func (m *skyModel) averageSec(v *radio.Visibilities) float64 {
	longest := smearingInterval(1/v.UVMax(), m.grid.CellRad*float64(m.grid.NX))
	if longest < v.LongestScan() {
		return longest
	}
	return 0
}

// compare returns the reduced χ² of each kind of data: the visibilities as they are, and amplitudes and closure quantities above 3σ of
// averages such as fringe image fits, with a systematic error, a fraction of the amplitude, besides that of their weights. Kinds without data
// are left out.
func (m *skyModel) compare(thermal *radio.Visibilities, systematic float64) (map[string]float64, error) {
	v := thermal.WithSystematic(systematic)
	model, err := m.predict(v)
	if err != nil {
		return nil, err
	}
	out, all := map[string]float64{}, calibrate.Fit{}
	for k, value := range model {
		if !v.Flagged(k) {
			d := cmplx.Abs(v.Vis[k] - value)
			all.Chi2, all.Visibilities = all.Chi2+v.Weight[k]*d*d, all.Visibilities+1
		}
	}
	out["vis"] = all.Reduced()
	averages := thermal.Unflagged()
	if !averages.Connected() {
		averages = averages.TimeAverage(m.averageSec(averages))
	}
	fitted := averages.WithSystematic(systematic)
	if model, err = m.predict(fitted); err != nil {
		return nil, err
	}
	amps := amplitudes(averages, errorBudget{systematic: systematic})
	out["amp"] = mean(len(amps.Value), func(j int) float64 {
		d := (amps.Value[j] - cmplx.Abs(model[amps.Index[j]])) / amps.Sigma[j]
		return d * d
	})
	phases, ratios := radio.ClosurePhases(fitted, 3), radio.LogClosureAmplitudes(fitted, 3)
	out["cphase"] = mean(phases.Len(), func(j int) float64 {
		return 2 * (1 - math.Cos(phases.Value[j]-phases.At(j, model))) / (phases.Sigma[j] * phases.Sigma[j])
	})
	out["logcamp"] = mean(ratios.Len(), func(j int) float64 {
		d := (ratios.Value[j] - ratios.At(j, model)) / ratios.Sigma[j]
		return d * d
	})
	for kind, value := range out {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			delete(out, kind)
		}
	}
	return out, nil
}

// mean returns the mean of n values, NaN when there are none.
func mean(n int, value func(j int) float64) float64 {
	sum := 0.0
	for j := range n {
		sum += value(j)
	}
	return sum / float64(n)
}
