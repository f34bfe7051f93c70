package data

import (
	"path/filepath"
	"testing"

	"fringe/radio"
)

// What a file says of its calibration is what was written, and a set that is selected or joined from others keeps it.
func TestCalibrationIsKept(t *testing.T) {
	m87 := filepath.Join("..", "examples", "m87", "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")
	v, err := ReadUVFITS(m87)
	if err != nil {
		t.Fatal(err)
	}
	if v.Calibration != (radio.Calibration{}) {
		t.Errorf("a file of others: %+v", v.Calibration)
	}
	path := filepath.Join(t.TempDir(), "calibrated.uvfits")
	for _, want := range []radio.Calibration{{Phases: true}, {Phases: true, Amplitudes: true}, {Amplitudes: true}, {}} {
		v.Calibration = want
		if err := WriteUVFITS(path, v); err != nil {
			t.Fatal(err)
		}
		got, err := ReadUVFITS(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.Calibration != want {
			t.Errorf("read %+v, want %+v", got.Calibration, want)
		}
		average := got.Unflagged().ScanAverage(0)
		if average.Calibration != want {
			t.Errorf("averaged: %+v, want %+v", average.Calibration, want)
		}
		phases := average.Clone()
		phases.Calibration = radio.Calibration{Phases: true}
		joined, err := radio.Concat(average, phases)
		if err != nil {
			t.Fatal(err)
		}
		if joined.Calibration != want.And(phases.Calibration) {
			t.Errorf("joined with phases: %+v", joined.Calibration)
		}
	}
}
