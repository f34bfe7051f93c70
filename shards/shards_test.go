package shards_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fringe/data"
	"fringe/radio/radiotest"
	"fringe/shards"
)

// recipe draws small pairs quickly.
func recipe() data.PairConfig {
	c := data.PairConfig{Seed: 11, Pixels: 32, Transform: data.Fast}
	c.Observation.Scans = data.Range{6, 6}
	return c
}

const count, perShard = 11, 3

func manifest(t *testing.T) shards.Manifest {
	t.Helper()
	m, err := plan()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func plan() (shards.Manifest, error) {
	g := recipe().Grid()
	stations, err := data.Array("eht2017")
	return shards.Manifest{
		Program: "test", Config: json.RawMessage(`{"pixels":32}`), Seed: recipe().Seed, Split: "validation", First: 5, Count: count,
		PerShard: perShard, NX: g.NX, NY: g.NY, CellRad: g.CellRad, Stations: stations,
	}, err
}

func example(index uint64) (shards.Example, error) {
	p, err := recipe().Pair(data.Validation, index)
	if err != nil {
		return shards.Example{}, err
	}
	return shards.NewExample(p, 0.02)
}

// write fills a folder without disturbance.
func write(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pairs")
	if err := shards.Write(context.Background(), dir, manifest(t), example, 1, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// content returns the files of a folder.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[filepath.Base(path)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sameFiles(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d files, want %d", what, len(got), len(want))
	}
}

// sameSky compares skies as a whole: their settings are unexported.
var sameSky = cmp.Comparer(func(a, b data.Sky) bool { return reflect.DeepEqual(a, b) })

func TestPairsComeBackAsTheyWere(t *testing.T) {
	set, err := shards.Open(write(t))
	if err != nil {
		t.Fatal(err)
	}
	k := 0
	for got, err := range set.All() {
		if err != nil {
			t.Fatal(err)
		}
		want, err := example(uint64(5 + k))
		if err != nil {
			t.Fatal(err)
		}
		want.Sky = data.Sky{} // files hold its pixels alone
		if d := cmp.Diff(want, got, sameSky); d != "" {
			t.Fatalf("pair %d differs (-want +got):\n%s", k, d)
		}
		k++
	}
	if k != count || set.Len() != count {
		t.Errorf("%d pairs, Len %d, want %d", k, set.Len(), count)
	}
	for _, k := range []int{-1, count} {
		if _, err := set.Example(k); err == nil {
			t.Errorf("pair %d: no error", k)
		}
	}
}

// One goroutine or two write the same bytes.
func TestWorkersDoNotChangeTheFiles(t *testing.T) {
	want := content(t, write(t))
	dir := t.TempDir()
	var done []int
	if err := shards.Write(context.Background(), dir, manifest(t), example, 2, func(n int) { done = append(done, n) }); err != nil {
		t.Fatal(err)
	}
	sameFiles(t, "two workers", content(t, dir), want)
	if !slices.Equal(done, []int{0, 3, 6, 9, 11}) {
		t.Errorf("progress %v, want 0, 3, 6, 9, 11", done)
	}
}

// The second implementation is the reference reader of safetensors, in Python: the dirty image of pair 8 and the sum of its
// weights.
func TestPythonReadsShards(t *testing.T) {
	python := radiotest.Python(t, "safetensors.numpy")
	const script = `
import sys, json, hashlib
from safetensors.numpy import load_file
t = load_file(sys.argv[1] + ".safetensors")
line = json.loads(open(sys.argv[1] + ".jsonl").readline())
print(json.dumps({"Index": line["index"], "Dirty": t["8/dirty"].ravel().tolist(), "Weight": t["8/weight"].tolist(), "Keys": len(t)}))`
	text, err := exec.Command(python, "-c", script, filepath.Join(write(t), "validation-000001")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Index  uint64
		Dirty  []float32
		Weight []float64
		Keys   int
	}
	if err := json.Unmarshal(bytes.TrimSpace(text), &got); err != nil {
		t.Fatal(err)
	}
	want, err := example(8)
	if err != nil {
		t.Fatal(err)
	}
	if got.Index != 8 || got.Keys != 11*perShard || !slices.Equal(got.Dirty, want.Scaled.Dirty) || !slices.Equal(got.Weight, want.Vis.Weight) {
		t.Errorf("Python reads index %d of %d tensors, and other numbers", got.Index, got.Keys)
	}
}
