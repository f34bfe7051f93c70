package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"fringe/train"
)

// trainProgress shows the reports of a training run: on a terminal a bar, and a line for each validation; a line for each report elsewhere.
type trainProgress struct {
	w        io.Writer
	terminal bool
	batch    int
	rate     float64 // examples per second, smoothed
}

func newTrainProgress(w io.Writer, cfg train.LoopConfig) *trainProgress {
	return &trainProgress{w: w, terminal: isTerminal(w), batch: cfg.Batch}
}

func (p *trainProgress) hook() train.Hook {
	return train.Hook{Name: "progress", Do: func(r train.Report) error {
		_, err := io.WriteString(p.w, p.text(r))
		return err
	}}
}

// text returns what a report makes appear.
func (p *trainProgress) text(r train.Report) string {
	left := ""
	if d := p.left(r); d > 0 {
		left = fmt.Sprintf("  %v left", d)
	}
	if !p.terminal {
		return fmt.Sprintf("step %d/%d  loss %.5f  lr %.2e  gradient %.3g  %.1f examples/s%s%s\n",
			r.Step, r.Steps, r.Loss, r.LearningRate, r.GradNorm, r.ItemsPerSecond, left, prefixed("  ", describe(r.Metrics)))
	}
	line := ""
	if r.Metrics != nil {
		line = fmt.Sprintf("%sstep %d: loss %.4f, %s\n", clearLine, r.Step, r.Loss, describe(r.Metrics))
	}
	return fmt.Sprintf("%s%s%s %d/%d  loss %.4f  %.1f examples/s%s", line, clearLine, bar(r.Step, r.Steps), r.Step, r.Steps, r.Loss, r.ItemsPerSecond, left)
}

// left returns how long the rest of the run takes at the rate of the last reports, in which validations have their share; 0 for not known.
func (p *trainProgress) left(r train.Report) time.Duration {
	const memory = 0.8 // each report counts this much of the one after it
	switch {
	case r.ItemsPerSecond <= 0:
		return 0
	case p.rate == 0:
		p.rate = r.ItemsPerSecond
	default:
		p.rate = memory*p.rate + (1-memory)*r.ItemsPerSecond
	}
	return time.Duration(float64((r.Steps-r.Step)*p.batch) / p.rate * float64(time.Second)).Round(time.Second)
}

// done removes the bar.
func (p *trainProgress) done() {
	if p.terminal {
		fmt.Fprint(p.w, clearLine)
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
