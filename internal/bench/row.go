package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"fringe/radio"
)

// Row is the outcome of one comparison: medians over paired runs, and the spread of their ratios.
type Row struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Ours   float64 `json:"ours"`
	Peer   float64 `json:"peer"`
	Ratio  float64 `json:"ratio"`     // median over the pairs of ours/peer
	Low    float64 `json:"ratio_min"` // smallest and largest over the pairs
	High   float64 `json:"ratio_max"`
	Runs   int     `json:"runs"`
	Target string  `json:"target,omitempty"` // such as "ratio <= 0.8"; empty for none
	Met    bool    `json:"met"`              // false without a target
}

// pair is one measurement of ours and one of the peer's.
type pair struct{ ours, peer float64 }

// newRow summarises pairs.
func newRow(name, unit string, pairs []pair) Row {
	var ours, peer, ratio []float64
	for _, p := range pairs {
		ours, peer, ratio = append(ours, p.ours), append(peer, p.peer), append(ratio, p.ours/p.peer)
	}
	return Row{
		Name: name, Unit: unit, Ours: radio.Median(ours), Peer: radio.Median(peer), Ratio: radio.Median(ratio),
		Low: slices.Min(ratio), High: slices.Max(ratio), Runs: len(pairs),
	}
}

// atMost gives the row the target of a median ratio.
func (r Row) atMost(limit float64) Row {
	r.Target, r.Met = fmt.Sprintf("ratio <= %.3g", limit), r.Ratio <= limit
	return r
}

// heading is the first line of the table.
func heading(w io.Writer) {
	fmt.Fprintf(w, "%-58s %9s %9s %-5s %7s %15s %4s  %s\n", "comparison (ours / peer)", "ours", "peer", "unit", "ratio", "spread", "runs", "target")
}

func (r Row) print(w io.Writer) {
	verdict := "-"
	if r.Target != "" {
		verdict = r.Target + ": not met"
		if r.Met {
			verdict = r.Target + ": met"
		}
	}
	spread := fmt.Sprintf("%.3g..%.3g", r.Low, r.High)
	fmt.Fprintf(w, "%-58s %9.4g %9.4g %-5s %7.3g %15s %4d  %s\n", r.Name, r.Ours, r.Peer, r.Unit, r.Ratio, spread, r.Runs, verdict)
}

func (r Row) write(w io.Writer) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", line)
	return err
}
