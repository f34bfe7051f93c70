package checkpoints_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/checkpoints"
	"fringe/radio/radiotest"
)

func manifest() checkpoints.Manifest {
	return checkpoints.Manifest{Kind: "denoiser", Config: []byte(`{"width":8}`), Data: "rings", Seed: 1<<63 + 3, Step: 12, Metrics: map[string]float64{"gain": 3.5}}
}

func tensors(scale float32) []checkpoints.Tensor {
	return []checkpoints.Tensor{
		checkpoints.NewTensor("b.weight", []float32{1 * scale, 2, 3, 4, 5, 6}, 2, 3),
		checkpoints.NewTensor("a.bias", []float64{-1, 0.5}, 2),
		checkpoints.NewTensor("scalar", []int64{1 << 62}),
		checkpoints.NewTensor("bytes", []uint8{1, 2, 255}, 3),
		checkpoints.NewTensor("empty", []float32{}, 0, 4),
	}
}

func save(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	if err := checkpoints.Save(dir, manifest(), tensors(1), tensors(2)[:2]); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSaveAndLoadAreInverse(t *testing.T) {
	dir := save(t)
	m, weights, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := manifest()
	want.Version, want.Weights, want.State = m.Version, m.Weights, m.State
	var compact bytes.Buffer // the manifest is indented
	if err := json.Compact(&compact, m.Config); err != nil {
		t.Fatal(err)
	}
	m.Config = compact.Bytes()
	if d := cmp.Diff(want, m); d != "" {
		t.Errorf("manifest differs (-want +got):\n%s", d)
	}
	byName := cmp.Transformer("byName", func(ts []checkpoints.Tensor) map[string]checkpoints.Tensor {
		m := map[string]checkpoints.Tensor{}
		for _, t := range ts {
			// nil and empty are the same here
			t.Shape, t.Data = append([]int64{}, t.Shape...), append([]byte{}, t.Data...)
			m[t.Name] = t
		}
		return m
	})
	if d := cmp.Diff(tensors(1), weights, byName); d != "" {
		t.Errorf("weights differ (-want +got):\n%s", d)
	}
	_, state, err := checkpoints.LoadState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(tensors(2)[:2], state, byName); d != "" {
		t.Errorf("state differs (-want +got):\n%s", d)
	}
}

func TestLoadErrorsNameFileAndField(t *testing.T) {
	edit := func(from, to string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, "manifest.json")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.Replace(string(text), from, to, 1)
			if changed == string(text) {
				t.Fatalf("%q is not in the manifest", from)
			}
			if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	weightsFile := func(t *testing.T, dir string) string {
		files, err := filepath.Glob(filepath.Join(dir, "weights-*"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		return files[0]
	}
	tests := []struct {
		name   string
		damage func(t *testing.T, dir string)
		want   []string
	}{
		{"version", edit(`"version": 1`, `"version": 2`), []string{"manifest.json", "field version is 2", "reads version 1"}},
		{"no version", edit(`"version": 1`, `"versio": 1`), []string{"manifest.json", "field version is missing"}},
		{"unknown field", edit(`"seed"`, `"sead"`), []string{"manifest.json", "sead"}},
		{"kind", edit(`"kind": "denoiser"`, `"kind": ""`), []string{"manifest.json", "field kind"}},
		{"name", edit(`"name": "weights-`, `"name": "../weights-`), []string{"manifest.json", "field weights.name"}},
		{"not json", edit(`{`, `[`), []string{"manifest.json"}},
		{"checksum", func(t *testing.T, dir string) {
			f := weightsFile(t, dir)
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			content[len(content)-1] ^= 1
			if err := os.WriteFile(f, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}, []string{"weights-", "SHA-256", "field weights.sha256"}},
		{"size", func(t *testing.T, dir string) {
			f, err := os.OpenFile(weightsFile(t, dir), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteString("x"); err != nil || f.Close() != nil {
				t.Fatal(err)
			}
		}, []string{"weights-", "bytes long", "field weights.bytes"}},
		{"size in the manifest", edit(`"bytes": `, `"bytes": 1`), []string{"weights-", "bytes long", "field weights.bytes"}},
		{"no weights", func(t *testing.T, dir string) {
			if err := os.Remove(weightsFile(t, dir)); err != nil {
				t.Fatal(err)
			}
		}, []string{"weights-", "no such file"}},
		{"no manifest", func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "manifest.json")); err != nil {
				t.Fatal(err)
			}
		}, []string{"manifest.json", "no checkpoint here"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := save(t)
			tt.damage(t, dir)
			_, _, err := checkpoints.Load(dir)
			if err == nil {
				t.Fatal("Load accepts it")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
		})
	}
	if _, _, err := checkpoints.Load(t.TempDir()); !errors.Is(err, checkpoints.ErrNone) {
		t.Errorf("Load of an empty folder: %v, want ErrNone", err)
	}
}

// The second implementation is the reference one, in Python.
func TestPythonReadsOurFiles(t *testing.T) {
	const script = `
import sys
from safetensors.numpy import load_file
t = load_file(sys.argv[1])
print(*[f"{k}:{t[k].dtype}:{list(t[k].shape)}:{t[k].ravel().tolist()}" for k in sorted(t)], sep="\n")`
	python := radiotest.Python(t, "safetensors.numpy")
	files, err := filepath.Glob(filepath.Join(save(t), "weights-*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	got, err := exec.Command(python, "-c", script, files[0]).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	want := `a.bias:float64:[2]:[-1.0, 0.5]
b.weight:float32:[2, 3]:[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
bytes:uint8:[3]:[1, 2, 255]
empty:float32:[0, 4]:[]
scalar:int64:[]:[4611686018427387904]
`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("Python reads (-want +got):\n%s", d)
	}
}

func find(t *testing.T, ts []checkpoints.Tensor, name string) checkpoints.Tensor {
	t.Helper()
	for _, x := range ts {
		if x.Name == name {
			return x
		}
	}
	t.Fatalf("no tensor %q", name)
	return checkpoints.Tensor{}
}
