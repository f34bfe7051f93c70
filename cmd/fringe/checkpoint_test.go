package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/radio"
	"fringe/unrolled"
)

// save writes a checkpoint of untrained weights.
func save(t *testing.T, kind string, config any, params []torch.Param) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), kind)
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	weights, err := checkpoints.Gather(params)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkpoints.Save(dir, checkpoints.Manifest{Kind: kind, Config: text}, weights, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func smallUNet() models.UNetConfig { return models.UNetConfig{Width: 8, Pools: 1} }

func denoiserCheckpoint(t *testing.T) string {
	d, err := models.NewDenoiser(smallUNet(), rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Drop()
	return save(t, "denoiser", map[string]any{
		"kind": "denoiser", "unet": smallUNet(), "denoising": map[string]float64{"pixels": 64, "field_uas": 256},
	}, d.Params())
}

func unrolledCheckpoint(t *testing.T) string {
	c := unrolled.Config{Steps: 2, UNet: smallUNet()}
	n, err := unrolled.New(c, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer n.Drop()
	return save(t, "unrolled", map[string]any{"unrolled": c, "reconstruction": map[string]float64{"systematic": 0.02}}, n.Params())
}

// options of a quick image of the bundled observation.
func quick(t *testing.T, prior string) imageOptions {
	t.Helper()
	o := defaultOptions()
	o.paths = []string{filepath.Join("..", "..", "examples", "m87", "SR1_M87_2017_101_lo_hops_netcal_StokesI.uvfits")}
	if _, err := os.Stat(o.paths[0]); err != nil {
		t.Skipf("the bundled observation is absent: %v", err)
	}
	o.prior, o.npix, o.fov, o.flux, o.maxIter = prior, 32, angle("128uas"), flux("0.6"), 2
	o.out = filepath.Join(t.TempDir(), "out")
	return o
}

// Checkpoints of both kinds become priors: an untrained denoiser is the identity and an untrained network plain gradient
// descent, so both give an image. Nothing of LibTorch's memory stays behind.
func TestCheckpointsImage(t *testing.T) {
	for _, c := range []struct{ name, dir, method, want string }{
		{"pnp", denoiserCheckpoint(t), "pnp", "pnp from the rml image"},
		{"red", denoiserCheckpoint(t), "red", "red from the rml image"},
		{"unrolled", unrolledCheckpoint(t), "pnp", "unrolled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := torch.Live()
			o := quick(t, c.dir)
			o.method = c.method
			out, err := o.run(context.Background(), &bytes.Buffer{})
			if err != nil {
				t.Fatal(err)
			}
			if out.report.Method != c.want || out.report.FluxJy <= 0 || len(out.result.Image) != 32*32 {
				t.Errorf("method %s, flux %g Jy, %d pixels", out.report.Method, out.report.FluxJy, len(out.result.Image))
			}
			// Two iterations in each of four rounds at most; then two steps, or the network's two.
			if first := out.report.FirstStage; out.report.Iterations > 2 || first > 8 || (first > 0) != (c.name != "unrolled") {
				t.Errorf("%d iterations after %d of the first stage, asked for 2", out.report.Iterations, first)
			}
			if now := torch.Live(); now != before {
				t.Errorf("%d tensors before, %d after", before, now)
			}
		})
	}
}

func TestCheckpointsRefused(t *testing.T) {
	before := torch.Live()
	closures := quick(t, unrolledCheckpoint(t))
	closures.data = "cphase,logcamp"
	strong := quick(t, "entropy")
	strong.strength = 2
	unknown := quick(t, save(t, "diffusion", map[string]any{}, nil))
	other, err := models.NewDenoiser(models.UNetConfig{Width: 16, Pools: 1}, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	wrong := quick(t, save(t, "denoiser", map[string]any{"unet": smallUNet()}, other.Params()))
	other.Drop()
	for _, c := range []struct {
		o    imageOptions
		want string
	}{
		{closures, "works on calibrated visibilities, not on cphase,logcamp"},
		{strong, "--strength is that of a denoiser, and entropy is none"},
		{unknown, `field kind of the manifest is "diffusion": known are denoiser, unrolled`},
		{wrong, "has shape"},
	} {
		if _, err := c.o.run(context.Background(), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
		if _, err := os.Stat(c.o.out); err == nil {
			t.Errorf("%s: a failed run left its folder", c.want)
		}
	}
	if now := torch.Live(); now != before {
		t.Errorf("%d tensors before, %d after", before, now)
	}
}

// A stronger denoiser leaves more of the data unexplained: this one, untrained, holds the image where it is.
func TestStrengthOfDenoiser(t *testing.T) {
	for _, method := range []string{"pnp", "red"} {
		misfit := map[float64]float64{}
		for _, strength := range []float64{0.001, 1000} {
			o := quick(t, denoiserCheckpoint(t))
			o.method, o.data, o.strength = method, "vis", strength
			out, err := o.run(context.Background(), &bytes.Buffer{})
			if err != nil {
				t.Fatal(err)
			}
			misfit[strength] = out.report.ReducedChi2["vis"]
		}
		if !(misfit[1000] > 1.1*misfit[0.001]) {
			t.Errorf("%s: reduced χ² by strength %v, want a larger one for the larger strength", method, misfit)
		}
	}
}

// Without --fov the pixels are those of the training; with another --fov the user is told that they are not.
func TestCheckpointSetsPixels(t *testing.T) {
	o := quick(t, denoiserCheckpoint(t))
	o.fov = angle("")
	var log bytes.Buffer
	out, err := o.run(context.Background(), &log)
	if err != nil {
		t.Fatal(err)
	}
	// 256 µas on 64 pixels: 4 µas; one multiplication apart.
	cell := out.job.grid.CellRad / radio.Microarcsecond
	if math.Abs(cell-4) > 1e-12 || !strings.Contains(log.String(), "such as denoiser was trained on") {
		t.Errorf("pixels of %g uas, log %s", cell, log.String())
	}
	o.fov, o.force = angle("64uas"), true
	_, err = o.run(context.Background(), &log)
	if err != nil || !strings.Contains(log.String(), "was trained on pixels of 4 uas, these have 2 uas") {
		t.Errorf("error %v, log %s", err, log.String())
	}
}

// An unrolled network brings the systematic error of its training; the user may give another and is told that it is one.
func TestCheckpointSetsSystematicError(t *testing.T) {
	o := quick(t, unrolledCheckpoint(t))
	o.force = true
	for _, c := range []struct {
		given bool
		sys   float64
		want  float64
		note  string
	}{
		{false, 0.01, 0.02, "a systematic 2 % of the amplitude, as in the training of unrolled (--sys sets it)"},
		{true, 0.01, 0.01, "a systematic 1 % of the amplitude; unrolled was trained with 2 %"},
		{true, 0, 0, "a systematic 0 % of the amplitude; unrolled was trained with 2 %"},
		{true, 0.02, 0.02, "a systematic 2 % of the amplitude\n"},
	} {
		var log bytes.Buffer
		o.sysGiven, o.sys = c.given, c.sys
		out, err := o.run(context.Background(), &log)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.report.SystematicFraction; got != c.want || !strings.Contains(log.String(), c.note) {
			t.Errorf("given %v: systematic error %g, want %g; log %s", c.given, got, c.want, log.String())
		}
		v := out.job.sets[0].fit.vis
		amplitude := cmplx.Abs(v.Vis[0])
		if fraction := math.Sqrt(1/v.Weight[0]) / amplitude; fraction < c.want {
			t.Errorf("an error of %g of the amplitude is used, want at least %g", fraction, c.want)
		}
	}
}

// A cancelled run saves its best image and says so.
func TestCancelledRunSaves(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := quick(t, "entropy")
	var log bytes.Buffer
	out, err := o.run(ctx, &log)
	if err != nil {
		t.Fatal(err)
	}
	if out.report.StopReason != "cancelled" || !strings.Contains(log.String(), "the best image so far is saved") {
		t.Errorf("stop reason %q, log %s", out.report.StopReason, log.String())
	}
	if _, err := os.Stat(filepath.Join(o.out, "image.fits")); err != nil {
		t.Error(err)
	}
}

// Fields that a manifest leaves out have the defaults of the training; one that no training file has is an error.
func TestCheckpointGrid(t *testing.T) {
	for _, c := range []struct {
		section map[string]float64
		want    float64 // µas
	}{
		{map[string]float64{}, 2}, {map[string]float64{"field_uas": 256}, 4}, {map[string]float64{"pixels": 128}, 1},
	} {
		for kind, section := range map[string]string{"denoiser": "denoising", "unrolled": "reconstruction"} {
			config, err := json.Marshal(map[string]any{section: c.section, "unet": smallUNet()})
			if kind == "unrolled" {
				config, err = json.Marshal(map[string]any{section: c.section, "unrolled": unrolled.Config{Steps: 1, UNet: smallUNet()}})
			}
			if err != nil {
				t.Fatal(err)
			}
			p := &prior{}
			if _, err := p.build(checkpoints.Manifest{Kind: kind, Config: config}); err != nil {
				t.Fatal(err)
			}
			p.close()
			// One multiplication apart.
			if cell := p.cellRad / radio.Microarcsecond; math.Abs(cell-c.want) > 1e-12 {
				t.Errorf("%s of %v: pixels of %g uas, want %g", kind, c.section, cell, c.want)
			}
		}
	}
	for _, c := range []struct{ config, want string }{
		{`{"denoising": {"pixel": 64}}`, `unknown field "pixel" of denoising`}, {`{"denoising": {"pixels": -64}}`, "both must be at least 1"},
	} {
		_, err := (&prior{}).build(checkpoints.Manifest{Kind: "denoiser", Config: json.RawMessage(c.config)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.config, err, c.want)
		}
	}
}

// What speaks against a network is said; the best weights of a run have the name of the run before theirs.
func TestDoubtsAboutCheckpoints(t *testing.T) {
	for want, m := range map[string]checkpoints.Manifest{
		"":                    {Step: 10, Metrics: map[string]float64{"gain_db": 12}},
		"come from elsewhere": {Imported: true},
		"weights are random":  {},
		"gain -3.0 dB":        {Step: 10, Metrics: map[string]float64{"gain_db": -3}},
	} {
		if got := doubt("it", m); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%+v: %q, want %q", m, got, want)
		}
	}
	for dir, want := range map[string]string{"runs/first/best": "first/best", "checkpoints/denoiser-eht/": "denoiser-eht"} {
		if got := checkpointName(dir); got != want {
			t.Errorf("%s is called %s, want %s", dir, got, want)
		}
	}
}
