package shards_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
		if d := cmp.Diff(want, got, cmp.AllowUnexported(data.Sky{})); d != "" {
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

// childFolder tells a copy of the test program to write a set into a folder until it is killed.
const childFolder = "FRINGE_TEST_SHARDS"

func TestMain(m *testing.M) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		os.Exit(m.Run())
	}
	whole, err := plan()
	if err == nil {
		err = shards.Write(context.Background(), dir, whole, example, 2, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A program that is killed again and again, at whatever it is doing, leaves the bytes of an undisturbed one when it is started
// once more. The times are spread from before the first file to about the end of the set.
func TestKilledAndResumed(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	want := content(t, write(t))
	whole := time.Since(start)
	for _, part := range []float64{0.1, 0.4, 0.7, 1} {
		dir := filepath.Join(t.TempDir(), "pairs")
		for range 3 {
			child := exec.Command(self)
			child.Env = append(os.Environ(), childFolder+"="+dir)
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(part * float64(whole)))
			_ = child.Process.Kill() // it may have come to its end
			_ = child.Wait()
		}
		if err := shards.Write(context.Background(), dir, manifest(t), example, 1, nil); err != nil {
			t.Fatalf("resume: %v", err)
		}
		sameFiles(t, fmt.Sprintf("killed after %g of the time", part), content(t, dir), want)
	}
}

// A kill between any two of the steps that write a shard leaves one of these.
func TestResumeAfterEveryStep(t *testing.T) {
	want := content(t, write(t))
	for name, keep := range map[string]func(dir string){
		"temporary file":      func(dir string) { put(t, dir, ".saving-123", "half") },
		"half of a shard":     func(dir string) { put(t, dir, "validation-000001.safetensors", "half") },
		"tensors alone":       func(dir string) { put(t, dir, "validation-000001.safetensors", want["validation-000001.safetensors"]) },
		"both, no manifest":   func(dir string) { put(t, dir, "validation-000001.jsonl", want["validation-000001.jsonl"]) },
		"nothing but a start": func(string) {},
	} {
		dir := filepath.Join(t.TempDir(), "pairs")
		ctx, cancel := context.WithCancel(context.Background())
		err := shards.Write(ctx, dir, manifest(t), example, 1, func(n int) {
			if n == perShard {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: interrupted: %v", name, err)
		}
		if _, err := shards.Open(dir); err == nil || !strings.Contains(err.Error(), "holds 3 of 11 pairs") {
			t.Errorf("%s: Open of an unfinished set: %v", name, err)
		}
		keep(dir)
		if err := shards.Write(context.Background(), dir, manifest(t), example, 1, nil); err != nil {
			t.Fatal(err)
		}
		sameFiles(t, name, content(t, dir), want)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOtherPairsAreNotMixedIn(t *testing.T) {
	dir := write(t)
	before := content(t, dir)
	for field, change := range map[string]func(m *shards.Manifest){
		"config": func(m *shards.Manifest) { m.Config = json.RawMessage(`{"pixels":33}`) },
		"seed":   func(m *shards.Manifest) { m.Seed++ }, "split": func(m *shards.Manifest) { m.Split = "training" },
		"first": func(m *shards.Manifest) { m.First++ }, "count": func(m *shards.Manifest) { m.Count++ },
		"per_shard": func(m *shards.Manifest) { m.PerShard++ }, "program": func(m *shards.Manifest) { m.Program = "other" },
		"grid": func(m *shards.Manifest) { m.CellRad *= 2 }, "stations": func(m *shards.Manifest) { m.Stations = m.Stations[1:] },
	} {
		m := manifest(t)
		change(&m)
		err := shards.Write(context.Background(), dir, m, example, 1, nil)
		if err == nil || !strings.Contains(err.Error(), "field "+field) {
			t.Errorf("another %s: %v", field, err)
		}
	}
	sameFiles(t, "refused", content(t, dir), before)
}

func TestDamageIsFound(t *testing.T) {
	flip := func(name string, at func(n int) int) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			text := []byte(content(t, dir)[name])
			text[at(len(text))] ^= 1
			put(t, dir, name, string(text))
		}
	}
	edit := func(from, to string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			text := content(t, dir)["manifest.json"]
			changed := strings.Replace(text, from, to, 1)
			if changed == text {
				t.Fatalf("%q is not in the manifest", from)
			}
			put(t, dir, "manifest.json", changed)
		}
	}
	const second = "validation-000001.safetensors"
	for name, tt := range map[string]struct {
		damage func(t *testing.T, dir string)
		want   []string
	}{
		"last pair":  {flip(second, func(n int) int { return n - 1 }), []string{second, "SHA-256 of pair 10"}},
		"first pair": {flip(second, func(n int) int { return n / 6 }), []string{second, "SHA-256 of pair 8"}},
		"header":     {flip(second, func(int) int { return 30 }), []string{second, "pairs 8 to 10"}},
		"spaces": {func(t *testing.T, dir string) {
			text := content(t, dir)[second]
			at := strings.Index(text, "}}") + 2
			if text[at] != ' ' {
				t.Skip("this header ends without a space")
			}
			put(t, dir, second, text[:at]+"\n"+text[at+1:])
		}, []string{second, "pairs 8 to 10", "SHA-256"}},
		"cut short": {func(t *testing.T, dir string) { put(t, dir, second, content(t, dir)[second][:5000]) }, []string{second, "pairs 8 to 10", "cut short"}},
		"gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, second)); err != nil {
				t.Fatal(err)
			}
		}, []string{second, "pairs 8 to 10", "no such file"}},
		"metadata":      {flip("validation-000001.jsonl", func(n int) int { return n / 2 }), []string{"validation-000001.jsonl", "pairs 8 to 10"}},
		"version":       {edit(`"version": 1`, `"version": 7`), []string{"manifest.json", "field version is 7", "reads version 1"}},
		"unknown field": {edit(`"seed"`, `"sead"`), []string{"manifest.json", "sead"}},
		"name":          {edit(`"validation-000001"`, `"../../000001"`), []string{"manifest.json", "shards[1].name"}},
		"split":         {edit(`"split": "validation"`, `"split": "test"`), []string{"manifest.json", "field split"}},
		"per_shard":     {edit(`"per_shard": 3`, `"per_shard": 0`), []string{"manifest.json", "field per_shard is 0"}},
		"no manifest": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "manifest.json")); err != nil {
				t.Fatal(err)
			}
		}, []string{"manifest.json", "there are no pairs here"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t)
			tt.damage(t, dir)
			set, err := shards.Open(dir)
			if err == nil {
				for _, err = range set.All() {
				}
			}
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v lacks %q", err, want)
				}
			}
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	broken := func(change func(e *shards.Example)) func(uint64) (shards.Example, error) {
		return func(index uint64) (shards.Example, error) {
			e, err := example(index)
			change(&e)
			return e, err
		}
	}
	for name, tt := range map[string]struct {
		example func(uint64) (shards.Example, error)
		want    string
	}{
		"NaN":   {broken(func(e *shards.Example) { e.Truth[7] /= 0 * e.Truth[7] }), "pixel 7 of the truth"},
		"grid":  {broken(func(e *shards.Example) { e.Grid.NX++ }), "not of this set"},
		"split": {broken(func(e *shards.Example) { e.Split = data.Training }), "not of this set"},
		"error": {func(uint64) (shards.Example, error) { return shards.Example{}, errors.New("no luck") }, "no luck"},
	} {
		err := shards.Write(context.Background(), t.TempDir(), manifest(t), tt.example, 2, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// The first pass is in order; each later one takes every pair once, in another order, shard by shard.
func TestOrder(t *testing.T) {
	set, err := shards.Open(write(t))
	if err != nil {
		t.Fatal(err)
	}
	var passes [][]int
	for pass := range 3 {
		var order []int
		for k := range count {
			order = append(order, set.Order(pass*count+k))
		}
		sorted := slices.Sorted(slices.Values(order))
		for k := range sorted {
			if sorted[k] != k {
				t.Fatalf("pass %d takes %v", pass, order)
			}
		}
		if changes := shardChanges(order); changes != 3 {
			t.Errorf("pass %d changes the shard %d times in %v, want 3", pass, changes, order)
		}
		passes = append(passes, order)
	}
	if !slices.IsSorted(passes[0]) || slices.Equal(passes[0], passes[1]) || slices.Equal(passes[1], passes[2]) {
		t.Errorf("orders %v", passes)
	}
}

func shardChanges(order []int) (n int) {
	for k := 1; k < len(order); k++ {
		if order[k]/perShard != order[k-1]/perShard {
			n++
		}
	}
	return n
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

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "pairs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	config := data.PairConfig{Seed: 1, Pixels: 32}
	grid := config.Grid()
	stations, err := data.Array("eht2017")
	if err != nil {
		fmt.Println(err)
		return
	}
	manifest := shards.Manifest{
		Program: "example", Config: json.RawMessage(`{}`), Seed: 1, Split: "training", Count: 4, PerShard: 2,
		NX: grid.NX, NY: grid.NY, CellRad: grid.CellRad, Stations: stations,
	}
	err = shards.Write(context.Background(), dir, manifest, func(index uint64) (shards.Example, error) {
		p, err := config.Pair(data.Training, index)
		if err != nil {
			return shards.Example{}, err
		}
		return shards.NewExample(p, 0)
	}, 2, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := shards.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e, err := range set.All() {
		fmt.Println(e.Index, len(e.Truth), len(e.Scaled.Kernel), err)
	}
	// Output:
	// 0 1024 2112 <nil>
	// 1 1024 2112 <nil>
	// 2 1024 2112 <nil>
	// 3 1024 2112 <nil>
}
