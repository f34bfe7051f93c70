package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fringe/infer"
)

// An image without flux has no closure amplitudes to compare with: that figure is missing, everything else is there.
func TestFigureWithoutNumbersIsLeftOut(t *testing.T) {
	o := quick(t, "entropy")
	obs, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	j, err := o.prepare(obs)
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	out := &outcome{options: o, job: j, result: &infer.Result{Image: make([]float64, j.grid.Len())}}
	if err := out.measure(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if err := out.save(&outDir{path: o.out, names: imageFiles()}, time.Now(), &log); err != nil {
		t.Fatal(err)
	}
	const want = "left out a figure: write log_closure_amplitudes.png: figure: draw log closure amplitude: not finite"
	if !strings.Contains(log.String(), want) {
		t.Errorf("log %s, want %q", log.String(), want)
	}
	for name, want := range map[string]bool{"image.fits": true, "restored.fits": true, "closure_phases.png": true, "stations.png": true, "report.html": true,
		"report.json": true, "log_closure_amplitudes.png": false} {
		_, err := os.Stat(filepath.Join(o.out, name))
		if there := err == nil; there != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
