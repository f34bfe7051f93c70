package checkpoints_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/checkpoints"
	"fringe/internal/torch"
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

func TestSaveReplacesAndTidiesUp(t *testing.T) {
	dir := save(t)
	notes := filepath.Join(dir, "notes.txt")
	for _, name := range []string{"notes.txt", ".saving-123"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := checkpoints.Save(dir, manifest(), tensors(7), nil); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 3 { // manifest, weights, notes
		t.Errorf("files %v, error %v, want the manifest, one weights file and the foreign notes", files, err)
	}
	if _, err := os.Stat(notes); err != nil {
		t.Errorf("a foreign file was removed: %v", err)
	}
	_, weights, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := checkpoints.Values[float32](find(t, weights, "b.weight")); err != nil || v[0] != 7 {
		t.Errorf("b.weight = %v, %v, want it to start with 7", v, err)
	}
	if _, _, err := checkpoints.LoadState(dir); err == nil || !strings.Contains(err.Error(), "weights only") {
		t.Errorf("LoadState: %v", err)
	}
}

// A save that is killed leaves new tensor files, or half of one under a temporary name, beside the old manifest.
func TestKilledSaveLeavesTheFormerCheckpoint(t *testing.T) {
	dir, other := save(t), filepath.Join(t.TempDir(), "other")
	if err := checkpoints.Save(other, manifest(), tensors(9), tensors(9)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(other, "*.safetensors"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for name, part := range map[string][]byte{filepath.Base(f): content, ".saving-1": content[:len(content)/2]} {
			if err := os.WriteFile(filepath.Join(dir, name), part, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	_, weights, err := checkpoints.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := checkpoints.Values[float32](find(t, weights, "b.weight")); err != nil || v[0] != 1 {
		t.Errorf("b.weight = %v, %v, want the former one", v, err)
	}
}

func TestFailedSaveKeepsTheFormerCheckpoint(t *testing.T) {
	dir := save(t)
	bad := []checkpoints.Tensor{{Name: "x", DType: "F32", Shape: []int64{3}, Data: make([]byte, 8)}}
	if err := checkpoints.Save(dir, manifest(), tensors(3), bad); err == nil || !strings.Contains(err.Error(), `tensor "x"`) {
		t.Errorf("Save with a wrong shape: %v", err)
	}
	if _, _, err := checkpoints.Load(dir); err != nil {
		t.Errorf("the former checkpoint is lost: %v", err)
	}
}

// The disk is full in the middle of the weights, of the state or of the manifest: the former checkpoint stays, and nothing else.
func TestFullDiskKeepsTheFormerCheckpoint(t *testing.T) {
	for full := range 3 {
		dir := save(t)
		before, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		file := 0
		halfWay := func(f *os.File, content []byte) error {
			if file++; file-1 < full {
				_, err := f.Write(content)
				return err
			}
			_, err := f.Write(content[:len(content)/2])
			return errors.Join(err, syscall.ENOSPC)
		}
		err = checkpoints.SaveBy(halfWay, dir, manifest(), tensors(9), tensors(9))
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) {
			t.Errorf("full at file %d: error %v, want one that names the folder and the reason", full, err)
		}
		_, weights, err := checkpoints.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := checkpoints.Values[float32](find(t, weights, "b.weight")); err != nil || v[0] != 1 {
			t.Errorf("full at file %d: b.weight = %v, %v, want the former one", full, v, err)
		}
		if _, _, err := checkpoints.LoadState(dir); err != nil {
			t.Errorf("full at file %d: the former state is lost: %v", full, err)
		}
		after, err := os.ReadDir(dir) // hidden files as well
		if err != nil || len(after) != len(before) {
			t.Errorf("full at file %d: %v is in the folder, %v was", full, after, before)
		}
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

// What is not finite is never a checkpoint, and of two tensors of one name none is taken.
func TestBadTensorsAreRefused(t *testing.T) {
	err := torch.Do(func(s *torch.Scope) error {
		for _, v := range []float64{math.NaN(), math.Inf(-1)} {
			x := s.FromFloat64s([]float64{1, v}, 2)
			for _, x := range []*torch.Tensor{x, s.To(x, torch.Float32)} {
				if _, err := checkpoints.Gather([]torch.Param{{Name: "down.weight", Tensor: x}}); err == nil || !strings.Contains(err.Error(), `tensor "down.weight": value 1 is `) {
					t.Errorf("value %g: %v", v, err)
				}
			}
		}
		w := s.FromFloat64s([]float64{7}, 1)
		twice := []checkpoints.Tensor{checkpoints.NewTensor("w", []float64{1}, 1), checkpoints.NewTensor("w", []float64{2}, 1)}
		if err := checkpoints.Assign([]torch.Param{{Name: "w", Tensor: w}}, twice); err == nil || !strings.Contains(err.Error(), `tensor "w" is there twice`) || s.Item(w) != 7 {
			t.Errorf("a name twice: %v, and w is %g", err, s.Item(w))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A first save that fails leaves nothing, and one that was killed nothing that keeps the next one out.
func TestFirstSaveThatFails(t *testing.T) {
	dir, calls := filepath.Join(t.TempDir(), "run"), 0
	full := func(f *os.File, content []byte) error {
		if calls++; calls == 3 { // the manifest
			return syscall.ENOSPC
		}
		_, err := f.Write(content)
		return err
	}
	if err := checkpoints.SaveBy(full, dir, manifest(), tensors(1), tensors(2)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("error %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	other := save(t)
	if checkpoints.IsFree(other) {
		t.Error("a folder with a checkpoint is called free")
	}
	if err := os.Remove(filepath.Join(other, "manifest.json")); err != nil { // what a kill before the manifest leaves
		t.Fatal(err)
	}
	if !checkpoints.IsFree(other) || !checkpoints.IsFree(dir) || !checkpoints.IsFree(filepath.Join(dir, "none")) {
		t.Error("leftovers of a first save, or an empty folder, are not free")
	}
	if err := checkpoints.Save(other, manifest(), tensors(5), nil); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(other); err != nil || len(files) != 2 {
		t.Errorf("files %v, %v; want manifest and weights", files, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if checkpoints.IsFree(dir) {
		t.Error("a folder with notes is called free")
	}
}

func TestGatherAndAssign(t *testing.T) {
	before := torch.Live()
	err := torch.Do(func(s *torch.Scope) error {
		from := []torch.Param{{Name: "w", Tensor: s.FromFloat32s([]float32{1, 2, 3, 4}, 2, 2)}, {Name: "b", Tensor: s.FromFloat64s([]float64{5}, 1)}}
		to := []torch.Param{{Name: "b", Tensor: s.Zeros(torch.Float64, 1)}, {Name: "w", Tensor: s.Zeros(torch.Float32, 2, 2)}}
		ts, err := checkpoints.Gather(from)
		if err != nil {
			return err
		}
		if err := checkpoints.Assign(to, ts); err != nil {
			return err
		}
		if got := append(s.Float64s(to[1].Tensor), s.Float64s(to[0].Tensor)...); !cmp.Equal(got, []float64{1, 2, 3, 4, 5}) {
			t.Errorf("after Assign: %v", got)
		}
		for _, tt := range []struct {
			params []torch.Param
			want   string
		}{
			{to[:1], `tensor "w" is unknown to the network`},
			{append(to[:2:2], torch.Param{Name: "x", Tensor: s.Zeros(torch.Float32, 1)}), `tensor "x" is missing`},
			{[]torch.Param{to[0], {Name: "w", Tensor: s.Zeros(torch.Float32, 4)}}, `tensor "w" has shape [2 2], the network needs [4]`},
			{[]torch.Param{to[0], {Name: "w", Tensor: s.Zeros(torch.Float64, 2, 2)}}, `tensor "w" is F32, the network needs F64`},
		} {
			if err := checkpoints.Assign(tt.params, ts); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Assign: error %v, want %q", err, tt.want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if after := torch.Live(); after != before {
		t.Errorf("%d tensors live after, %d before", after, before)
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
