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
	obs, err := o.observe()
	if err != nil {
		t.Fatal(err)
	}
	j, err := o.prepare(obs)
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	out := &outcome{options: o, job: j, result: &infer.Result{Image: make([]float64, j.grid.Len())}}
	var log bytes.Buffer
	if err := out.save(&outDir{path: o.out, names: imageFiles()}, time.Now(), &log); err != nil {
		t.Fatal(err)
	}
	const want = "left out a figure: write log_closure_amplitudes.png: figure: draw log closure amplitude: not finite"
	if !strings.Contains(log.String(), want) {
		t.Errorf("log %s, want %q", log.String(), want)
	}
	for _, name := range imageFiles() {
		_, err := os.Stat(filepath.Join(o.out, name))
		if there := err == nil; there != (name != "log_closure_amplitudes.png") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
