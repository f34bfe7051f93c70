package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"fringe/evaluate"
	"fringe/infer"
)

// savePage writes report.html: the images, the figures and the numbers of one run on one page.
func (out *outcome) savePage(dir *outDir) error {
	images, err := out.imageSection(dir)
	if err != nil {
		return err
	}
	figures := evaluate.Section{Title: "Data and residuals"}
	for i := range out.job.sets {
		for _, p := range figurePages() {
			png, err := dir.read(fileOfSet(p.file, i))
			if err != nil {
				return err
			}
			if png != nil {
				figures.Figures = append(figures.Figures, evaluate.Figure{PNG: png, Caption: p.caption})
			}
		}
	}
	report := evaluate.Report{
		Title: out.title(), Intro: out.intro(),
		Sections: []evaluate.Section{out.trust(), images, out.fitSection(), figures, out.settings()},
		Footer:   "fringe " + version + " · " + commandLine(),
	}
	return dir.write("report.html", report.WriteHTML)
}

func (out *outcome) title() string {
	name := out.job.sets[0].fit.vis.Source.Name
	if name == "" {
		name = "Image"
	}
	return fmt.Sprintf("%s at %s", name, bandText(out.job.sets[0].fit.vis))
}

func (out *outcome) intro() []string {
	r, g := out.report, out.job.grid
	lines := []string{fmt.Sprintf("%d visibilities imaged with %s by %s on %d × %d pixels of %s; fitted to %s. The image has %.4g Jy.",
		r.Visibilities, out.job.prior.name, r.Method, g.NX, g.NY, angleText(g.CellRad), r.Data, r.FluxJy)}
	if n := out.job.channels(); n > 1 {
		lines = append(lines, fmt.Sprintf("A cube of %d channels: the picture is their mean, and the flux that of one. Dirty and restored images are not made of cubes: fringe dirty --channels makes those of one.", n))
	}
	if out.result.Stop == infer.Cancelled {
		lines = append(lines, "The run was stopped by the user: this is the best image until then.")
	}
	return lines
}

// trust says in plain words what to look out for.
func (out *outcome) trust() evaluate.Section {
	s := evaluate.Section{Title: "What to look out for", Text: out.report.Warnings}
	if len(s.Text) == 0 {
		s.Text = []string{"Nothing stands out: the image explains what it was fitted to, and fits its field."}
	}
	s.Text = slices.Clone(s.Text)
	s.Text = append(s.Text, "A reduced χ² near 1 says that the image explains the data, not that no other image would: change the prior, the start and the field and see what stays.")
	return s
}

// imageSection shows the image and what the data say by themselves.
func (out *outcome) imageSection(dir *outDir) (evaluate.Section, error) {
	s := evaluate.Section{Title: "Images"}
	captions := []page{
		{"image.png", "The image: what is assumed of the sky, made to explain the data. North is up and East to the left."},
		{"restored.png", "Restored image: the image convolved with the beam of the data, plus the residual."},
		{"residual.png", "Residual: the dirty image of what the image leaves of the visibilities. Noise and nothing else is right."},
		{"dirty.png", "Dirty image: the data by themselves."},
		{"beam.png", "Dirty beam: the image of a point."},
	}
	for _, p := range captions {
		png, err := dir.read(p.file)
		if err != nil {
			return s, err
		}
		if png != nil {
			s.Figures = append(s.Figures, evaluate.Figure{PNG: png, Caption: p.caption})
		}
	}
	if r := out.report.Products; r != nil {
		s.Text = append(s.Text, fmt.Sprintf("Beam %v East of North (weighting %s). Residual: rms %.3g Jy/beam, peak %.3g Jy/beam; the weights promise a noise of %.3g Jy/beam.",
			r.Beam.beam, r.Weighting, r.Residual.RMSJyBeam, r.Residual.PeakJyBeam, r.NoiseJyBeam))
	}
	if out.job.phaseless() {
		s.Text = append(s.Text, "Complex visibilities were not fitted, because stations are not taken for calibrated. Dirty, residual and restored images rest on their phases, and on where "+
			"the image happens to lie: believe them only of calibrated data.")
	}
	return s, nil
}

