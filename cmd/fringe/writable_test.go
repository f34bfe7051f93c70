package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is tried leaves nothing behind: neither folders nor files, and what was there stays.
func TestCheckWritable(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(dir, "deep", "out"), dir + "/out/"} {
		if err := checkWritable(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{mine, filepath.Join(mine, "out"), filepath.Join(dir, "new", strings.Repeat("x", 300))} {
		if err := checkWritable(path); err == nil || !strings.Contains(err.Error(), "cannot write to") {
			t.Errorf("%s: error %v", path, err)
		}
	}
	if got := list(t, dir); len(got) != 1 || got["mine"] != "mine" {
		t.Errorf("left behind: %v", got)
	}
}

func TestCheckFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npz")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		force bool
		want  string // "" for no error
	}{{path, false, "exists"}, {path, true, ""}, {dir, true, "is a folder"}, {filepath.Join(dir, "new", "b.npz"), false, ""}, {filepath.Join(path, "b.npz"), true, "cannot write to"}} {
		if err := checkFile(c.path, c.force); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, force %v: error %v, want %q", c.path, c.force, err, c.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a folder is left behind")
	}
}
