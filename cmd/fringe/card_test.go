package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/train"

	"gopkg.in/yaml.v3"
)

// A card tells what there is to tell, and its config is a training file again. It does not replace what somebody wrote.
func TestCards(t *testing.T) {
	for name, want := range map[string][]string{
		"dncnn":        {"A denoiser (dncnn) of 225 parameters", "measurements at some images do not prove that"},
		"ridge capped": {"A denoiser (ridge) of", "at most 1 at every image and every noise level"},
	} {
		dir := filepath.Join(t.TempDir(), "tiny")
		trainTiny(t, tinyTraining(tinyNetworks()[name]), dir, false, 0)
		stopped, stop := context.WithCancel(context.Background())
		stop()
		if err := writeCard(stopped, dir, false, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: stopped: %v", name, err)
		}
		if err := writeCard(context.Background(), dir, false, &bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, cardName)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range append(want, "# tiny\n", "step 6 of 6, 4 examples each, seed 3", "gain_db_0.05", "ring 3", "| 0.01 | ", "fringe image DATA --prior "+dir, "Apache-2.0") {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s: the card lacks %q:\n%s", name, part, text)
			}
		}
		_, config, _ := strings.Cut(string(text), "```yaml\n")
		config, _, _ = strings.Cut(config, "```")
		job, err := newTraining([]byte(config), 0)
		if err != nil {
			t.Fatalf("%s: the config of the card: %v\n%s", name, err, config)
		}
		var fields map[string]any
		if err := yaml.Unmarshal(job.manifest.Config, &fields); err != nil || fields["seed"] != 3 {
			t.Errorf("%s: config %s, %v", name, job.manifest.Config, err)
		}
		job.close()
		if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := writeCard(context.Background(), dir, false, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "is there already") {
			t.Errorf("%s: a second card: %v", name, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
			t.Errorf("%s: the hand-written README.md became %q, %v", name, text, err)
		}
	}
	if err := writeCard(context.Background(), t.TempDir(), false, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "no checkpoint here") {
		t.Errorf("a folder without a checkpoint: %v", err)
	}
}

// A denoiser of pixels of any size is not said to be for these pixels.
func TestLimitsOfADenoiserOfAnyScale(t *testing.T) {
	for any, want := range map[bool]bool{false: true, true: false} {
		c := card{training: &training{anyScale: any}, manifest: checkpoints.Manifest{Kind: "denoiser"}}
		if got := strings.Contains(c.limits(), "on these pixels"); got != want {
			t.Errorf("any scale %v: %s", any, c.limits())
		}
	}
	job, err := newTraining([]byte("kind: denoiser\nloop: {steps: 1, batch: 1}\ndenoising: {pixels: 32, validation: 1, any_scale: true}\nunet: {width: 8, pools: 1}\n"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer job.close()
	if !job.anyScale {
		t.Error("a training of any scale does not know it")
	}
}

// Ctrl-C while the card is written ends a finished training as an interruption, not as a failure.
func TestInterruptedCardOfAFinishedTraining(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "tiny.yaml")
	if err := os.WriteFile(config, []byte(tinyDenoiser), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	log := &cancelling{word: "measuring how expansive", cancel: cancel}
	f := trainFlags{out: filepath.Join(dir, "run")}
	if err := f.run(ctx, config, io.Discard, log); !errors.Is(err, errInterrupted) {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(log.String(), "finished 4 steps") || !strings.Contains(log.String(), "fringe card "+f.out+" writes it") {
		t.Errorf("log %s", log.String())
	}
}

// cancelling is a log that cancels when it is told something.
type cancelling struct {
	bytes.Buffer
	word   string
	cancel func()
}

func (c *cancelling) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.word) {
		c.cancel()
	}
	return c.Buffer.Write(p)
}

// 10 steps of 4 at 2 per second, then 5 at 10: 20 + 2 seconds. A log without a clock says nothing.
func TestTrainingSeconds(t *testing.T) {
	for _, tt := range []struct {
		log  []train.LogLine
		want float64
	}{
		{[]train.LogLine{{Step: 10, ItemsPerSecond: 2}, {Step: 15, ItemsPerSecond: 10}}, 22},
		{[]train.LogLine{{Step: 10}}, 0},
		{nil, 0},
	} {
		if got := trainingSeconds(tt.log, 4); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%v: %g seconds, want %g", tt.log, got, tt.want)
		}
	}
}
