package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"time"
)

// Row is the outcome of one comparison: medians over paired runs.
type Row struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Ours  float64 `json:"ours"`
	Peer  float64 `json:"peer"`
	Ratio float64 `json:"ratio"` // median over the pairs of ours/peer
	Runs  int     `json:"runs"`
}

// paired runs ours and peer in turn, so that a busy machine slows both, and returns the medians.
func paired(name, unit string, runs int, ours, peer func() (float64, error)) (Row, error) {
	var a, b, ratio []float64
	for range runs {
		x, err := ours()
		if err != nil {
			return Row{}, fmt.Errorf("bench: %s: %w", name, err)
		}
		y, err := peer()
		if err != nil {
			return Row{}, fmt.Errorf("bench: %s: peer: %w", name, err)
		}
		a, b, ratio = append(a, x), append(b, y), append(ratio, x/y)
	}
	return Row{Name: name, Unit: unit, Ours: median(a), Peer: median(b), Ratio: median(ratio), Runs: runs}, nil
}

func median(v []float64) float64 {
	sort.Float64s(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// timed returns the mean time of f in units of unit, over n calls after one warm-up call.
func timed(n int, unit time.Duration, f func() error) (float64, error) {
	if err := f(); err != nil {
		return 0, err
	}
	start := time.Now()
	for range n {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start)) / float64(n) / float64(unit), nil
}

func printRow(w io.Writer, r Row) {
	fmt.Fprintf(w, "%-52s %10.4g %10.4g %-5s %7.2f %5d\n", r.Name, r.Ours, r.Peer, r.Unit, r.Ratio, r.Runs)
}

func writeRow(w io.Writer, r Row) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", line)
	return err
}
