package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"fringe/data"
	"fringe/figure"
	"fringe/infer"
	"fringe/radio"
)

// imageFiles are the files that fringe image may write. The last one marks a finished run.
func imageFiles() []string {
	return []string{"image.fits", "image.png", "amplitudes.png", "closure_phases.png", "log_closure_amplitudes.png", "report.json"}
}

// outcome is a finished image and everything that is told about it.
type outcome struct {
	options imageOptions
	job     *job
	result  *infer.Result
	report  imageReport
}

// imageReport is report.json.
type imageReport struct {
	ReducedChi2        map[string]float64 `json:"reduced_chi2"` // of the fitted kinds of data
	FluxJy             float64            `json:"flux_jy"`
	Iterations         int                `json:"iterations"`
	FirstStage         int                `json:"first_stage_iterations,omitempty"` // of the classical image that a denoiser starts from
	StopReason         string             `json:"stop_reason"`
	Seconds            seconds            `json:"seconds"`
	Prior              string             `json:"prior"`
	Method             string             `json:"method"`
	Strength           float64            `json:"strength,omitempty"` // of a denoiser, when it was given
	Data               string             `json:"data"`
	Visibilities       int                `json:"visibilities"`
	SystematicFraction float64            `json:"systematic_fraction"`
	GainErrorFraction  float64            `json:"gain_error_fraction,omitempty"` // of plain amplitudes
	NPix               int                `json:"npix"`
	FieldUas           float64            `json:"field_uas"`
	ResolutionUas      float64            `json:"resolution_uas"`  // 1/(longest baseline)
	AssumedFluxJy      float64            `json:"assumed_flux_jy"` // given with --flux, or estimated
	Start              string             `json:"start"`
	ClosureSNR         float64            `json:"closure_snr"`
	KeepIntraSite      bool               `json:"keep_intra_site"`
	Warnings           []string           `json:"warnings"`
	Version            string             `json:"version"`
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
	chi2, err := out.job.fit.likelihood.ReducedChi2(out.result.Image)
	if err != nil {
		return err
	}
	flux := 0.0
	for _, value := range out.result.Image {
		flux += value
	}
	out.report = imageReport{
		ReducedChi2: chi2, FluxJy: flux, Iterations: out.result.Iterations, FirstStage: out.job.firstStage, StopReason: string(out.result.Stop),
		Prior: out.options.prior, Method: out.job.method(), Strength: out.options.strength,
		Data: out.job.fit.describe(), Visibilities: out.job.fit.vis.Len(),
		SystematicFraction: out.job.errs.systematic, NPix: out.options.npix,
		FieldUas:      float64(out.job.grid.NX) * out.job.grid.CellRad / radio.Microarcsecond,
		ResolutionUas: out.job.beamRad() / radio.Microarcsecond, Version: version,
	}
	if _, fitted := chi2["amp"]; fitted {
		out.report.GainErrorFraction = out.job.errs.gain
	}
	o := out.options
	out.report.AssumedFluxJy, out.report.Start, out.report.ClosureSNR, out.report.KeepIntraSite = out.job.fluxJy, o.start, o.closureSNR, o.intraSite
	out.report.Warnings = out.warnings()
	return nil
}

// save writes all files, or none, and says what came out.
func (out *outcome) save(dir *outDir, begin time.Time, log io.Writer) (err error) {
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	path, err := dir.file("image.fits")
	if err != nil {
		return err
	}
	if err := data.WriteImage(path, out.result.Image, out.job.grid, out.header()); err != nil {
		return err
	}
	if err := dir.write("image.png", out.writeSky); err != nil {
		return err
	}
	if err := out.saveResiduals(dir, log); err != nil {
		return err
	}
	out.report.Seconds.Total = time.Since(begin).Seconds()
	if err := dir.write("report.json", out.writeReport); err != nil {
		return err
	}
	if err := dir.finish(); err != nil {
		return err
	}
	out.tell(dir.path, log)
	return nil
}

