package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/cmplx"
	"slices"
	"strconv"
	"strings"

	"fringe/figure"
	"fringe/measure"
	"fringe/radio"
)

// dataKinds are the kinds of data that --data may name, in the order of reports.
func dataKinds() []string { return []string{"vis", "amp", "cphase", "logcamp"} }

// parseData reads a list such as "amp=0.2,cphase,logcamp" into the weight of each kind.
func parseData(list string) (map[string]float64, error) {
	weights := map[string]float64{}
	for _, item := range strings.Split(list, ",") {
		name, number, given := strings.Cut(strings.TrimSpace(item), "=")
		if !slices.Contains(dataKinds(), name) {
			return nil, fmt.Errorf("--data %q: unknown kind of data %q: known are %s", list, name, strings.Join(dataKinds(), ", "))
		}
		if _, twice := weights[name]; twice {
			return nil, fmt.Errorf("--data %q: %s is listed twice", list, name)
		}
		weight := 1.0
		if given {
			var err error
			if weight, err = strconv.ParseFloat(number, 64); err != nil || !(weight > 0) || weight > 1e6 {
				return nil, fmt.Errorf("--data %q: the weight of %s is %q, must be a number above 0 and at most 1e6", list, name, number)
			}
		}
		weights[name] = weight
	}
	return weights, nil
}

// fit is everything that the image is compared with: the measured quantities and their likelihood.
type fit struct {
	vis        *radio.Visibilities // with the systematic error
	weights    map[string]float64
	amplitudes radio.AmplitudeSet
	phases     *radio.Closures
	ratios     *radio.Closures
	op         *measure.NUFFT
	likelihood *measure.Likelihood
}

// errorBudget is what is added to the thermal errors, as fractions of the amplitude.
type errorBudget struct {
	systematic float64 // of all data
	gain       float64 // of plain amplitudes, besides
}

// newFit forms the data of the given kinds from visibilities with thermal errors. Closure quantities are made of visibilities of at
// least minSNR in |V|/σ.
func newFit(thermal *radio.Visibilities, g radio.Grid, weights map[string]float64, errs errorBudget, minSNR float64) (*fit, error) {
	v := thermal.WithSystematic(errs.systematic)
	op, err := measure.NewNUFFT(g, v.U, v.V, 1e-12)
	if err != nil {
		return nil, withHint(err, "make the pixels smaller: more --npix or a smaller --fov")
	}
	f := &fit{
		vis: v, weights: weights, op: op,
		amplitudes: amplitudes(thermal, errs),
		phases:     radio.ClosurePhases(v, minSNR),
		ratios:     radio.LogClosureAmplitudes(v, minSNR),
	}
	f.likelihood = &measure.Likelihood{Op: op}
	for _, name := range dataKinds() {
		if weights[name] == 0 {
			continue
		}
		term, err := f.term(name)
		if err != nil {
			op.Close()
			return nil, err
		}
		f.likelihood.Terms = append(f.likelihood.Terms, measure.Weighted{Term: term, Weight: weights[name]})
	}
	return f, nil
}

// tooFaint returns how many visibilities closure quantities leave out.
func (f *fit) tooFaint(minSNR float64) int {
	n := 0
	for k, vis := range f.vis.Vis {
		if !f.vis.Flagged(k) && !(cmplx.Abs(vis)*math.Sqrt(f.vis.Weight[k]) >= minSNR) {
			n++
		}
	}
	return n
}

// amplitudes returns debiased amplitudes with all their errors. Thermal noise alone lifts an amplitude, so it alone is taken
// off; the other errors are as often too low as too high.
func amplitudes(thermal *radio.Visibilities, errs errorBudget) radio.AmplitudeSet {
	a := radio.Amplitudes(thermal)
	for j, value := range a.Value {
		a.Sigma[j] = math.Hypot(a.Sigma[j], math.Hypot(errs.systematic, errs.gain)*value)
	}
	return a
}

func (f *fit) term(name string) (measure.Term, error) {
	if closure := name == "cphase" || name == "logcamp"; closure && !f.vis.HasStations() {
		return nil, noStations("closure quantities")
	}
	switch name {
	case "vis":
		return measure.NewVis(f.vis)
	case "amp":
		return measure.NewAmplitude(f.amplitudes)
	case "cphase":
		return closureTerm(f.phases, "closure phases, which need three stations", measure.NewClosurePhase)
	}
	return closureTerm(f.ratios, "closure amplitudes, which need four stations", measure.NewLogClosureAmplitude)
}

func closureTerm[T measure.Term](c *radio.Closures, what string, term func(*radio.Closures) (T, error)) (measure.Term, error) {
	if c.Len() == 0 {
		return nil, withHint(errors.New("the observation has no "+what+" at the same time"),
			"fit something else with --data, vis or amp, or lower --closure-snr")
	}
	return term(c)
}

// predict returns the visibilities (Jy) of an image.
func (f *fit) predict(img []float64) []complex128 {
	model := make([]complex128, f.vis.Len())
	f.op.Forward(model, img)
	return model
}

// figures returns the residual figures by file name, one for each kind of data that the observation has, fitted or not.
func (f *fit) figures(img []float64) map[string]func(w io.Writer) error {
	model := f.predict(img)
	figures := map[string]func(w io.Writer) error{
		"amplitudes.png": func(w io.Writer) error { return figure.WriteAmplitudes(w, f.vis, f.amplitudes, model) },
	}
	if f.phases.Len() > 0 {
		figures["closure_phases.png"] = func(w io.Writer) error { return figure.WriteClosurePhases(w, f.vis, f.phases, model) }
	}
	if f.ratios.Len() > 0 {
		figures["log_closure_amplitudes.png"] = func(w io.Writer) error {
			return figure.WriteLogClosureAmplitudes(w, f.vis, f.ratios, model)
		}
	}
	return figures
}

// describe returns the kinds of data as --data writes them.
func (f *fit) describe() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(f.weights)) {
		part := name
		if f.weights[name] != 1 {
			part = fmt.Sprintf("%s=%g", name, f.weights[name])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}
