package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"fringe/data"
	"fringe/evaluate"
	"fringe/radio"
	"fringe/train"
)

// denoisersConfig is the file of an evaluation of denoisers.
type denoisersConfig struct {
	Kind      string                    `yaml:"kind"` // "denoising"
	Seed      uint64                    `yaml:"seed"`
	Count     int                       `yaml:"count"`  // skies of each family and level
	Tuning    int                       `yaml:"tuning"` // skies of each family and level that strengths are chosen on; 0 means 8
	Levels    []float64                 `yaml:"levels"` // noise over the brightest pixel; none means 0.01, 0.03, 0.1 and 0.3
	Denoising train.DenoisingConfig     `yaml:"denoising"`
	Groups    []evaluate.DenoisingGroup `yaml:"groups"`
	Methods   []denoiserMethod          `yaml:"methods"`
	Jacobian  evaluate.Jacobians        `yaml:"jacobian"`
}

// denoiserMethod names a classical method or a checkpoint.
type denoiserMethod struct {
	Label      string `yaml:"label"`
	Method     string `yaml:"method"`     // "tv", "wavelet" or "bm3d"
	Checkpoint string `yaml:"checkpoint"` // instead of a method
	Jacobian   bool   `yaml:"jacobian"`   // measure the norms of its Jacobians

	evaluate.BM3DSettings `yaml:",inline"`
}

// readDenoisers reads a config; count replaces the config's number of skies unless it is 0.
func readDenoisers(text []byte, count int) (c denoisersConfig, err error) {
	if err := train.Decode(text, &c); err != nil {
		return c, err
	}
	if count != 0 {
		c.Count = count
	}
	if c.Tuning == 0 {
		c.Tuning = 8
	}
	if len(c.Levels) == 0 {
		c.Levels = []float64{0.01, 0.03, 0.1, 0.3}
	}
	return c, c.validate()
}

func (c denoisersConfig) validate() error {
	if c.Count < 1 || c.Count > 100_000 || c.Tuning < 1 || c.Tuning > 100_000 {
		return fmt.Errorf("count is %d and tuning %d, must be between 1 and 100000", c.Count, c.Tuning)
	}
	for _, sigma := range c.Levels {
		if !(sigma > 0 && sigma <= 10) {
			return fmt.Errorf("levels has %g, must be above 0 and at most 10", sigma)
		}
	}
	if len(c.Groups) == 0 || len(c.Methods) == 0 {
		return errors.New("groups and methods need one entry at least")
	}
	labels := map[string]bool{}
	for i, m := range c.Methods {
		if m.Label == "" || labels[m.Label] || (m.Method == "") == (m.Checkpoint == "") {
			return fmt.Errorf("methods[%d] needs a label of its own, and either method or checkpoint", i)
		}
		if err := m.BM3DSettings.Validate(); err != nil {
			return fmt.Errorf("methods[%d]: %w", i, err)
		}
		labels[m.Label] = true
	}
	for i, g := range c.Groups {
		if g.Name == "" || len(g.Families) == 0 || g.Specialist != "" && !labels[g.Specialist] {
			return fmt.Errorf("groups[%d] needs a name and families; specialist must be the label of a method", i)
		}
		for _, f := range g.Families {
			if !slices.ContainsFunc(data.AllFamilies(), func(known data.Family) bool { return known.Name == f }) {
				return fmt.Errorf("groups[%d]: there is no family %q", i, f)
			}
		}
	}
	return errors.Join(c.Denoising.Validate(), c.Jacobian.Validate())
}

