package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/checkpoints"
	"fringe/internal/torch"
)

const tinyDenoiser = "kind: denoiser\nloop: {steps: 4, batch: 2}\ndenoising: {pixels: 32, validation: 1}\nunet: {width: 8, pools: 1}\n"

// stateDict writes the weights of a tiny denoiser as PyTorch would save them from a wrapped network, each raised by 1, and changed.
func stateDict(t *testing.T, change func(tensors []checkpoints.Tensor) []checkpoints.Tensor) (config, state string, want []checkpoints.Tensor) {
	t.Helper()
	dir := t.TempDir()
	config, state = filepath.Join(dir, "tiny.yaml"), filepath.Join(dir, "state.safetensors")
	job, err := newTraining([]byte(tinyDenoiser), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer job.close()
	err = torch.Do(func(s *torch.Scope) error {
		s.NoGrad(func() {
			for _, p := range job.weights {
				s.Copy(p.Tensor, s.AddScalar(p.Tensor, 1))
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want, err = checkpoints.Gather(job.weights); err != nil {
		t.Fatal(err)
	}
	tensors := append([]checkpoints.Tensor{}, want...)
	for i := range tensors {
		tensors[i].Name = "module." + tensors[i].Name
	}
	content, err := checkpoints.EncodeSafetensors(change(tensors))
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{config: []byte(tinyDenoiser), state: content} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return config, state, want
}

func TestImportedWeightsAreAPrior(t *testing.T) {
	config, state, want := stateDict(t, func(ts []checkpoints.Tensor) []checkpoints.Tensor { return ts })
	live, out := torch.Live(), filepath.Join(t.TempDir(), "imported")
	if err := (importFlags{config: config, out: out, rename: []string{"module.="}}).run(state, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	_, weights, err := checkpoints.Load(out)
	if err != nil {
		t.Fatal(err)
	}
	a, errA := checkpoints.EncodeSafetensors(want)
	b, errB := checkpoints.EncodeSafetensors(weights)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("the weights changed on the way: %v, %v", errA, errB)
	}
	p, err := openCheckpoint(out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.doubt, "come from elsewhere") {
		t.Errorf("said of imported weights: %q", p.doubt)
	}
	p.close()
	if now := torch.Live(); now != live {
		t.Errorf("%d tensors live after, %d before", now, live)
	}
}

// Two tensors that would have one name, and numbers that are none, are refused, and nothing is written.
func TestImportRefusesTensorsThatAreAmbiguousOrBroken(t *testing.T) {
	for want, change := range map[string]func(ts []checkpoints.Tensor) []checkpoints.Tensor{
		`both "module.down.0.conv1.weight" and "down.0.conv1.weight" would be "down.0.conv1.weight"`: func(ts []checkpoints.Tensor) []checkpoints.Tensor {
			k := slices.IndexFunc(ts, func(t checkpoints.Tensor) bool { return t.Name == "module.down.0.conv1.weight" })
			twin := ts[k]
			twin.Name = "down.0.conv1.weight"
			return append(ts, twin)
		},
		`tensor "down.0.conv1.weight": value 0 is NaN`: func(ts []checkpoints.Tensor) []checkpoints.Tensor {
			k := slices.IndexFunc(ts, func(t checkpoints.Tensor) bool { return t.Name == "module.down.0.conv1.weight" })
			ts[k].Data = slices.Concat([]byte{0, 0, 0xc0, 0x7f}, ts[k].Data[4:])
			return ts
		},
	} {
		config, state, _ := stateDict(t, change)
		out := filepath.Join(t.TempDir(), "imported")
		err := (importFlags{config: config, out: out, rename: []string{"module.="}}).run(state, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Error("a failed import left a folder")
		}
	}
}

// What a network computes itself is left out: the tables of SwinIR, and the counters of batch normalisation.
func TestImportLeavesOutWhatIsComputed(t *testing.T) {
	config, state, _ := stateDict(t, func(ts []checkpoints.Tensor) []checkpoints.Tensor {
		return append(ts, checkpoints.NewTensor("module.layers.0.residual_group.blocks.1.attn.relative_position_index", []int64{0, 1}, 2),
			checkpoints.NewTensor("module.layers.0.residual_group.blocks.1.attn_mask", []float32{0, -100}, 2),
			checkpoints.NewTensor("module.model.3.num_batches_tracked", []int64{5}))
	})
	out := filepath.Join(t.TempDir(), "imported")
	if err := (importFlags{config: config, out: out, rename: []string{"module.="}}).run(state, &bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}

// The card of imported weights claims nothing about a training.
func TestCardOfImportedWeights(t *testing.T) {
	config, state, _ := stateDict(t, func(ts []checkpoints.Tensor) []checkpoints.Tensor { return ts })
	out := filepath.Join(t.TempDir(), "imported")
	if err := (importFlags{config: config, out: out, rename: []string{"module.="}}).run(state, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	if err := writeCard(context.Background(), out, false, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(out, cardName))
	if err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]bool{
		"imported by fringe": true, "| trained | elsewhere |": true, "What it has seen is not known": true, "that of whoever trained them": true,
		"step 0 of": false, "made by fringe": false, "It has seen": false, "Apache": false,
	} {
		if strings.Contains(string(text), part) != want {
			t.Errorf("that the card holds %q is %v:\n%s", part, !want, text)
		}
	}
}

func TestImportListsWhatDoesNotFit(t *testing.T) {
	config, state, want := stateDict(t, func(ts []checkpoints.Tensor) []checkpoints.Tensor {
		ts[1].Shape = []int64{1, int64(len(ts[1].Data) / 4)}
		return append(ts[1:], checkpoints.NewTensor("module.running_mean", []float32{1}, 1))
	})
	out := filepath.Join(t.TempDir(), "imported")
	var log bytes.Buffer
	err := (importFlags{config: config, out: out, rename: []string{"module.="}}).run(state, &log)
	for _, part := range []string{"1 missing: " + want[0].Name, "1 unexpected: running_mean", "1 of another shape: " + want[1].Name + " has shape [1 "} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want one with %q", err, part)
		}
	}
	if err := (importFlags{config: config, out: out}).run(state, &log); err == nil || !strings.Contains(err.Error(), "and ") || !strings.Contains(err.Error(), "missing: ") {
		t.Errorf("without --rename: %v", err)
	}
	if err := (importFlags{config: config, out: out}).run(config, &log); err == nil || !strings.Contains(err.Error(), "this is no safetensors file") {
		t.Errorf("a file of another kind: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a failed import left a folder")
	}
}
