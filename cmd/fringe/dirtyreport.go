package main

import (
	"encoding/json"
	"fmt"
	"io"

	"fringe/radio"
)

// dirtyReport is report.json of fringe dirty.
type dirtyReport struct {
	productsReport
	WeightScatter *float64 `json:"weight_scatter"` // how much visibilities scatter in units of what their weights say; null when nothing tells
	Visibilities  int      `json:"visibilities"`
	NPix          int      `json:"npix"`
	FieldUas      float64  `json:"field_uas"`
	KeepIntraSite bool     `json:"keep_intra_site"`
	ScanAverage   bool     `json:"scan_average"`
	Warnings      []string `json:"warnings"`
	Version       string   `json:"version"`

	scatter string // what is printed of it
}

// checkWeights compares the scatter of the visibilities with their weights.
func (r *dirtyReport) checkWeights(v *radio.Visibilities, g radio.Grid) {
	r.Warnings = []string{}
	s, err := v.Scatter(g)
	if err != nil {
		r.scatter = "weights not checked: " + weightsUnknown(err)
		return
	}
	r.WeightScatter = &s.Factor
	r.scatter = fmt.Sprintf("weights checked: visibilities scatter %.3g times as much as their weights say (%d samples, by %s)", s.Factor, s.Samples, s.Method)
	if w := weightsWarning("the data", s); w != "" {
		r.Warnings = append(r.Warnings, w)
	}
}

func (r *dirtyReport) write(w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func (r *dirtyReport) tell(log io.Writer) {
	r.productsReport.tell(log)
	fmt.Fprintln(log, r.scatter)
	for _, w := range r.Warnings {
		fmt.Fprintf(log, "warning: %s\n", w)
	}
}
