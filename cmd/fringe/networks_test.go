package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/train"
)

// tinyNetworks are the smallest networks of each kind, and those with something besides.
func tinyNetworks() map[string]string {
	return map[string]string{
		"unet": "unet: {width: 8, pools: 1}", "dncnn": "dncnn: {depth: 3, width: 4}", "dncnn normed": "dncnn: {depth: 4, width: 4, batch_norm: true}",
		"drunet": "drunet: {width: 2, pools: 1, blocks: 1}", "gradient_step": "gradient_step: {width: 2, pools: 1, blocks: 1}",
		"ridge":        "ridge: {filters: 2, inner: 2, kernel: 3, knots: 3, steps: 2}",
		"swinir":       "swinir: {width: 4, groups: 1, blocks: 2, heads: 2, window: 4}",
		"ridge capped": "ridge: {filters: 2, inner: 2, kernel: 3, knots: 3, steps: 2, max_slope: 2}",
		"nonexpansive": "nonexpansive: {layers: 1, pools: 1, width: 2, hidden: 3}",
		"patch_mlp":    "patch_mlp: {patch: 5, hidden: 8, layers: 1, stride: 4}", "srcnn": "srcnn: {width: 4}",
	}
}

func tinyTraining(network string) []byte {
	return []byte("kind: denoiser\nseed: 3\nloop: {steps: 6, batch: 4, accumulate: 2, ema_decay: 0.8, report_every: 1, validate_every: 4, save_every: 2, monitor: gain_db}\n" +
		"denoising: {pixels: 32, validation: 2}\n" + network + "\n")
}

// trainTiny trains in dir; it stops after the given step, if any.
func trainTiny(t *testing.T, text []byte, dir string, resume bool, stop int) {
	t.Helper()
	job, err := newTraining(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer job.close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cfg := job.Loop
	cfg.Manifest, cfg.Dir, cfg.Resume = job.manifest, dir, resume
	if _, err := job.run(ctx, cfg, train.Hook{Name: "stop", Do: func(r train.Report) error {
		if r.Step == stop {
			cancel()
		}
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
}

// Every kind is trained, stopped, and resumed to the bytes of a run that was not stopped; then it is a prior, and its
// weights come back through fringe import unchanged. Nothing of LibTorch's memory stays behind.
func TestEveryNetworkIsTrainedResumedImportedAndUsed(t *testing.T) {
	var tried []string
	for name, network := range tinyNetworks() {
		tried = append(tried, strings.Fields(name)[0])
		t.Run(name, func(t *testing.T) {
			live, text := torch.Live(), tinyTraining(network)
			unbroken, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			trainTiny(t, text, unbroken, false, 0)
			trainTiny(t, text, broken, false, 3)
			trainTiny(t, text, broken, true, 0)
			sameFiles(t, unbroken, broken)
			reimport(t, text, unbroken)
			o := quick(t, unbroken)
			o.force, o.data = true, "vis"
			if name == "dncnn" {
				o.method = "red"
			}
			out, err := o.run(context.Background(), &bytes.Buffer{})
			if err != nil {
				t.Fatal(err)
			}
			if !(out.report.FluxJy > 0) {
				t.Errorf("flux %g Jy", out.report.FluxJy)
			}
			want := ""
			if name == "nonexpansive" || name == "ridge capped" {
				want = "by construction"
			}
			if out.report.FirmDenoiser != want {
				t.Errorf("firmly nonexpansive: %q, want %q", out.report.FirmDenoiser, want)
			}
			if now := torch.Live(); now != live {
				t.Errorf("%d tensors before, %d after", live, now)
			}
		})
	}
	for _, name := range models.NetworkNames() {
		if !slices.Contains(tried, name) {
			t.Errorf("%s is not tried", name)
		}
	}
}

// sameFiles compares the files of two folders.
func sameFiles(t *testing.T, want, got string) {
	t.Helper()
	read := func(dir string) map[string][]byte {
		files := map[string][]byte{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files[path], err = os.ReadFile(filepath.Join(dir, path))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	a, b := read(want), read(got)
	if len(a) != len(b) {
		t.Errorf("%d files in one folder, %d in the other", len(a), len(b))
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// reimport imports the weights of a checkpoint as if they came from elsewhere.
func reimport(t *testing.T, text []byte, dir string) {
	t.Helper()
	_, want, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	config, out := filepath.Join(t.TempDir(), "c.yaml"), filepath.Join(t.TempDir(), "imported")
	if err := os.WriteFile(config, text, 0o644); err != nil {
		t.Fatal(err)
	}
	content, err := checkpoints.EncodeSafetensors(append([]checkpoints.Tensor{checkpoints.NewTensor("model.2.num_batches_tracked", []int64{7})}, want...))
	if err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(t.TempDir(), "state.safetensors")
	if err := os.WriteFile(state, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := (importFlags{config: config, out: out}).run(state, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	_, got, err := checkpoints.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := checkpoints.EncodeSafetensors(want)
	b, errB := checkpoints.EncodeSafetensors(got)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("the weights changed on the way: %v, %v", errA, errB)
	}
}

// Statistics of batch normalisation are trained, averaged and saved: those of a run differ from the first ones, 0 and 1.
func TestBatchNormStatisticsAreSaved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	trainTiny(t, tinyTraining(tinyNetworks()["dncnn normed"]), dir, false, 0)
	_, weights, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, w := range weights {
		if !strings.Contains(w.Name, "running_") {
			continue
		}
		values, err := checkpoints.Values[float32](w)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if v != 0 && v != 1 {
				moved++
			}
		}
	}
	if moved != 2*2*4 { // mean and variance of two layers of four channels
		t.Errorf("%d statistics moved, want 16", moved)
	}
}

func TestNetworkBlocksAreChecked(t *testing.T) {
	for network, want := range map[string]string{
		"unet: {width: 8}\ndncnn: {depth: 3}": "there are blocks for unet and dncnn: keep one",
		"dncnn:":                              "dncnn is empty: write dncnn: {} for its defaults",
		"dncn: {depth: 3}":                    `unknown field "dncn"; did you mean "dncnn"?`,
		"dncnn: {deep: 3}":                    `unknown field "deep" of dncnn; known are depth`,
		"dncnn: {depth: 1}":                   "dncnn depth is 1, must be between 2 and 100",
		"srcnn: {level: -1}":                  "srcnn level is -1, must be between 1e-6 and 1000",
		"dncnn: {batch_norm: true}\n#":        "",
	} {
		text := tinyTraining(network)
		if want == "" {
			want, text = "without batch normalisation", []byte(strings.Replace(string(text), "validation: 2", "validation: 2, jacobian: {weight: 1}", 1))
		}
		if job, err := newTraining(text, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", network, err, want)
			if err == nil {
				job.close()
			}
		}
	}
	// Without a block the network is the U-net of before.
	job, err := newTraining(tinyTraining(""), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer job.close()
	if config := string(job.manifest.Config); !strings.Contains(config, `"unet":{`) || strings.Contains(config, "dncnn") {
		t.Errorf("config %s", config)
	}
}
