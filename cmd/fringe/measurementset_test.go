//go:build casacore

package main

import (
	"bytes"
	"math/cmplx"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// predict writes the visibilities of an image to MODEL_DATA; reading that column gives them back.
func TestPredict(t *testing.T) {
	dir := t.TempDir()
	set, image := filepath.Join(dir, "made.ms"), filepath.Join(dir, "model.fits")
	if out, err := exec.Command("/usr/bin/python3", filepath.Join("..", "..", "scripts", "casacore_check.py"), "make", set).CombinedOutput(); err != nil {
		t.Skipf("python3-casacore is missing (make deps-casacore): %s", out)
	}
	grid := radio.Grid{NX: 16, NY: 16, CellRad: 3 * radio.Arcsecond}
	model := &skyModel{img: make([]float64, grid.Len()), grid: grid}
	model.img[5], model.img[100] = 1, 0.5
	if err := data.WriteImage(image, model.img, grid, data.ImageHeader{Source: radio.Source{RARad: 1, DecRad: 0.5}}); err != nil {
		t.Fatal(err)
	}
	o := predictOptions{path: set, model: image}
	o.read.options.Source = "first"
	var log bytes.Buffer
	if err := o.run(&log); err != nil || !strings.Contains(log.String(), "wrote MODEL_DATA of 480 rows of first") {
		t.Fatalf("error %v, log %q", err, log.String())
	}
	if err := o.run(&log); err == nil || !strings.Contains(err.Error(), "has a column MODEL_DATA already") {
		t.Errorf("a second time without --force: %v", err)
	}
	o.force = true
	if err := o.run(&log); err != nil {
		t.Errorf("with --force: %v", err)
	}
	var read readFlags
	read.options = data.ReadOptions{Source: "first", Column: "MODEL_DATA"}
	got, err := read.visibilities(set)
	if err != nil {
		t.Fatal(err)
	}
	want, err := model.predict(got)
	if err != nil {
		t.Fatal(err)
	}
	for k := range want {
		if !got.Flagged(k) && cmplx.Abs(got.Vis[k]-want[k]) > 1e-6 { // the column has float32
			t.Fatalf("visibility %d is %v, want %v", k, got.Vis[k], want[k])
		}
	}
	o.read.options.Source = "second" // the model is of the other field
	if err := o.run(&log); err == nil || !strings.Contains(err.Error(), "another part of the sky") {
		t.Errorf("a model of another field: %v", err)
	}
}

// Errors of a set have one line of cause and one of advice.
func TestMeasurementSetHints(t *testing.T) {
	dir := t.TempDir()
	if err := exec.Command("/usr/bin/python3", filepath.Join("..", "..", "scripts", "casacore_check.py"), "make", filepath.Join(dir, "made.ms")).Run(); err != nil {
		t.Skipf("python3-casacore is missing (make deps-casacore): %v", err)
	}
	for _, c := range []struct {
		path    string
		options data.ReadOptions
		want    string
	}{
		{"made.ms", data.ReadOptions{}, "hint: --source NAME names the source\n"},
		{"made.ms", data.ReadOptions{Source: "first", SpectralWindow: "x"}, "hint: --spw NAME names the spectral window\n"},
		{"made.ms", data.ReadOptions{Source: "first", Column: "MODEL_DATA"}, "hint: --column names the column, of a Measurement Set\n"},
		{"made.ms/ANTENNA", data.ReadOptions{}, "hint: see what is in the folder with CASA's listobs"},
	} {
		_, err := readFlags{options: c.options}.visibilities(filepath.Join(dir, c.path))
		var text bytes.Buffer
		report(&text, err)
		if !strings.Contains(text.String(), c.want) || strings.Count(text.String(), "\n") != 2 {
			t.Errorf("%s %+v: %q, want %q", c.path, c.options, text.String(), c.want)
		}
	}
}
