package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"fringe/data"
	"fringe/figure"
)

// imageFiles are the files that fringe image may write. The last one marks a finished run.
func imageFiles() []string {
	names := append([]string{"image.fits", "image.png"}, productFiles()...)
	for _, p := range figurePages() {
		for set := range maxDataSets {
			names = append(names, fileOfSet(p.file, set))
		}
	}
	for set := range maxDataSets {
		names = append(names, numbered("gains", set)+".csv")
	}
	return append(names, "cv.json", "report.html", "report.json")
}

// maxDataSets is how many files can be imaged together, and how many channels a cube can have.
const maxDataSets = 64

// page is a figure of the report: its file and what a reader should know of it.
type page struct{ file, caption string }

// figurePages are the figures of a data set, in the order of the page.
func figurePages() []page {
	return []page{
		{"coverage.png", "Where the visibilities lie in the (u,v) plane. Structure that no baseline sees is the prior's."},
		{"visibilities.png", "Real and imaginary parts of the visibilities over those of the image, and normalised residuals below."},
		{"amplitudes.png", "Amplitudes, debiased, over those of the image. They rest on the stations' calibration."},
		{"closure_phases.png", "Closure phases, which no station's gain changes, over those of the image."},
		{"log_closure_amplitudes.png", "Log closure amplitudes, which no station's gain changes, over those of the image."},
		{"residuals.png", "Normalised residuals. Where image and errors are right they follow N(0,1); wider tails are outliers or structure that is missing, " +
			"a narrow peak is errors that are too large. What lies beyond ±5 is counted at the ends."},
		{"stations.png", "Reduced χ² of the data of each station. One station above the others points to its calibration."},
		{"baselines.png", "Reduced χ² by the length of the baselines. Short ones above the others point to flux outside the field, long ones to structure that is too smooth."},
		{"gains.png", "The gains of the stations that self-calibration found, taken out of the data."},
		{"cv.png", "Cross-validation: the reduced χ² of data that were left out, against the factor on each strength. The choice is in orange."},
		{"convergence.png", "The objective and its parts at every iteration, with their weights. Curves that still fall want a larger --max-iter."},
	}
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
	if err := out.writeImage(path); err != nil {
		return err
	}
	pictures := []picture{{"image.png", out.writeSky}}
	if out.products != nil {
		more, err := saveProducts(dir, out.products, out.header(), out.phaseRemark())
		if err != nil {
			return err
		}
		pictures = append(pictures, more...)
	}
	leftOut, err := writePictures(dir, append(pictures, out.pictures()...))
	if err != nil {
		return err
	}
	for _, e := range leftOut {
		fmt.Fprintf(log, "left out a figure: %v\n", e)
	}
	for i, s := range out.job.sets {
		if s.gains == nil {
			continue
		}
		if err := dir.write(numbered("gains", i)+".csv", s.gains.table.WriteCSV); err != nil {
			return err
		}
	}
	if t := out.job.validation; t != nil {
		if err := dir.write("cv.json", func(w io.Writer) error { return writeJSON(w, t) }); err != nil {
			return err
		}
	}
	if err := out.savePage(dir); err != nil {
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

// writeImage writes the image, or the cube.
func (out *outcome) writeImage(path string) error {
	if out.job.channels() > 1 {
		return data.WriteCube(path, out.result.Image, out.job.grid, out.job.freqHz, out.header())
	}
	return data.WriteImage(path, out.result.Image, out.job.grid, out.header())
}

// pictures returns what draws the figures of all data sets.
func (out *outcome) pictures() []picture {
	var all []picture
	for i := range out.job.sets {
		for _, p := range figurePages() {
			if draw := out.figure(p.file, i); draw != nil {
				all = append(all, picture{fileOfSet(p.file, i), draw})
			}
		}
	}
	return all
}

// fileOfSet returns the name of a figure of data set i.
func fileOfSet(file string, i int) string {
	return strings.Replace(file, ".png", numbered("", i)+".png", 1)
}

// figure returns what draws a figure of data set i; nil when there is nothing to draw.
func (out *outcome) figure(name string, i int) func(w io.Writer) error {
	f, model := out.job.sets[i].fit, out.models[i]
	switch {
	case name == "coverage.png":
		return func(w io.Writer) error { return figure.WriteCoverage(w, f.vis) }
	case name == "visibilities.png" && f.spec.fitsVis():
		return func(w io.Writer) error { return figure.WriteVisibilities(w, f.vis, model) }
	case name == "amplitudes.png" && (f.vis.HasStations() || f.spec.weights["amp"] > 0):
		return func(w io.Writer) error { return figure.WriteAmplitudes(w, f.vis, f.amplitudes, model) }
	case name == "closure_phases.png" && f.phases.Len() > 0:
		return func(w io.Writer) error { return figure.WriteClosurePhases(w, f.vis, f.phases, model) }
	case name == "log_closure_amplitudes.png" && f.ratios.Len() > 0:
		return func(w io.Writer) error { return figure.WriteLogClosureAmplitudes(w, f.vis, f.ratios, model) }
	case name == "residuals.png":
		return out.histograms(i)
	case name == "stations.png" && f.vis.HasStations():
		return out.breakdown("station", i, func(r residualReport) []partReport { return r.ByStation })
	case name == "baselines.png":
		return out.breakdown("length of the baselines (kl, Ml, Gl: wavelengths)", i, func(r residualReport) []partReport { return r.ByBaseline })
	case name == "gains.png" && out.job.sets[i].gains != nil:
		return func(w io.Writer) error { return drawGains(w, out.job.sets[i].gains.table) }
	case name == "cv.png" && i == 0 && out.job.validation != nil:
		return func(w io.Writer) error { return figure.WriteScores(w, scores(out.job.validation)) }
	case name == "convergence.png" && i == 0 && len(out.result.History) > 1:
		return func(w io.Writer) error { return figure.WriteConvergence(w, out.curves()) }
	}
	return nil
}

// ofSet reports whether a kind of data is of data set i: its name ends in the number.
func ofSet(kind string, i int) bool {
	return slices.ContainsFunc(dataKinds(), func(name string) bool { return kind == numbered(name, i) })
}

func (out *outcome) histograms(i int) func(w io.Writer) error {
	var kinds []figure.Residuals
	for _, r := range out.residuals {
		if r.fitted && ofSet(r.name, i) {
			kinds = append(kinds, figure.Residuals{Name: r.name, Values: r.values})
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	return func(w io.Writer) error { return figure.WriteHistograms(w, kinds) }
}

// breakdown draws the parts of all kinds that are fitted.
func (out *outcome) breakdown(title string, i int, parts func(residualReport) []partReport) func(w io.Writer) error {
	fitted := slices.DeleteFunc(slices.Clone(out.report.Residuals), func(r residualReport) bool { return !r.Fitted || !ofSet(r.Kind, i) })
	if len(fitted) == 0 {
		return nil
	}
	return func(w io.Writer) error { return figure.WriteBreakdown(w, title, breakdowns(fitted, parts)) }
}

// curves returns the objective and its weighted parts at every iteration.
func (out *outcome) curves() []figure.Curve {
	objective := figure.Curve{Name: "objective"}
	if out.job.prior.denoiser != nil {
		objective.Name = "misfit of the data"
	}
	for _, step := range out.result.History {
		objective.Values = append(objective.Values, step.Value)
	}
	all := []figure.Curve{objective}
	add := func(name string, weight float64) {
		values := out.result.Curves[name]
		if len(values) == 0 || weight == 0 {
			return
		}
		curve := figure.Curve{Name: name}
		for _, value := range values {
			curve.Values = append(curve.Values, weight*value)
		}
		all = append(all, curve)
	}
	for _, p := range slices.Concat(out.job.problem.Terms, out.job.prior.terms) {
		add(p.Name, p.Weight)
	}
	for _, p := range out.job.prior.penalties {
		add(p.Name, p.Weight)
	}
	return all
}

func (out *outcome) writeReport(w io.Writer) error { return writeJSON(w, out.report) }

func writeJSON(w io.Writer, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func (out *outcome) writeSky(w io.Writer) error {
	v := out.job.sets[0].fit.vis
	title := strings.TrimPrefix(v.Source.Name+" · "+out.job.prior.name, " · ")
	img := out.job.meanImage(out.result.Image)
	style := figure.SkyStyle{Title: title, FreqHz: meanFreqHz(v), Softening: softening(out.products, out.noise()) * slices.Max(img)}
	return figure.WriteSky(w, img, out.job.grid, style)
}

// noise returns the noise of the image in Jy/beam: what the residual shows, or what the weights promise where phases were not fitted and the
// residual shows how far these are from calibrated.
func (out *outcome) noise() float64 {
	if out.products != nil && out.job.phaseless() {
		return out.products.NoiseJy
	}
	return residualNoise(out.products)
}

// sky returns the image as PNG.
func (out *outcome) sky() ([]byte, error) {
	var b bytes.Buffer
	err := out.writeSky(&b)
	return b.Bytes(), err
}

func (out *outcome) header() data.ImageHeader {
	v := out.job.sets[0].fit.vis
	r := out.report
	history := []string{
		"made by fringe " + version,
		"command: " + commandLine(),
		fmt.Sprintf("prior %s, solved by %s, fitted to %s of %d visibilities", r.Prior, r.Method, r.Data, r.Visibilities),
		fmt.Sprintf("systematic error %g of the amplitude; %d iterations, %s", r.SystematicFraction, r.Iterations, r.StopReason),
		"reduced chi2: " + formatChi2(r.ReducedChi2),
	}
	return data.ImageHeader{
		Source: v.Source, FreqHz: meanFreqHz(v), MJD: v.RefMJD + slices.Min(v.TimeSec)/86400, History: history,
	}
}
