package main

import (
	"strings"
	"testing"

	"fringe/radio"
)

// Two channels are told as they are, whatever is flagged or averaged of them; those that four digits do not tell apart are one.
func TestBandText(t *testing.T) {
	for want, freqHz := range map[string][]float64{
		"8.104 to 8.112 GHz": {8.1042e9, 8.1122e9, 8.1122e9, 8.1122e9}, "227.1 GHz": {227.07e9}, "227 GHz": {227.01e9, 227.02e9},
	} {
		if got := bandText(&radio.Visibilities{FreqHz: freqHz}); got != want {
			t.Errorf("%g: %s, want %s", freqHz, got, want)
		}
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