// fitSection holds the numbers of the fit.
func (out *outcome) fitSection() evaluate.Section {
	r := out.report
	kinds := evaluate.Table{Columns: []string{"data", "fitted", "number", "reduced χ²", "mean", "beyond 3σ"},
		Caption: "Residuals in units of σ. Kinds that were not fitted are a check. Of normal residuals 0.3 % lie beyond 3σ."}
	for _, k := range r.Residuals {
		kinds.Rows = append(kinds.Rows, []string{k.Kind, yesNo(k.Fitted), fmt.Sprint(k.Data), fmt.Sprintf("%.3g", k.ReducedChi2), fmt.Sprintf("%.2f", k.Mean), fmt.Sprintf("%.2g %%", 100*k.Beyond3)})
	}
	s := evaluate.Section{Title: "Fit", Tables: []evaluate.Table{kinds}}
	s.Text = append(s.Text, fmt.Sprintf("%d iterations, then: %s. Log-likelihood of what was fitted, constants included: %.6g.", r.Iterations, r.StopReason, r.LogLikelihood))
	if cv := r.CrossValidation; cv != nil {
		s.Text = append(s.Text, fmt.Sprintf("The strengths were chosen by cross-validation in %d folds from %d candidates: those of --prior times %s. Held-out reduced χ² %.4g, flat within its errors for factors of %s.",
			cv.Folds, cv.Candidates, factors(cv.Factors), cv.HeldOutChi2, cv.alike(slices.Sorted(maps.Keys(cv.Alike)))))
	}
	for _, cal := range r.SelfCalibration {
		for _, step := range cal.Steps {
			s.Text = append(s.Text, fmt.Sprintf("Self-calibration of %s, data set %d: reduced χ² of the visibilities %.3g before, %.3g after, %.3g per degree of freedom. The data are made to agree "+
				"with the image wherever one gain per station can: only closure quantities could still say that it is wrong.", step.Mode, cal.DataSet, step.Before.Reduced(), step.After.Reduced(), step.Chi2PerFreedom))
		}
	}
	for i, set := range r.DataSets {
		s.Text = append(s.Text, fmt.Sprintf("%s: %d visibilities, weight %g. %s.", set.File, set.Visibilities, set.Weight, capital(set.scatter)))
		s.Tables = append(s.Tables, out.parts("station", i, func(r residualReport) []partReport { return r.ByStation }),
			out.parts("baselines", i, func(r residualReport) []partReport { return r.ByBaseline }))
	}
	s.Tables = slices.DeleteFunc(s.Tables, func(t evaluate.Table) bool { return len(t.Rows) == 0 })
	return s
}

// parts tabulates the reduced χ² of parts of the fitted data of set i.
func (out *outcome) parts(what string, i int, of func(residualReport) []partReport) evaluate.Table {
	t := evaluate.Table{Columns: []string{what}, Caption: "Reduced χ²; in brackets, the number of data."}
	for _, r := range out.report.Residuals {
		if !r.Fitted || !ofSet(r.Kind, i) {
			continue
		}
		t.Columns = append(t.Columns, r.Kind)
		for k, p := range of(r) {
			if k == len(t.Rows) {
				t.Rows = append(t.Rows, []string{p.Part})
			}
			cell := "—"
			if p.ReducedChi2 != nil {
				cell = fmt.Sprintf("%.2f (%d)", *p.ReducedChi2, p.Data)
			}
			t.Rows[k] = append(t.Rows[k], cell)
		}
	}
	return t
}

func (out *outcome) settings() evaluate.Section {
	r := out.report
	t := evaluate.Table{Columns: []string{"setting", "value"}}
	t.Rows = [][]string{
		{"prior", r.Prior}, {"method", r.Method}, {"data", r.Data}, {"assumed flux", fmt.Sprintf("%.4g Jy", r.AssumedFluxJy)},
		{"field of view", angleText(float64(out.job.grid.NX) * out.job.grid.CellRad)}, {"resolution", angleText(out.job.resolution)},
		{"systematic error", fmt.Sprintf("%g %%", 100*r.SystematicFraction)}, {"start", r.Start}, {"mask", r.Mask},
		{"primary beam", r.PrimaryBeam}, {"errors of visibilities", r.RobustNoise}, {"closures above", fmt.Sprintf("%g sigma", r.ClosureSNR)},
	}
	if r.FirmDenoiser != "" {
		t.Rows = append(t.Rows, []string{"the denoiser is firmly nonexpansive", r.FirmDenoiser})
	}
	return evaluate.Section{Title: "Settings", Tables: []evaluate.Table{t}}
}

// factors lists the factors on strengths in the order of their names.
func factors(all map[string]float64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, fmt.Sprintf("%s %.3g", name, all[name]))
	}
	return strings.Join(parts, ", ")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func capital(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
