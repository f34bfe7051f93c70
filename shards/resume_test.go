package shards_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fringe/shards"
)

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
