package train_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fringe/checkpoints"
	"fringe/train"
)

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// smallDisk mounts a file system of a megabyte, which only root may.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no small disk can be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// The disk is full after step 28; the save of the best weights at step 40 fails. The run ends with an error that names file and cause, the
// checkpoint of step 25 is whole, and with room again the run goes on from it to the bytes of one that was not disturbed.
func TestFullDiskEndsTheRunAndLeavesTheLastCheckpoint(t *testing.T) {
	disk := smallDisk(t)
	dir, junk := filepath.Join(disk, "run"), filepath.Join(disk, "junk")
	fill := train.Hook{Name: "fill", Do: func(r train.Report) error {
		if r.Step != 28 {
			return nil
		}
		f, err := os.Create(junk)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, zeros{}); !errors.Is(err, syscall.ENOSPC) {
			return errors.Join(errors.New("the disk does not become full"), err)
		}
		return f.Close()
	}}
	_, err := train.Run(context.Background(), config(dir), newLine(t), batches, fill)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("error %v, want one that names the file and the full disk", err)
	}
	t.Log(err)
	if m, _, err := checkpoints.Load(dir); err != nil || m.Step != 25 {
		t.Fatalf("checkpoint of step %d, error %v, want 25", m.Step, err)
	}
	if _, _, err := checkpoints.LoadState(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(junk); err != nil {
		t.Fatal(err)
	}
	cfg := config(dir)
	cfg.Resume = true
	if _, err := train.Run(context.Background(), cfg, newLine(t), batches); err != nil {
		t.Fatal(err)
	}
	undisturbed := t.TempDir()
	if _, err := train.Run(context.Background(), config(undisturbed), newLine(t), batches); err != nil {
		t.Fatal(err)
	}
	want, errA := os.ReadFile(filepath.Join(undisturbed, "manifest.json"))
	got, errB := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err := errors.Join(errA, errB); err != nil || !bytes.Equal(want, got) { // it holds the checksums
		t.Errorf("manifest\n%s\nwant\n%s\n%v", got, want, err)
	}
}
