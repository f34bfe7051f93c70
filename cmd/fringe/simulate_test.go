package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/metrics"
	"fringe/radio"
)

// execute runs the program in this process.
func execute(t *testing.T, args ...string) {
	t.Helper()
	root := rootCommand()
	root.SetArgs(args)
	if err := root.ExecuteContext(context.Background()); err != nil {
		t.Fatalf("fringe %v: %v", args, err)
	}
}

// A drawn sky that is simulated with noise and gains, read back and imaged from visibilities is the truth but for what the array
// does not resolve: both blurred to its resolution of 20 µas, their normalised cross-correlation is above 0.99, and that with the
// image turned round is below 0.5.
func TestSimulatedObservationImagesToItsTruth(t *testing.T) {
	dir := t.TempDir()
	obs, out := filepath.Join(dir, "obs.uvfits"), filepath.Join(dir, "image")
	execute(t, "simulate", "--sky", "jet", "--seed", "4", "--npix", "64", "--flux", "0.8Jy", "--array", "eht2022", "--gain-amplitude", "0.01", "--out", obs)
	execute(t, "image", obs, "--data", "vis", "--prior", "entropy=1,tsv=1", "--fov", "128uas", "--npix", "64", "--flux", "0.8Jy", "--out", out)
	truth, g, h, err := data.ReadImage(filepath.Join(dir, "obs.truth.fits"))
	if err != nil {
		t.Fatal(err)
	}
	image, g2, _, err := data.ReadImage(filepath.Join(out, "image.fits"))
	if err != nil {
		t.Fatal(err)
	}
	if g.NX != g2.NX || math.Abs(g.CellRad/g2.CellRad-1) > 1e-9 || h.Source.Name != "jet" {
		t.Fatalf("the truth is on %+v, the image on %+v; source %q", g, g2, h.Source.Name)
	}
	beam := radio.Beam{MajRad: 20 * radio.Microarcsecond, MinRad: 20 * radio.Microarcsecond}
	for _, img := range []*[]float64{&truth, &image} {
		if *img, err = beam.Blur(*img, g); err != nil {
			t.Fatal(err)
		}
	}
	same, err := metrics.NXCorr(truth, image)
	if err != nil {
		t.Fatal(err)
	}
	turned := make([]float64, len(image))
	for i := range image {
		turned[len(image)-1-i] = image[i]
	}
	wrong, err := metrics.NXCorr(truth, turned)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("normalised cross-correlation %.3f, turned round %.3f", same, wrong)
	if same < 0.99 || wrong > 0.5 {
		t.Errorf("normalised cross-correlation %.3f, and %.3f turned round", same, wrong)
	}
}

func TestParseSource(t *testing.T) {
	for text, want := range map[string]namedSource{
		"m87": {"M87", 187.70593075752, 12.39112323920}, "sgra": {"SgrA*", 266.416837083, -29.007810556}, "10.5,-20": {"SIM", 10.5, -20},
		"12h30m0s,-12d30m36s": {"SIM", 187.5, -12.51}, "12:30:00, -0:30:00": {"SIM", 187.5, -0.5}, "0,90": {"SIM", 0, 90},
	} {
		got, err := parseSource(text)
		if err != nil || got.name != want.name || math.Abs(got.raDeg-want.raDeg) > 1e-12 || math.Abs(got.decDeg-want.decDeg) > 1e-12 {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Vega", "1", "1,2,3", "12:60:00,0", "12:00,0", "360,0", "0,90.1", "NaN,0", "x,y", "0,--3:0:0x"} {
		if got, err := parseSource(text); err == nil {
			t.Errorf("%q: %v, no error", text, got)
		}
	}
}

// Ctrl-C is no failure: what is there stays and is told, and the same command goes on.
func TestSimulateInterrupted(t *testing.T) {
	dir := t.TempDir()
	config, out := filepath.Join(dir, "pairs.yaml"), filepath.Join(dir, "pairs")
	if err := os.WriteFile(config, []byte("{kind: pairs, count: 4, per_shard: 2, reconstruction: {pixels: 32}}"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var log strings.Builder
	root := rootCommand()
	root.SetErr(&log)
	root.SetArgs([]string{"simulate", config, "--out", out})
	if err := root.ExecuteContext(ctx); err != nil || !strings.Contains(log.String(), "of 4 pairs, which are safe in "+out+"; the same command goes on") {
		t.Fatalf("interrupted: %v, and it says %q", err, log.String())
	}
	execute(t, "simulate", config, "--out", out)
	if _, err := os.Stat(filepath.Join(out, "training-000001.jsonl")); err != nil {
		t.Error(err)
	}
}

// A simulated M87 is a model of the EHT's data of it: its position is theirs, 12.3911232392 degrees North, to a hundredth of a
// microarcsecond, far less than a pixel.
func TestSimulatedM87IsWhereTheEHTHasIt(t *testing.T) {
	m87, err := parseSource("M87")
	if err != nil {
		t.Fatal(err)
	}
	const degree = math.Pi / 180
	here := radio.Source{RARad: m87.raDeg * degree, DecRad: m87.decDeg * degree}
	eht := radio.Source{RARad: 187.70593075752257 * degree, DecRad: 12.391123239199322 * degree} // of its published files
	if away := separation(here, eht) / radio.Microarcsecond; away > 0.01 {
		t.Errorf("%g uas away", away)
	}
}
