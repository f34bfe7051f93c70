package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"fringe/infer"
	"fringe/measure"
	"fringe/radio"
)

// outcome is a finished image and everything that is told about it.
type outcome struct {
	options   imageOptions
	job       *job
	result    *infer.Result
	report    imageReport
	models    [][]complex128 // visibilities (Jy) of the image, of every data set
	residuals []residuals
	products  *measure.Products // nil where they cannot be made
	troubles  []string          // what could not be made
}

// imageReport is report.json. Two runs of the same command differ in seconds only.
type imageReport struct {
	ReducedChi2        map[string]float64   `json:"reduced_chi2"`   // of the fitted kinds of data; those of the second file end in 2
	LogLikelihood      float64              `json:"log_likelihood"` // of all that is fitted, constants included, weights left out
	FluxJy             float64              `json:"flux_jy"`        // of a cube: the mean of the channels
	Iterations         int                  `json:"iterations"`
	FirstStage         int                  `json:"first_stage_iterations,omitempty"` // of the classical image that a denoiser starts from
	StopReason         string               `json:"stop_reason"`
	Prior              string               `json:"prior"`
	Method             string               `json:"method"`
	FirmDenoiser       string               `json:"firmly_nonexpansive,omitempty"` // "by construction" for a denoiser of which that is known
	Strength           float64              `json:"strength,omitempty"`            // of a denoiser, when it was given
	Data               string               `json:"data"`
	DataSets           []dataSetReport      `json:"data_sets"`
	Visibilities       int                  `json:"visibilities"` // of all data sets
	SystematicFraction float64              `json:"systematic_fraction"`
	GainErrorFraction  float64              `json:"gain_error_fraction,omitempty"` // of plain amplitudes
	NPix               int                  `json:"npix"`
	FieldUas           float64              `json:"field_uas"`
	ResolutionUas      float64              `json:"resolution_uas"`  // 1/(longest baseline)
	AssumedFluxJy      float64              `json:"assumed_flux_jy"` // given with --flux, or estimated
	Start              string               `json:"start"`
	Mask               string               `json:"mask"`
	PrimaryBeam        string               `json:"primary_beam"`
	RobustNoise        string               `json:"robust_noise"`
	ClosureSNR         float64              `json:"closure_snr"`
	KeepIntraSite      bool                 `json:"keep_intra_site"`
	Products           *productsReport      `json:"products"` // null where they cannot be made
	SelfCalibration    []imageSelfcalReport `json:"self_calibration,omitempty"`
	CrossValidation    *validationReport    `json:"cross_validation,omitempty"`
	Residuals          []residualReport     `json:"residuals"`
	Warnings           []string             `json:"warnings"`
	Version            string               `json:"version"`
	Seconds            seconds              `json:"seconds"`
}

// dataSetReport is one file of visibilities, or one channel of a cube.
type dataSetReport struct {
	File          string   `json:"file"`
	FreqHz        float64  `json:"freq_hz"`
	FluxJy        float64  `json:"flux_jy"` // of the image, or of the channel
	Data          string   `json:"data"`    // what is fitted
	Weight        float64  `json:"weight"`
	Visibilities  int      `json:"visibilities"`
	WeightScatter *float64 `json:"weight_scatter"` // how much visibilities scatter in units of what their weights say; null when nothing tells

	scatter, warning string // what is told of it
}

// seconds are wall-clock times: reading and averaging, forming the problem, solving, and everything.
type seconds struct {
	Load  float64 `json:"load"`
	Setup float64 `json:"setup"`
	Solve float64 `json:"solve"`
	Total float64 `json:"total"`
}

