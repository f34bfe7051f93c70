package checkpoints_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fringe/checkpoints"
)

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
