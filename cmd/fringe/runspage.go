package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"fringe/evaluate"
	"fringe/figure"
)

// table returns a row for each run.
func (f foundRuns) table() evaluate.Table {
	t := evaluate.Table{Columns: []string{"run", "kind", "network", "parameters", "steps", "status", "loss", "best metric", "time"}}
	for _, r := range f.Runs {
		best := "–"
		if r.Metric != "" {
			best = fmt.Sprintf("%s %.2f at %d", r.Metric, r.Best, r.BestStep)
		}
		t.Rows = append(t.Rows, []string{
			r.Name, r.Kind, orDash(r.Network), fmt.Sprint(r.Parameters), fmt.Sprintf("%d/%d", r.Step, r.Steps), r.Status, fmt.Sprintf("%.4g", r.Loss), best, r.duration(),
		})
	}
	return t
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func (r trainedRun) duration() string {
	if r.Seconds == 0 {
		return "–"
	}
	return time.Duration(r.Seconds * float64(time.Second)).Round(time.Second).String()
}

// report returns the page, which will lie in the folder dir.
func (f foundRuns) report(dir string, smooth float64) (evaluate.Report, error) {
	overview := evaluate.Section{Title: "Runs", Tables: []evaluate.Table{f.table()}}
	overview.Tables[0].Caption = "Loss of the last report; losses of different configs may not be comparable. Time of training and validation, over all sessions. " +
		"A run is unfinished while it goes on, or when it was stopped and can be resumed; early: ended by loop.patience."
	for _, s := range f.Skipped {
		overview.Text = append(overview.Text, fmt.Sprintf("Left out: %s: %s.", s.Path, s.Cause))
	}
	files := evaluate.Section{Title: "Files"}
	for _, r := range f.Runs {
		links, err := r.links(dir)
		if err != nil {
			return evaluate.Report{}, err
		}
		files.Links = append(files.Links, links...)
	}
	curves, err := f.curves(smooth)
	if err != nil {
		return evaluate.Report{}, err
	}
	pictures, err := f.pictures()
	if err != nil {
		return evaluate.Report{}, err
	}
	sections := slices.DeleteFunc([]evaluate.Section{overview, curves, f.differing(), pictures, files}, func(s evaluate.Section) bool {
		return len(s.Text)+len(s.Figures)+len(s.Tables)+len(s.Links) == 0
	})
	return evaluate.Report{
		Title: fmt.Sprintf("Training runs in %s", f.Dir), Sections: sections, Footer: "fringe " + version + " · " + commandLine(),
	}, nil
}

// links point from the page to the files of a run.
func (r trainedRun) links(dir string) (list []evaluate.Link, err error) {
	from, errFrom := filepath.Abs(dir)
	to, errTo := filepath.Abs(r.Path)
	folder, err := filepath.Rel(from, to)
	if err := errors.Join(errFrom, errTo, err); err != nil {
		return nil, fmt.Errorf("link to %s: %w", r.Path, err)
	}
	for _, name := range []string{"manifest.json", "metrics.jsonl", "pictures"} {
		if _, err := os.Stat(filepath.Join(r.Path, name)); err == nil {
			list = append(list, evaluate.Link{Text: r.Name + "/" + name, Path: filepath.ToSlash(filepath.Join(folder, name))})
		}
	}
	return list, nil
}

// curves draws the losses and every metric. Losses that are positive have a logarithmic axis, the others a figure of their own.
func (f foundRuns) curves(smooth float64) (evaluate.Section, error) {
	s := evaluate.Section{Title: "Curves"}
	positive, others := make([]figure.Line, len(f.Runs)), make([]figure.Line, len(f.Runs)) // a run has its place, and so its colour, in all figures
	names := map[string]bool{}
	for i, r := range f.Runs {
		loss := figure.Line{Name: r.Name}
		for _, line := range r.Log {
			loss.X, loss.Y = append(loss.X, float64(line.Step)), append(loss.Y, line.Loss)
			for name := range line.Metrics {
				names[name] = true
			}
		}
		if slices.ContainsFunc(loss.Y, func(y float64) bool { return y <= 0 }) {
			others[i] = loss
		} else {
			positive[i] = loss
		}
	}
	caption := "Loss of training"
	if smooth > 0 {
		caption += fmt.Sprintf("; pale: as reported, full: smoothed, each report counting %g times as much as the one after it", smooth)
	}
	style := figure.LineStyle{XLabel: "step", YLabel: "loss", Smooth: smooth}
	if err := addLines(&s, others, style, caption+"."); err != nil {
		return s, err
	}
	style.Log = true
	if err := addLines(&s, positive, style, caption+"."); err != nil {
		return s, err
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		lines := make([]figure.Line, len(f.Runs))
		for i, r := range f.Runs {
			lines[i].Name = r.Name
			for _, line := range r.Log {
				if v, ok := line.Metrics[name]; ok {
					lines[i].X, lines[i].Y = append(lines[i].X, float64(line.Step)), append(lines[i].Y, v)
				}
			}
		}
		if err := addLines(&s, lines, figure.LineStyle{XLabel: "step", YLabel: name}, "Validation: "+name+"."); err != nil {
			return s, err
		}
	}
	return s, nil
}

// addLines adds a figure to a section, if there is anything to draw.
func addLines(s *evaluate.Section, lines []figure.Line, style figure.LineStyle, caption string) error {
	if !slices.ContainsFunc(lines, func(l figure.Line) bool { return len(l.X) > 0 }) {
		return nil
	}
	var png bytes.Buffer
	if err := figure.WriteLines(&png, lines, style); err != nil {
		return err
	}
	s.Figures = append(s.Figures, evaluate.Figure{PNG: png.Bytes(), Caption: caption})
	return nil
}

// differing tabulates the fields in which the configs differ.
func (f foundRuns) differing() evaluate.Section {
	if len(f.Runs) < 2 {
		return evaluate.Section{}
	}
	s := evaluate.Section{Title: "What differs"}
	if len(f.Differences) == 0 {
		s.Text = []string{"All configs are the same."}
		return s
	}
	t := evaluate.Table{Columns: []string{"field"}, Caption: "Fields of the configs that are not the same in all runs."}
	for _, r := range f.Runs {
		t.Columns = append(t.Columns, r.Name)
	}
	for _, d := range f.Differences {
		row := []string{d.Field}
		for _, v := range d.Values {
			row = append(row, orDash(strings.Trim(v, `"`)))
		}
		t.Rows = append(t.Rows, row)
	}
	s.Tables = []evaluate.Table{t}
	return s
}

// pictures shows the latest picture of each run.
func (f foundRuns) pictures() (evaluate.Section, error) {
	s := evaluate.Section{Title: "Latest pictures"}
	for _, r := range f.Runs {
		name := latestPicture(filepath.Join(r.Path, "pictures"))
		if name == "" {
			continue
		}
		png, err := os.ReadFile(filepath.Join(r.Path, "pictures", name))
		if err != nil {
			return s, fmt.Errorf("read a picture of %s: %w", r.Name, err)
		}
		s.Figures = append(s.Figures, evaluate.Figure{PNG: png, Caption: r.Name + ", " + stem(name)})
	}
	return s, nil
}

// latestPicture returns the name of the picture of the last step in a folder, "" for none.
func latestPicture(dir string) (latest string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	last := -1
	for _, e := range entries {
		number, ok := strings.CutPrefix(stem(e.Name()), "step-")
		if step, err := strconv.Atoi(number); ok && err == nil && step > last {
			last, latest = step, e.Name()
		}
	}
	return latest
}
