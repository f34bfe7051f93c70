package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"fringe/evaluate"
	"fringe/radio"
)

// denoisersReport is report.json.
type denoisersReport struct {
	Program     string                  `json:"program"`
	Seed        uint64                  `json:"seed"`
	Split       string                  `json:"split"`
	Skies       int                     `json:"skies_per_family_and_level"`
	TuningSkies int                     `json:"tuning_skies_per_family_and_level"`
	LeftOut     []string                `json:"left_out,omitempty"`
	Stopped     string                  `json:"stopped,omitempty"`
	Groups      []evaluate.DenoisingRow `json:"groups"`
	Families    []evaluate.DenoisingRow `json:"families"`

	Jacobians []evaluate.JacobianSummary `json:"jacobians,omitempty"`
}

// writeDenoisers writes the report, the scores and the summary, and prints the table of the groups.
func (c denoisersConfig) writeDenoisers(dir *outDir, r denoisersReport, methods []evaluate.DenoisingMethod, cells []evaluate.DenoisingCell, table, log io.Writer) (err error) {
	defer func() { err = errors.Join(err, dir.discard()) }()
	page, err := c.page(r, methods, cells)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		fill func(w io.Writer) error
	}{
		{"report.html", page.WriteHTML},
		{"report.json", func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(r)
		}},
		{"scores.jsonl", func(w io.Writer) error { return writeDenoisingScores(w, methods, cells) }},
	} {
		if err := dir.write(file.name, file.fill); err != nil {
			return err
		}
	}
	if err := dir.finish(); err != nil {
		return err
	}
	t := evaluate.DenoisingTable(append(slices.Clone(r.Groups), r.Families...))
	if err := t.WriteText(table); err != nil {
		return err
	}
	if len(r.Jacobians) > 0 {
		fmt.Fprintln(table)
		if err := evaluate.JacobianTable(r.Jacobians).WriteText(table); err != nil {
			return err
		}
	}
	fmt.Fprintf(log, "\n%s\nwrote %s\n", t.Caption, filepath.Join(dir.path, "report.html"))
	return nil
}

// page makes the report for people.
func (c denoisersConfig) page(r denoisersReport, methods []evaluate.DenoisingMethod, cells []evaluate.DenoisingCell) (evaluate.Report, error) {
	d := c.Denoising.WithDefaults()
	page := evaluate.Report{
		Title: "Denoisers compared on simulated skies",
		Intro: []string{
			fmt.Sprintf("%d skies of the %s split for each family and level of noise, seed %d, %d x %d pixels. The brightest pixel of a sky is "+
				"between %g and %g, as imaging only guesses it; the noise is white and Gaussian, in units of that pixel. Every method gets the same "+
				"images and the standard deviation of their noise, and what it returns is set to 0 where it is negative.",
				c.Count, r.Split, c.Seed, d.Pixels, d.Pixels, d.PeakMin, d.PeakMax),
			fmt.Sprintf("The strengths of the classical methods are those with the highest mean PSNR on %d other skies of the validation split, for each family and level.", c.Tuning),
		},
		Sections: []evaluate.Section{
			{Title: "Groups", Tables: []evaluate.Table{evaluate.DenoisingTable(r.Groups)}},
			{Title: "Families", Tables: []evaluate.Table{evaluate.DenoisingTable(r.Families)}},
		},
		Footer: r.Program,
	}
	if len(r.Jacobians) > 0 {
		page.Sections = append(page.Sections, evaluate.Section{Title: "Norms of the Jacobians", Tables: []evaluate.Table{evaluate.JacobianTable(r.Jacobians)}})
	}
	page.Intro = append(page.Intro, r.LeftOut...)
	if r.Stopped != "" {
		page.Intro = append(page.Intro, "The run was cut short: "+r.Stopped+".")
	}
	pictures, err := evaluate.DenoisingPictures(methods, cells, radio.Grid{NX: d.Pixels, NY: d.Pixels, CellRad: d.Grid().CellRad})
	page.Sections = append(page.Sections, pictures...)
	return page, err
}

// writeDenoisingScores writes one JSON line per image.
func writeDenoisingScores(w io.Writer, methods []evaluate.DenoisingMethod, cells []evaluate.DenoisingCell) error {
	encoder := json.NewEncoder(w)
	for _, c := range cells {
		for m, method := range methods {
			for i, psnr := range c.Outcomes[m].PSNR {
				line := struct {
					Family string  `json:"family"`
					Sigma  float64 `json:"sigma"`
					Index  int     `json:"index"`
					Method string  `json:"method"`
					PSNR   float64 `json:"psnr_db"`
				}{c.Family, c.Sigma, i, method.Name(), psnr}
				if err := encoder.Encode(line); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