// saveResiduals draws the residuals. A figure that cannot be drawn, such as closure amplitudes of an image without flux on some
// baseline, is left out and told: the image matters more.
func (out *outcome) saveResiduals(dir *outDir, log io.Writer) error {
	figures := out.job.fit.figures(out.result.Image)
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		err := dir.write(name, figures[name])
		if errors.Is(err, figure.ErrNotFinite) {
			fmt.Fprintf(log, "left out a figure: %v\n", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (out *outcome) writeReport(w io.Writer) error {
	text, err := json.MarshalIndent(out.report, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func (out *outcome) writeSky(w io.Writer) error {
	source := out.job.fit.vis.Source.Name
	title := strings.TrimPrefix(source+" · "+out.job.prior.name, " · ")
	return figure.WriteSky(w, out.result.Image, out.job.grid, figure.SkyStyle{Title: title, FreqHz: meanFreqHz(out.job.fit.vis)})
}

// sky returns the image as PNG.
func (out *outcome) sky() ([]byte, error) {
	var b bytes.Buffer
	err := out.writeSky(&b)
	return b.Bytes(), err
}

func (out *outcome) header() data.ImageHeader {
	v := out.job.fit.vis
	r := out.report
	history := []string{
		"made by fringe " + version,
		"command: " + strings.Join(os.Args, " "),
		fmt.Sprintf("prior %s, solved by %s, fitted to %s of %d visibilities", r.Prior, r.Method, r.Data, r.Visibilities),
		fmt.Sprintf("systematic error %g of the amplitude; %d iterations, %s", r.SystematicFraction, r.Iterations, r.StopReason),
		"reduced chi2: " + formatChi2(r.ReducedChi2),
	}
	return data.ImageHeader{
		Source: v.Source, FreqHz: meanFreqHz(v), MJD: v.RefMJD + slices.Min(v.TimeSec)/86400, History: history,
	}
}

func formatChi2(chi2 map[string]float64) string {
	var parts []string
	for _, name := range dataKinds() {
		if value, ok := chi2[name]; ok {
			parts = append(parts, fmt.Sprintf("%s %.3g", name, value))
		}
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
	for _, w := range r.Warnings {
		fmt.Fprintf(log, "warning: %s\n", w)
	}
	fmt.Fprintf(log, "wrote %s\n", path)
}

// warnings are what a user should look at before the image is believed.
func (out *outcome) warnings() []string {
	r, list := out.report, []string{}
	if edge := edgeFraction(out.job.grid, out.result.Image); edge > edgeFlux {
		list = append(list, fmt.Sprintf("%.2g %% of the flux lies along the edge: the source may be larger than the field: try a larger --fov, or more --npix", 100*edge))
	}
	if ratio := r.FluxJy / r.AssumedFluxJy; out.job.prior.network == nil && math.Abs(ratio-1) > fluxDrift {
		list = append(list, fmt.Sprintf("the image has %.3g Jy where %.3g Jy were assumed: give --flux when you know it", r.FluxJy, r.AssumedFluxJy))
	}
	for _, kind := range dataKinds() {
		if value := r.ReducedChi2[kind]; value > poorFit {
			list = append(list, fmt.Sprintf("the image does not explain the data, reduced chi2 of %s is %.3g: %s", kind, value, out.remedy(kind)))
		}
	}
	return list
}

// The user is warned when the outermost pixels hold more than edgeFlux of the flux, or when the flux differs from what was
// assumed by more than fluxDrift. Images of sources that fit their field have less than 1 % there.
const (
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

// poorFit is the reduced χ² above which the user is warned.
const poorFit = 2

// remedy is what may help where one kind of data is not explained.
func (out *outcome) remedy(kind string) string {
	switch {
	case out.job.prior.network != nil:
		return "an unrolled network is not refitted to the data; the stations may not be calibrated, or the source unlike its training"
	case kind == "vis":
		return "the stations may not be calibrated: leave --data away to fit closures"
	case kind == "amp":
		return "stations may be off by more than --gain-error, as is usual before self-calibration; or try another --fov, --flux or --start"
	}
	return "try another --fov, --flux or --start"
}
