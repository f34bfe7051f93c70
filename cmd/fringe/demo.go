package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"fringe/evaluate"
	"fringe/metrics"
	"fringe/radio"

	"github.com/spf13/cobra"
)

func demoCommand() *cobra.Command {
	out, force := filepath.Join("out", "demo"), false
	c := &cobra.Command{
		Use:   "demo",
		Short: "Image M87 with classical and learned methods side by side",
		Long: `Image the black hole in M87 from two bundled data sets of the Event Horizon Telescope, with hand-made regularizers and
with the checkpoints that are there, measure the ring, and write DIR/report.html. Run it in the folder of the repository.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo(c.Context(), out, force, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().StringVarP(&out, "out", "o", out, "folder of the results")
	c.Flags().BoolVar(&force, "force", force, "overwrite a finished demo")
	return c
}

// exhibit is one image of the demo.
type exhibit struct {
	name, title string // its folder and its caption
	file, prior string
	data        string
}

// exhibits are the same night twice: as calibrated by the observatories, where only closure quantities can be trusted, and
// after self-calibration, where complex visibilities can.
func exhibits() []exhibit {
	folder := filepath.Join("examples", "m87")
	network := filepath.Join(folder, "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	selfcal := filepath.Join(folder, "SR2_M87_2017_101_lo_hops_zbl-dtcal+selfcal.uvfits")
	classical := defaultOptions().prior
	return []exhibit{
		{"closures-classical", "closures, regularizers", network, classical, "auto"},
		{"closures-denoiser", "closures, learned denoiser", network, filepath.Join("checkpoints", "denoiser-eht64"), "auto"},
		{"selfcal-classical", "self-calibrated, regularizers", selfcal, classical, "vis"},
		{"selfcal-denoiser", "self-calibrated, learned denoiser", selfcal, filepath.Join("checkpoints", "denoiser-eht64"), "vis"},
		{"selfcal-unrolled", "self-calibrated, unrolled network", selfcal, filepath.Join("checkpoints", "unrolled-eht64"), "vis"},
	}
}

func demo(ctx context.Context, out string, force bool, table, log io.Writer) error {
	dir := &outDir{path: out, names: []string{"report.html"}}
	if err := dir.check(force); err != nil {
		return err
	}
	page := newDemoPage()
	for _, e := range exhibits() {
		if _, err := os.Stat(e.file); err != nil {
			return withHint(err, "run fringe demo in the folder of the repository, which holds examples/m87")
		}
		if _, err := os.Stat(filepath.Join(e.prior, "manifest.json")); isCheckpoint(e.prior) && err != nil {
			page.skip(e)
			continue
		}
		fmt.Fprintf(log, "\n%s\n", e.title)
		result, err := e.options(out).run(ctx, log)
		if err != nil {
			return fmt.Errorf("%s: %w", e.title, err)
		}
		if err := page.add(e, result); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			fmt.Fprintf(log, "stopped by the user; the images so far are in %s\n", out)
			return errInterrupted
		}
	}
	return page.write(dir, table, log)
}

// options are those of fringe image, with what is known of M87 on these scales: the field and the compact flux density
// (EHT Collaboration 2019, Paper IV, section 4).
func (e exhibit) options(out string) imageOptions {
	o := defaultOptions()
	o.paths, o.prior, o.data = []string{e.file}, e.prior, e.data
	o.out, o.force = filepath.Join(out, e.name), true
	o.fov, o.flux = angle("128uas"), flux("0.6")
	return o
}

// demoPage collects the report.
type demoPage struct {
	figures []evaluate.Figure
	table   evaluate.Table
	skipped []string
	pages   []string // folders of the images
}

func newDemoPage() *demoPage {
	return &demoPage{table: evaluate.Table{
		Columns: []string{"image", "diameter (µas)", "width (µas)", "brightest at (°)",
			"χ² cphase", "χ² logcamp", "χ² amp", "χ² vis", "flux (Jy)", "solve (s)"},
		Caption: "Diameter (± its scatter over azimuth, which is not an error bar), width and position angle (North through East) as " +
			"defined in EHT Collaboration 2019, Paper IV, section 9. χ² is reduced and given for what was fitted; — was not fitted. " +
			"Times are wall-clock, of the solver alone.",
	}}
}

func (p *demoPage) skip(e exhibit) {
	p.skipped = append(p.skipped, fmt.Sprintf("%s: there is no %s", e.title, e.prior))
}

// add measures the ring and adds a figure and a row.
func (p *demoPage) add(e exhibit, out *outcome) error {
	picture, err := out.sky()
	if err != nil {
		return err
	}
	r := out.report
	caption := fmt.Sprintf("%s. Prior %s, solved by %s; fitted to %s of %d scan-averaged visibilities, with a systematic error of %g %% of "+
		"the amplitude. Reduced χ²: %s. %d iterations, %s, in %.1f s.", e.title, out.job.prior.name, r.Method, r.Data, r.Visibilities,
		100*r.SystematicFraction, formatChi2(r.ReducedChi2), r.Iterations, r.StopReason, r.Seconds.Solve)
	ring, err := metrics.MeasureRing(out.job.grid, out.result.Image, metrics.RingOptions{})
	row := []string{e.title, "—", "—", "—"}
	if err != nil {
		caption += " The measurement finds no ring (" + strings.TrimPrefix(err.Error(), "metrics: no ring: ") + ")."
	} else {
		const uas = radio.Microarcsecond
		row = []string{e.title, fmt.Sprintf("%.1f ± %.1f", ring.DiameterRad/uas, ring.DiameterSpreadRad/uas),
			fmt.Sprintf("%.1f", ring.WidthRad/uas), fmt.Sprintf("%.0f", ring.PositionAngleRad*180/math.Pi)}
	}
	for _, kind := range []string{"cphase", "logcamp", "amp", "vis"} {
		cell := "—"
		if value, fitted := r.ReducedChi2[kind]; fitted {
			cell = fmt.Sprintf("%.2f", value)
		}
		row = append(row, cell)
	}
	p.table.Rows = append(p.table.Rows, append(row, fmt.Sprintf("%.2f", r.FluxJy), fmt.Sprintf("%.1f", r.Seconds.Solve)))
	p.pages = append(p.pages, e.name)
	p.figures = append(p.figures, evaluate.Figure{PNG: picture, Caption: caption})
	return nil
}

// write makes report.html and prints its table.
func (p *demoPage) write(dir *outDir, table, log io.Writer) (err error) {
	section := evaluate.Section{Title: "Images", Figures: p.figures, Tables: []evaluate.Table{p.table}}
	if len(p.skipped) > 0 {
		section.Text = []string{"Left out: " + strings.Join(p.skipped, "; ") + ". Train it with fringe train."}
	}
	report := evaluate.Report{
		Title: "M87 on 11 April 2017, imaged by fringe",
		Intro: []string{
			"One night of the Event Horizon Telescope at 227 GHz, as calibrated by its network and after self-calibration " +
				"(EHT Collaboration, data products 2019-D01-01 and 2023-D01-01). Baselines inside a site are left out: they see " +
				"extended flux that no other baseline sees. A compact flux of 0.6 Jy, with an error of 1 %, is assumed: it is fitted " +
				"together with the data, also with the self-calibrated ones, for every image but that of the unrolled network.",
			"EHT Collaboration 2019 (Papers I, IV) found a ring of 42 ± 3 µas, brighter in the south. North is up and East " +
				"to the left; each image has its own colour scale.",
			"Each image has a page of its own, report.html in its folder: " + strings.Join(p.pages, ", ") + ".",
			"A fit with reduced χ² near 1 says that the image explains the data, not that no other image would: compare the priors.",
		},
		Sections: []evaluate.Section{section},
		Footer:   "fringe " + version,
	}
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	if err := dir.write("report.html", report.WriteHTML); err != nil {
		return err
	}
	if err := dir.finish(); err != nil {
		return err
	}
	for _, s := range p.skipped {
		fmt.Fprintf(log, "left out %s\n", s)
	}
	fmt.Fprintln(log)
	if err := p.table.WriteText(table); err != nil {
		return err
	}
	fmt.Fprintln(log, "\nLarge reduced chi2 of amplitudes are usual before self-calibration, and an unrolled network is not refitted to the data.")
	fmt.Fprintf(log, "wrote %s\n", filepath.Join(dir.path, "report.html"))
	return nil
}
