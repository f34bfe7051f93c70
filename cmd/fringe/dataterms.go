package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/cmplx"
	"slices"
	"strconv"
	"strings"

	"fringe/internal/words"
	"fringe/measure"
	"fringe/radio"
)

// dataKinds are the kinds of data that --data may name, in the order of reports.
func dataKinds() []string {
	return []string{"vis", "amp", "cphase", "logcamp", "wcphase", "wlogcamp", "bispectrum"}
}

// parseData reads a list such as "amp=0.2,cphase,logcamp" into the weight of each kind.
func parseData(list string) (map[string]float64, error) {
	weights := map[string]float64{}
	for _, item := range strings.Split(list, ",") {
		name, number, given := strings.Cut(strings.TrimSpace(item), "=")
		if !slices.Contains(dataKinds(), name) {
			return nil, fmt.Errorf("--data %q: unknown kind of data %q: known are %s%s", list, name, strings.Join(dataKinds(), ", "), words.DidYouMean(name, dataKinds()))
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
	for _, plain := range []string{"cphase", "logcamp"} {
		if weights[plain] > 0 && weights["w"+plain] > 0 {
			return nil, fmt.Errorf("--data %q: w%s are the same data as %s, with their correlations: name one of them", list, plain, plain)
		}
	}
	return weights, nil
}

// parseRobust reads --robust-noise: nothing or none for Gaussian errors, huber or student with a parameter.
func parseRobust(text string) (measure.Density, error) {
	name, number, given := strings.Cut(text, ":")
	parameter := 0.0
	if given {
		var err error
		if parameter, err = strconv.ParseFloat(number, 64); err != nil || !(parameter > 0) || parameter > 1e6 {
			return nil, fmt.Errorf("--robust-noise %q: the parameter is %q, must be a number above 0 and at most 1e6", text, number)
		}
	}
	switch {
	case text == "" || text == "none":
		return measure.Gaussian{}, nil
	case name == "huber":
		return measure.Huber{Threshold: parameter}, nil
	case name == "student":
		return measure.StudentT{Nu: parameter}, nil
	}
	return nil, withHint(fmt.Errorf("--robust-noise %q is unknown", text), "known are huber:K (K in sigma), student:NU (degrees of freedom), none")
}

// dataSpec says what of the data is fitted, and how.
type dataSpec struct {
	weights map[string]float64 // of each kind
	errs    errorBudget
	minSNR  float64         // of visibilities that closure quantities and bispectra are made of
	density measure.Density // of the errors of complex visibilities
	beam    []float64       // primary beam on the grid; nil for none
}

// fitsVis reports whether complex visibilities are fitted.
func (s dataSpec) fitsVis() bool { return s.weights["vis"] > 0 }

// fitsClosures reports whether closure quantities or bispectra are fitted.
func (s dataSpec) fitsClosures() bool {
	for kind, weight := range s.weights {
		if kind != "vis" && kind != "amp" && weight > 0 {
			return true
		}
	}
	return false
}

// fits reports whether a kind is fitted, plainly or with the correlations of its data.
func (s dataSpec) fits(kind string) bool { return s.weights[kind] > 0 || s.weights["w"+kind] > 0 }

// named is a term by the name that --data gives it.
type named struct {
	measure.Term
	name string
}

// Name returns the kind of data.
func (n named) Name() string { return n.name }

// fit is everything that the image is compared with: the measured quantities of one data set and their likelihood. It is a data
// term of an objective.
type fit struct {
	vis        *radio.Visibilities // with the systematic error
	thermal    []float64           // weights without it
	spec       dataSpec
	amplitudes radio.AmplitudeSet
	phases     *radio.Closures
	ratios     *radio.Closures
	bispectra  *radio.BispectrumSet
	nufft      *measure.NUFFT
	op         radio.Operator      // the same behind the primary beam
	likelihood *measure.Likelihood // of all that is fitted

	quadratic *measure.Quadratic  // of complex visibilities with Gaussian errors, whatever their number; nil when there are none
	rest      *measure.Likelihood // what the quadratic form does not hold; nil for nothing
}

// errorBudget is what is added to the thermal errors, as fractions of the amplitude.
type errorBudget struct {
	systematic float64 // of all data
	gain       float64 // of plain amplitudes, besides
}

// manyVisibilities is where closure quantities that are not fitted are no longer made as a check: their number grows with the
// square of the stations.
const manyVisibilities = 50_000

// newFit forms the data from visibilities with thermal errors.
func newFit(thermal *radio.Visibilities, g radio.Grid, spec dataSpec) (*fit, error) {
	v := thermal.WithSystematic(spec.errs.systematic)
	nufft, err := measure.NewNUFFT(g, v.U, v.V, 1e-12)
	if err != nil {
		return nil, withHint(err, "make the pixels smaller: more --npix or a smaller --fov")
	}
	f := &fit{
		vis: v, thermal: thermal.Weight, spec: spec, nufft: nufft, op: nufft, amplitudes: amplitudes(thermal, spec.errs),
		phases: &radio.Closures{Order: 3}, ratios: &radio.Closures{Order: 4},
	}
	if err := f.form(g); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// form makes closures, terms and operators.
func (f *fit) form(g radio.Grid) (err error) {
	v, spec := f.vis, f.spec
	if spec.beam != nil {
		if f.op, err = measure.NewPrimaryBeam(f.nufft, spec.beam); err != nil {
			return err
		}
	}
	if v.HasStations() {
		few := v.Len() <= manyVisibilities
		if few || spec.fits("cphase") {
			f.phases = radio.ClosurePhases(v, spec.minSNR)
		}
		if few || spec.fits("logcamp") {
			f.ratios = radio.LogClosureAmplitudes(v, spec.minSNR)
		}
		if spec.weights["bispectrum"] > 0 {
			f.bispectra = radio.Bispectra(v, spec.minSNR)
		}
	}
	f.likelihood = &measure.Likelihood{Op: f.op}
	for _, name := range dataKinds() {
		if spec.weights[name] == 0 {
			continue
		}
		term, err := f.term(name)
		if err != nil {
			return err
		}
		f.likelihood.Terms = append(f.likelihood.Terms, measure.Weighted{Term: term, Weight: spec.weights[name]})
	}
	return f.speedUp(g)
}

// speedUp replaces complex visibilities with Gaussian errors by their quadratic form, which costs two FFTs whatever their number.
func (f *fit) speedUp(g radio.Grid) error {
	f.rest = f.likelihood
	if _, gaussian := f.spec.density.(measure.Gaussian); !gaussian || !f.spec.fitsVis() {
		return nil
	}
	gram, err := measure.NewGram(g, f.vis)
	if err != nil {
		return err
	}
	if f.spec.beam != nil {
		if gram, err = gram.WithPrimaryBeam(f.spec.beam); err != nil {
			return err
		}
	}
	if f.quadratic, err = measure.NewQuadratic(gram); err != nil {
		return err
	}
	f.rest = nil
	others := slices.DeleteFunc(slices.Clone(f.likelihood.Terms), func(t measure.Weighted) bool { return t.Name() == "vis" })
	if len(others) > 0 {
		f.rest = &measure.Likelihood{Op: f.op, Terms: others}
	}
	return nil
}

// close frees the operators.
func (f *fit) close() {
	f.nufft.Close()
	if f.quadratic != nil {
		f.quadratic.Close()
	}
}

// ValueGrad returns Σ weight·(negative log-likelihood) of all kinds of data, and its gradient, as an objective wants it.
func (f *fit) ValueGrad(grad, x []float64) (float64, error) {
	if f.quadratic == nil {
		return f.likelihood.ValueGrad(grad, x)
	}
	value, err := f.quadratic.ValueGrad(grad, x)
	if err != nil {
		return 0, err
	}
	weight := f.spec.weights["vis"]
	value *= weight
	for i := range grad {
		grad[i] *= weight
	}
	if f.rest == nil {
		return value, nil
	}
	var part []float64
	if grad != nil {
		part = make([]float64, len(grad))
	}
	more, err := f.rest.ValueGrad(part, x)
	for i, g := range part {
		grad[i] += g
	}
	return value + more, err
}

// ReducedChi2 returns the reduced χ² of each kind, for stop rules.
func (f *fit) ReducedChi2(x []float64) (map[string]float64, error) {
	if f.quadratic == nil || f.rest != nil {
		return f.likelihood.ReducedChi2(x)
	}
	return f.quadratic.ReducedChi2(x)
}

// tooFaint returns how many visibilities closure quantities leave out.
func (f *fit) tooFaint() int {
	n := 0
	for k, vis := range f.vis.Vis {
		if !f.vis.Flagged(k) && !(cmplx.Abs(vis)*math.Sqrt(f.vis.Weight[k]) >= f.spec.minSNR) {
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
	if name != "vis" && name != "amp" && !f.vis.HasStations() {
		return nil, noStations("closure quantities")
	}
	switch name {
	case "vis":
		return measure.NewRobustVis(f.vis, f.spec.density)
	case "amp":
		return measure.NewAmplitude(f.amplitudes)
	case "bispectrum":
		if len(f.bispectra.Value) == 0 {
			return nil, noClosures("bispectra, which need three stations")
		}
		return measure.NewBispectrum(f.bispectra)
	case "cphase":
		return closureTerm(name, f.phases, measure.NewClosurePhase)
	case "wcphase":
		return closureTerm(name, f.phases, measure.NewWhitenedClosurePhase)
	case "wlogcamp":
		return closureTerm(name, f.ratios, measure.NewWhitenedLogClosureAmplitude)
	}
	return closureTerm(name, f.ratios, measure.NewLogClosureAmplitude)
}

func closureTerm[T measure.Term](name string, c *radio.Closures, term func(*radio.Closures) (T, error)) (measure.Term, error) {
	switch {
	case c.Len() == 0 && c.Order == 3:
		return nil, noClosures("closure phases, which need three stations")
	case c.Len() == 0:
		return nil, noClosures("closure amplitudes, which need four stations")
	}
	t, err := term(c)
	if err != nil {
		return nil, err
	}
	return named{t, name}, nil
}

func noClosures(what string) error {
	return withHint(errors.New("the observation has no "+what+" at the same time"),
		"fit something else with --data, vis or amp, or lower --closure-snr")
}

// describe returns the kinds of data as --data writes them.
func (s dataSpec) describe() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.weights)) {
		part := name
		if s.weights[name] != 1 {
			part = fmt.Sprintf("%s=%g", name, s.weights[name])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}
