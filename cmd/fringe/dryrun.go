package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"fringe/evaluate"
	"fringe/internal/torch"
	"fringe/train"
)

// dryRun prints the network and what a run would cost, and writes nothing.
func (t *training) dryRun(ctx context.Context, cfg train.LoopConfig, stdout, stderr io.Writer) error {
	r, err := t.rehearse(ctx, cfg)
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	if err := t.layers().WriteText(stdout); err != nil {
		return err
	}
	memory := "not known on this system"
	if peak, err := torch.PeakMemory(); err == nil {
		memory = fmt.Sprintf("%.0f MB at most, so far, for the whole program", float64(peak)/1e6)
	}
	const bytesOfWeight = 4
	rows := [][2]string{
		{"", ""},
		{"weights", fmt.Sprintf("%.1f MB in a file", float64(t.numbers()*bytesOfWeight)/1e6)},
		{"memory", memory},
		{"loss", fmt.Sprintf("%.4g at the first step", r.Loss)},
		{"step", fmt.Sprintf("%.3g s, %.3g examples/s: the median of %d steps", r.Step.Seconds(), float64(cfg.Batch)/r.Step.Seconds(), r.Steps)},
	}
	if r.Costly > 0 {
		rows = append(rows, [2]string{"penalised", fmt.Sprintf("%.3g s for each of the %d steps with the penalty", r.CostlyStep.Seconds(), r.Costly)})
	}
	if r.Validations > 0 {
		rows = append(rows, [2]string{"validation", fmt.Sprintf("%.3g s", r.Validation.Seconds())})
	}
	rows = append(rows, [2]string{"run", fmt.Sprintf("about %s for %d steps and %d validations%s", rough(r.Total), cfg.Steps-r.From, r.Validations, goesOn(r.From, cfg.Steps))})
	for _, row := range rows {
		fmt.Fprintln(stdout, strings.TrimSpace(fmt.Sprintf("%-11s %s", row[0], row[1])))
	}
	fmt.Fprintf(stderr, "the config is good: %s of %d parameters; nothing was written\n", train.KindName(t.Kind), t.params)
	return nil
}

// goesOn says from which step a run goes on; nothing for a new one.
func goesOn(from, steps int) string {
	if from == 0 {
		return ""
	}
	return fmt.Sprintf(", from step %d to %d", from, steps)
}

// layers tabulates the tensors of the network, those of a layer in one row.
func (t *training) layers() evaluate.Table {
	table := evaluate.Table{Columns: []string{"layer", "tensors", "parameters"}}
	var sizes []int
	for _, p := range t.weights {
		layer, name := "", p.Name
		if dot := strings.LastIndex(p.Name, "."); dot >= 0 {
			layer, name = p.Name[:dot], p.Name[dot+1:]
		}
		last := len(table.Rows) - 1
		if last < 0 || table.Rows[last][0] != layer {
			table.Rows, sizes = append(table.Rows, []string{layer, "", ""}), append(sizes, 0)
			last++
		}
		row := table.Rows[last]
		row[1] = strings.TrimPrefix(row[1]+", "+name+" "+sides(p.Tensor.Shape()), ", ")
		sizes[last] += p.Tensor.Len()
		row[2] = fmt.Sprint(sizes[last])
	}
	table.Rows = append(table.Rows, []string{"all", "", fmt.Sprint(t.numbers())})
	return table
}

// numbers returns how many numbers the weights file holds: parameters and buffers.
func (t *training) numbers() (n int) {
	for _, p := range t.weights {
		n += p.Tensor.Len()
	}
	return n
}

// sides returns a shape such as 16×2×3×3.
func sides(shape []int64) string {
	var parts []string
	for _, side := range shape {
		parts = append(parts, fmt.Sprint(side))
	}
	return strings.Join(parts, "×")
}

// rough rounds a duration to what an estimate is worth.
func rough(d time.Duration) time.Duration {
	switch {
	case d > time.Hour:
		return d.Round(time.Minute)
	case d > time.Minute:
		return d.Round(time.Second)
	}
	return d.Round(time.Second / 10)
}
