package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"fringe/train"
)

// trainProgress shows the reports of a training run: a bar on a terminal, a line for each report elsewhere.
type trainProgress struct {
	w   io.Writer
	bar *progressbar.ProgressBar // nil for lines
}

func newTrainProgress(w io.Writer, cfg train.LoopConfig) *trainProgress {
	p := &trainProgress{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions(cfg.Steps, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	}
	return p
}

func (p *trainProgress) hook() train.Hook {
	return train.Hook{Name: "progress", Do: func(r train.Report) error {
		if p.bar == nil {
			_, err := fmt.Fprintf(p.w, "step %d/%d  loss %.5f  lr %.2e  gradient %.3g  %.1f examples/s%s\n",
				r.Step, r.Steps, r.Loss, r.LearningRate, r.GradNorm, r.ItemsPerSecond, prefixed("  ", describe(r.Metrics)))
			return err
		}
		p.bar.Describe(fmt.Sprintf("loss %.4f", r.Loss))
		if r.Metrics != nil {
			if err := p.bar.Clear(); err != nil {
				return err
			}
			fmt.Fprintf(p.w, "step %d: loss %.4f, %s\n", r.Step, r.Loss, describe(r.Metrics))
		}
		return p.bar.Set(r.Step)
	}}
}

// done removes the bar.
func (p *trainProgress) done() {
	if p.bar != nil {
		_ = p.bar.Clear() // a bar that stays is no failure of the training
	}
}

// describe returns metrics as text, in the order of their names.
func describe(metrics map[string]float64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		parts = append(parts, fmt.Sprintf("%s %.3f", name, metrics[name]))
	}
	return strings.Join(parts, ", ")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}
