//go:build !casacore

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Without casacore a Measurement Set is refused with a word on how to build what reads it.
func TestMeasurementSetWithoutCasacore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "table.dat"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, read := readFlags{}.visibilities(dir)
	for what, err := range map[string]error{"read": read, "predict": (predictOptions{path: dir, model: "m.fits"}).run(&bytes.Buffer{})} {
		var text bytes.Buffer
		report(&text, err)
		if !strings.Contains(text.String(), "this program was built without Measurement Set support\nhint: make build-casacore") {
			t.Errorf("%s: %q", what, text.String())
		}
	}
	if err := (predictOptions{path: filepath.Join(dir, "x.uvfits"), model: "m.fits"}).run(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "is no Measurement Set") {
		t.Errorf("predict to no set: %v", err)
	}
}
