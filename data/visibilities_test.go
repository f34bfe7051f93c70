package data_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// The format is known by the content, whatever the name.
func TestReadVisibilitiesKnowsFormats(t *testing.T) {
	dir := t.TempDir()
	m87 := exampleM87(t, "SR2")
	uvfits, npz := filepath.Join(dir, "a.dat"), filepath.Join(dir, "b.dat")
	if err := errors.Join(data.WriteUVFITS(uvfits, m87), data.WriteNPZ(npz, m87)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{uvfits: m87.Len(), npz: m87.Len(), filepath.Join("testdata", "eht_save.txt"): 2,
		filepath.Join("testdata", "eht_release.csv"): 2, filepath.Join("testdata", "eht_release.txt"): 2, filepath.Join("testdata", "uvtable_klambda.txt"): 3} {
		if v, err := data.ReadVisibilities(path, data.ReadOptions{}); err != nil || v.Len() != want {
			t.Errorf("%s: %v (%v), want %d visibilities", path, v, err, want)
		}
	}
}

// What a format has no use for is refused, so that nobody believes it was done.
func TestReadVisibilitiesRefusesOptions(t *testing.T) {
	for name, o := range map[string]data.ReadOptions{
		"eht_release.csv":     {Source: "M87"},
		"uvtable_klambda.txt": {Stokes: "RR"},
		"eht_save.txt":        {UVUnit: "m"},
	} {
		var about *data.OptionError
		_, err := data.ReadVisibilities(filepath.Join("testdata", name), o)
		if !errors.As(err, &about) || !strings.Contains(err.Error(), "is not for a text") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s with %+v: error %v", name, o, err)
		}
	}
	for field, o := range map[string]data.ReadOptions{"Stokes": {Stokes: "Q"}, "Channels": {Channels: []int{-1}}, "FreqHz": {FreqHz: -1}, "UVUnit": {UVUnit: "feet"}} {
		var about *data.OptionError
		if err := o.Validate(); !errors.As(err, &about) || about.Option != field {
			t.Errorf("%+v: error %v, want one about %s", o, err, field)
		}
	}
}

// A Measurement Set is a folder, and is read by who can.
func TestReadVisibilitiesFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := data.ReadVisibilities(dir, data.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "no Measurement Set (it has no table.dat)") {
		t.Errorf("plain folder: error %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "table.dat"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := data.ReadVisibilities(dir, data.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "which this build cannot read") {
		t.Errorf("without a reader: error %v", err)
	}
	want, asked := exampleM87(t, "SR2"), ""
	got, err := data.ReadVisibilities(dir, data.ReadOptions{Source: "M87", MeasurementSet: func(path string, o data.ReadOptions) (*radio.Visibilities, error) {
		asked = path + " " + o.Source
		return want, nil
	}})
	if err != nil || got != want || asked != dir+" M87" {
		t.Errorf("with a reader: %v, asked for %q", err, asked)
	}
}