// families returns the families of all groups, each once.
func (c denoisersConfig) families() (all []string) {
	for _, g := range c.Groups {
		for _, f := range g.Families {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}

// denoiserMethods are open methods. close frees them.
type denoiserMethods struct {
	list    []evaluate.DenoisingMethod
	leftOut []string // why methods of the config are missing
	closers []func()
}

func (d *denoiserMethods) close() {
	for _, c := range d.closers {
		c()
	}
}

// open makes the methods. BM3D is left out, and said to be, where Python lacks it.
func (c denoisersConfig) open(f evaluateFlags, log io.Writer) (*denoiserMethods, error) {
	d := &denoiserMethods{}
	for _, m := range c.Methods {
		if err := d.add(m, c.Denoising.WithDefaults().Pixels, f, log); err != nil {
			d.close()
			return nil, fmt.Errorf("method %q: %w", m.Label, err)
		}
	}
	return d, nil
}

func (d *denoiserMethods) add(m denoiserMethod, side int, f evaluateFlags, log io.Writer) error {
	switch {
	case m.Checkpoint != "":
		return d.addCheckpoint(m)
	case m.Method == "tv":
		d.addClassical(evaluate.TotalVariation(m.Label), f)
	case m.Method == "wavelet":
		w, err := evaluate.Wavelets(m.Label, side)
		if err != nil {
			return err
		}
		d.addClassical(w, f)
	case m.Method == "bm3d":
		d.addBM3D(m, f, log)
	default:
		return fmt.Errorf("method is %q, must be tv, wavelet or bm3d", m.Method)
	}
	return nil
}

func (d *denoiserMethods) addCheckpoint(m denoiserMethod) error {
	p, err := openCheckpoint(m.Checkpoint)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, p.close)
	if p.denoiser == nil {
		return fmt.Errorf("checkpoint %s is no denoiser", m.Checkpoint)
	}
	d.list = append(d.list, evaluate.Trained{Label: m.Label, Network: p.denoiser})
	return nil
}

func (d *denoiserMethods) addBM3D(m denoiserMethod, f evaluateFlags, log io.Writer) {
	b, err := evaluate.NewBM3D(m.Label, m.BM3DSettings, f.python, log)
	if err != nil {
		note := fmt.Sprintf("%s is left out: %v", m.Label, err)
		d.leftOut = append(d.leftOut, note)
		fmt.Fprintf(log, "%s\nhint: %s -m pip install bm3d, or name another interpreter with --python\n", note, f.python)
		return
	}
	d.closers = append(d.closers, b.Close)
	d.addClassical(b, f)
}

// addClassical adds a method, through the cache where there is one.
func (d *denoiserMethods) addClassical(m evaluate.Tunable, f evaluateFlags) {
	if f.cache != "" {
		m = evaluate.Cached{Tunable: m, Dir: f.cache}
	}
	d.list = append(d.list, m)
}

// runDenoisers judges denoisers.
func (f evaluateFlags) runDenoisers(ctx context.Context, c denoisersConfig, split data.Split, table, log io.Writer) error {
	if f.seed != nil {
		c.Seed = *f.seed
	}
	dir, err := f.folder("report.html", "report.json", "scores.jsonl")
	if err != nil {
		return err
	}
	methods, err := c.open(f, log)
	if err != nil {
		return err
	}
	defer methods.close()
	suite := evaluate.DenoisingSuite{
		Seed: c.Seed, Split: split, Skies: c.Denoising, Families: c.families(), Levels: c.Levels, Count: c.Count, Tuning: c.Tuning,
		Progress: func(cell evaluate.DenoisingCell, done, of int) {
			fmt.Fprintf(log, "%d of %d: %s, noise %g: %s\n", done, of, cell.Family, cell.Sigma, describeCell(methods.list, cell))
		},
	}
	cells, err := suite.Run(ctx, methods.list)
	var stopped *evaluate.Stopped
	if err != nil && !(errors.As(err, &stopped) && stopped.Done > 0) {
		return err
	}
	r := denoisersReport{Program: "fringe " + version, Seed: c.Seed, Split: split.String(), Skies: c.Count, TuningSkies: c.Tuning, LeftOut: methods.leftOut}
	if r.Families, r.Groups, err = evaluate.SummariseDenoising(methods.list, cells, c.Groups, rand.New(rand.NewPCG(c.Seed, 0))); err != nil {
		return err
	}
	if stopped != nil {
		r.Stopped = stopped.Error()
	} else if r.Jacobians, err = c.measureJacobians(ctx, suite, methods.list, log); err != nil {
		return err
	}
	if err := c.writeDenoisers(dir, r, methods.list, cells, table, log); err != nil {
		return err
	}
	if stopped != nil {
		return stopped
	}
	return nil
}

// measureJacobians measures the denoisers that the config names, each on the families that it was trained on. When ctx ends it returns what it
// has.
func (c denoisersConfig) measureJacobians(ctx context.Context, suite evaluate.DenoisingSuite, methods []evaluate.DenoisingMethod, log io.Writer) (rows []evaluate.JacobianSummary, err error) {
	for i, m := range c.Methods {
		t, ok := methodNamed(methods, m.Label).(evaluate.Trained)
		if !ok || !m.Jacobian {
			continue
		}
		families := suite.Families
		for _, g := range c.Groups {
			if g.Specialist == m.Label {
				families = g.Families
			}
		}
		found, err := suite.MeasureJacobians(ctx, t, families, c.Jacobian)
		rows = append(rows, found...)
		if ctx.Err() != nil {
			return rows, nil
		}
		if err != nil {
			return rows, fmt.Errorf("methods[%d]: %w", i, err)
		}
		fmt.Fprintf(log, "measured the Jacobians of %s\n", m.Label)
	}
	return rows, nil
}

// methodNamed returns the method with a label, nil when it was left out.
func methodNamed(methods []evaluate.DenoisingMethod, label string) evaluate.DenoisingMethod {
	for _, m := range methods {
		if m.Name() == label {
			return m
		}
	}
	return nil
}

// describeCell lists the mean PSNR of every method.
func describeCell(methods []evaluate.DenoisingMethod, cell evaluate.DenoisingCell) string {
	var parts []string
	for m, method := range methods {
		sum := 0.0
		for _, v := range cell.Outcomes[m].PSNR {
			sum += v / float64(len(cell.Outcomes[m].PSNR))
		}
		parts = append(parts, fmt.Sprintf("%s %.2f", method.Name(), sum))
	}
	return strings.Join(parts, ", ") + " dB"
}

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
