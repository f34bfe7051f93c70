package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"fringe/evaluate"
	"fringe/figure"
)

// subject is an inspected file, ready to be told in any form.
type subject struct {
	path     string
	report   any    // what --json prints
	facts    []fact // what the text says
	tables   []evaluate.Table
	sketch   string   // drawn with characters, for a terminal; empty for none
	notes    []string // what cannot be shown, and why
	warnings []string // what is wrong with the data
	drawings []drawing
}

// fact is a line of the text.
type fact struct{ name, text string }

// drawing is a figure, and its PNG once it is drawn.
type drawing struct {
	file, caption string
	write         func(w io.Writer) error
	png           []byte
}

// inspectFiles are the files that --out may write. The last one marks a finished run.
func inspectFiles() []string {
	return []string{"coverage.png", "radial.png", "closure_phases.png", "dirty.png", "beam.png", "image.png", "report.json"}
}

func (s *subject) tell(name, format string, args ...any) {
	s.facts = append(s.facts, fact{name, fmt.Sprintf(format, args...)})
}

func (s *subject) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *subject) add(file, caption string, write func(w io.Writer) error) {
	s.drawings = append(s.drawings, drawing{file: file, caption: caption, write: write})
}

// writeText prints facts in aligned columns, then the tables, notes and warnings.
func (s *subject) writeText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.path)
	for _, f := range s.facts {
		fmt.Fprintf(&b, "  %-*s  %s\n", widest(s.facts), f.name, f.text)
	}
	if s.sketch != "" {
		b.WriteString("\n" + indent(s.sketch))
	}
	for _, t := range s.tables {
		var text strings.Builder
		if err := t.WriteText(&text); err != nil {
			return err
		}
		b.WriteString("\n" + indent(text.String()))
	}
	if len(s.notes)+len(s.warnings) > 0 {
		b.WriteString("\n")
	}
	for _, n := range s.notes {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	for _, n := range s.warnings {
		fmt.Fprintf(&b, "  warning: %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// widest returns the length of the longest name.
func widest(facts []fact) int {
	width := 0
	for _, f := range facts {
		width = max(width, utf8.RuneCountInString(f.name))
	}
	return width
}

// indent puts two spaces before every line and takes blanks from its end.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
	}
	return b.String()
}

// draw makes the figures. One that cannot be drawn is left out and noted.
func (s *subject) draw() error {
	var done []drawing
	for _, d := range s.drawings {
		var b bytes.Buffer
		err := d.write(&b)
		if errors.Is(err, figure.ErrNotFinite) {
			s.note("left out %s: %v", d.file, err)
			continue
		}
		if err != nil {
			return err
		}
		d.png = b.Bytes()
		done = append(done, d)
	}
	s.drawings = done
	return nil
}

// section returns the part of the page about this file.
func (s *subject) section() evaluate.Section {
	about := evaluate.Table{Columns: []string{"", ""}}
	for _, f := range s.facts {
		about.Rows = append(about.Rows, []string{f.name, f.text})
	}
	section := evaluate.Section{Title: filepath.Base(s.path), Tables: append([]evaluate.Table{about}, s.tables...)}
	for _, n := range s.warnings {
		section.Text = append(section.Text, "Warning: "+n+".")
	}
	for _, n := range s.notes {
		section.Text = append(section.Text, capital(n)+".")
	}
	for _, d := range s.drawings {
		section.Figures = append(section.Figures, evaluate.Figure{PNG: d.png, Caption: d.caption})
	}
	return section
}

// save writes the figures and report.json, all or none.
func (s *subject) save(dir *outDir, log io.Writer) (err error) {
	defer func() {
		if e := dir.discard(); err == nil {
			err = e
		}
	}()
	for _, d := range s.drawings {
		if err := dir.write(d.file, func(w io.Writer) error { _, err := w.Write(d.png); return err }); err != nil {
			return err
		}
	}
	err = dir.write("report.json", func(w io.Writer) error {
		text, err := json.MarshalIndent(s.report, "", "  ")
		if err != nil {
			return err
		}
		_, err = w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return err
	}
	if err := dir.finish(); err != nil {
		return err
	}
	fmt.Fprintf(log, "wrote %s\n", dir.path)
	return nil
}

// saveOverview writes the page.
func saveOverview(page *outDir, report evaluate.Report, log io.Writer) (err error) {
	defer func() {
		if e := page.discard(); err == nil {
			err = e
		}
	}()
	if err := page.write(page.marker(), report.WriteHTML); err != nil {
		return err
	}
	if err := page.finish(); err != nil {
		return err
	}
	fmt.Fprintf(log, "wrote %s\n", filepath.Join(page.path, page.marker()))
	return nil
}