// measure fills in the report, except for the times.
func (out *outcome) measure() error {
	chi2, err := out.job.reducedChi2(out.result.Image)
	if err != nil {
		return err
	}
	logLikelihood, err := out.job.logLikelihood(out.result.Image)
	if err != nil {
		return err
	}
	j, o := out.job, out.options
	out.report = imageReport{
		ReducedChi2: chi2, LogLikelihood: logLikelihood, FluxJy: sum(out.result.Image) / float64(j.channels()), Iterations: out.result.Iterations, FirstStage: j.firstStage,
		StopReason: string(out.result.Stop), Prior: o.prior, Method: j.method(), FirmDenoiser: j.prior.firm(), Strength: o.strength, Data: j.sets[0].fit.spec.describe(),
		SystematicFraction: j.errs.systematic, NPix: j.grid.NX, FieldUas: float64(j.grid.NX) * j.grid.CellRad / radio.Microarcsecond,
		ResolutionUas: j.resolution / radio.Microarcsecond, AssumedFluxJy: j.fluxJy, Start: o.start, Mask: o.mask, PrimaryBeam: o.beam,
		RobustNoise: o.robustFit, ClosureSNR: o.closureSNR, KeepIntraSite: o.intraSite, Version: version,
	}
	if _, fitted := chi2["amp"]; fitted {
		out.report.GainErrorFraction = j.errs.gain
	}
	if j.validation != nil {
		out.report.Prior = j.prior.name
		out.report.CrossValidation = reportValidation(j.validation)
	}
	for i, s := range j.sets {
		if s.gains != nil {
			out.report.SelfCalibration = append(out.report.SelfCalibration, imageSelfcalReport{i + 1, s.gains.steps, s.gains.table.Stations()})
			out.troubles = append(out.troubles, s.gains.trouble...)
		}
		out.report.Visibilities += s.fit.vis.Len()
		out.report.DataSets = append(out.report.DataSets, s.report(j.grid, sum(j.planeOf(s, out.result.Image))))
		names, edges := stationNames(s.fit.vis), s.fit.baselineEdges()
		out.models = append(out.models, s.fit.predict(j.planeOf(s, out.result.Image)))
		for _, r := range s.fit.residuals(out.models[i], i) {
			out.residuals = append(out.residuals, r)
			out.report.Residuals = append(out.report.Residuals, r.report(names, edges))
		}
	}
	out.makeProducts()
	out.report.Warnings = append(out.warnings(), out.troubles...)
	return nil
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// report describes a data set.
func (s *dataset) report(g radio.Grid, fluxJy float64) dataSetReport {
	r := dataSetReport{File: s.name, FreqHz: meanFreqHz(s.fit.vis), FluxJy: fluxJy, Data: s.fit.spec.describe(), Weight: s.weight, Visibilities: s.fit.vis.Len()}
	scatter, err := s.obs.whole.Scatter(g)
	if err != nil {
		r.scatter = "weights not checked: " + weightsUnknown(err)
		return r
	}
	r.WeightScatter, r.warning = &scatter.Factor, weightsWarning(filepath.Base(s.name), scatter)
	r.scatter = fmt.Sprintf("weights checked: visibilities scatter %.3g times as much as their weights say (%d samples, by %s)", scatter.Factor, scatter.Samples, scatter.Method)
	return r
}

func (out *outcome) trouble(format string, args ...any) {
	out.troubles = append(out.troubles, fmt.Sprintf(format, args...))
}

// chi2Names returns the names of the kinds of data in their order, set by set.
func chi2Names(chi2 map[string]float64) []string {
	var names []string
	for set := range len(chi2) {
		for _, kind := range dataKinds() {
			if _, ok := chi2[numbered(kind, set)]; ok {
				names = append(names, numbered(kind, set))
			}
		}
	}
	return names
}

func formatChi2(chi2 map[string]float64) string {
	var parts []string
	for _, name := range chi2Names(chi2) {
		parts = append(parts, fmt.Sprintf("%s %.3g", name, chi2[name]))
	}
	return strings.Join(parts, ", ")
}

func (out *outcome) tell(path string, log io.Writer) {
	r := out.report
	if out.result.Stop == infer.Cancelled {
		fmt.Fprintln(log, "stopped early: the best image so far is saved")
	}
	fmt.Fprintf(log, "reduced chi2: %s; flux %.3g Jy; %d iterations, %s; %.1f s\n",
		formatChi2(r.ReducedChi2), r.FluxJy, r.Iterations, r.StopReason, r.Seconds.Total)
	if r.Products != nil {
		fmt.Fprintf(log, "restored with a beam of %v East of North (%s)\n", r.Products.Beam.beam, r.Products.Weighting)
	}
	for _, set := range r.DataSets {
		fmt.Fprintln(log, set.scatter)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(log, "warning: %s\n", w)
	}
	fmt.Fprintf(log, "wrote %s; look at %s\n", path, filepath.Join(path, "report.html"))
}

// warnings are what a user should look at before the image is believed.
func (out *outcome) warnings() []string {
	r, list := out.report, []string{}
	g := out.job.grid
	if edge := edgeFraction(g, out.job.meanImage(out.result.Image)); edge > edgeFlux {
		list = append(list, fmt.Sprintf("%.2g %% of the flux lies along the edge: the source may be larger than the field: try %s", 100*edge, fieldFlags(widerField*float64(g.NX)*g.CellRad, g.CellRad)))
	}
	for _, w := range []string{out.outsideWarning(), out.fluxWarning(), out.zigzagWarning()} {
		if w != "" {
			list = append(list, w)
		}
	}
	for _, kind := range chi2Names(r.ReducedChi2) {
		if value := r.ReducedChi2[kind]; value > poorFit {
			list = append(list, fmt.Sprintf("the image does not explain the data, reduced chi2 of %s is %.3g: %s", kind, value, remedy(out.job, out.result.Stop, kind)))
		}
	}
	list = append(list, out.stuck()...)
	list = append(list, tooGood(r.Residuals, out.job.errs.systematic, out.job.systematicFlag())...)
	for _, set := range r.DataSets {
		if set.warning != "" {
			list = append(list, set.warning)
		}
	}
	for _, set := range out.job.sets {
		if w := set.fit.beamWarning(); w != "" {
			list = append(list, fmt.Sprintf("%s: %s", filepath.Base(set.name), w))
		}
	}
	if r.CrossValidation != nil {
		for _, name := range r.CrossValidation.AtLimit {
			list = append(list, fmt.Sprintf("the strength of %s is at the end of what the cross-validation tried: start it elsewhere with --prior, or leave it out", name))
		}
	}
	return list
}

// The user is warned when the outermost pixels hold more than edgeFlux of the flux, or when the flux differs from what was
// assumed by more than fluxDrift. Images of sources that fit their field have less than 1 % there. The field to try is widerField times as wide.
const (
	widerField = 1.5
	edgePixels = 3
	edgeFlux   = 0.02
	fluxDrift  = 0.2
)

// edgeFraction returns the share of the flux in the outermost pixels.
func edgeFraction(g radio.Grid, image []float64) float64 {
	edge, total := 0.0, 0.0
	for i, v := range image {
		x, y := i%g.NX, i/g.NX
		if min(x, y, g.NX-1-x, g.NY-1-y) < edgePixels {
			edge += v
		}
		total += v
	}
	if total == 0 {
		return 0
	}
	return edge / total
}
