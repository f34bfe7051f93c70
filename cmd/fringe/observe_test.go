package main

import (
	"strings"
	"testing"

	"fringe/radio"
)

// The band's middle is the same whatever is flagged or averaged: two channels, one of which has most of the data.
func TestBandText(t *testing.T) {
	v := &radio.Visibilities{FreqHz: []float64{8.104e9, 8.112e9, 8.112e9, 8.112e9}}
	if got, want := bandText(v), "8.108 GHz"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	few := &radio.Visibilities{FreqHz: v.FreqHz[:2]}
	if bandText(v) != bandText(few) {
		t.Errorf("%s, and of fewer visibilities %s", bandText(v), bandText(few))
	}
}

// Integrations that are longer than the averages stay as they are, and nobody is told otherwise.
func TestNoteAverages(t *testing.T) {
	whole := visibilitiesOf(4)
	obs := &observation{vis: whole, whole: whole}
	obs.noteAverages("scans")
	if len(obs.notes) != 1 || !strings.HasPrefix(obs.notes[0], "nothing to average") {
		t.Errorf("notes %q", obs.notes)
	}
	obs = &observation{vis: visibilitiesOf(2), whole: whole}
	obs.noteAverages("scans")
	if want := "averaged over scans: 2 visibilities"; len(obs.notes) != 1 || obs.notes[0] != want {
		t.Errorf("notes %q, want %q", obs.notes, want)
	}
}

func visibilitiesOf(n int) *radio.Visibilities {
	return &radio.Visibilities{Vis: make([]complex128, n)}
}
