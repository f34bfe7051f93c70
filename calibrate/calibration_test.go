package calibrate

import (
	"testing"

	"fringe/radio"
)

func TestCalibration(t *testing.T) {
	phase, both := Gain{Amplitude: 1, PhaseDeg: 20, SNR: 9}, Gain{Amplitude: 1.2, PhaseDeg: -3, SNR: 9}
	reference, left, flagged := Gain{Amplitude: 1, SNR: 9}, Gain{Amplitude: 1}, Gain{Amplitude: 1, Flagged: true}
	for name, c := range map[string]struct {
		table Table
		want  radio.Calibration
	}{
		"none":               {Table{reference}, radio.Calibration{}},
		"phases":             {Table{reference, phase}, radio.Calibration{Phases: true}},
		"amplitudes too":     {Table{both, phase, flagged}, radio.Calibration{Phases: true, Amplitudes: true}},
		"one is left at one": {Table{both, left}, radio.Calibration{}},
	} {
		if got := c.table.Calibration(); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
