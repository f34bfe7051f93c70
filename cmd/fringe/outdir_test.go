package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// text is what an outDir writes.
func text(s string) func(w io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// list returns the contents of the files of a folder by name.
func list(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			content = []byte("a folder")
		}
		files[e.Name()] = string(content)
	}
	return files
}

// otherFileSystem returns a folder of memory, a file system to which files cannot be moved, where there is one.
func otherFileSystem(t *testing.T) string {
	t.Helper()
	other, err := os.MkdirTemp("/dev/shm", "fringe-*")
	if err != nil {
		t.Logf("there is no other file system: %v", err)
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(other) })
	return other
}

// Results replace those of a former run in a folder that --out reaches by a link, on another file system where there is one.
// Nothing changes before finish; then stale files are gone and those of others stay.
func TestOutDirOverLink(t *testing.T) {
	dir := t.TempDir()
	target, link := otherFileSystem(t), filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"a": "former a", "b": "former b", "done": "former", "notes": "mine"} {
		if err := os.WriteFile(filepath.Join(target, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := &outDir{path: link, names: []string{"a", "b", "done"}}
	if err := d.check(false); err == nil || !strings.Contains(err.Error(), "holds a finished result") {
		t.Errorf("error %v, want that the folder holds a finished result", err)
	}
	if err := d.check(true); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.write("done", text("new")), d.write("a", text("new a"))); err != nil {
		t.Fatal(err)
	}
	if cause := errors.New("cause"); !errors.Is(d.write("b", func(io.Writer) error { return cause }), cause) {
		t.Error("the error of a file that cannot be filled is lost")
	}
	if filepath.Dir(d.temp) != link {
		t.Errorf("the temporary folder is %s, want it inside %s", d.temp, link)
	}
	if now := list(t, target); now["a"] != "former a" || now["b"] != "former b" || now["done"] != "former" {
		t.Errorf("changed before the run was finished: %v", now)
	}
	if err := errors.Join(d.finish(), d.discard()); err != nil {
		t.Fatal(err)
	}
	if now := list(t, target); len(now) != 3 || now["a"] != "new a" || now["done"] != "new" || now["notes"] != "mine" {
		t.Errorf("after the run: %v", now)
	}
}

// A folder that does not exist appears at the end; a link to nothing is refused at the start.
func TestOutDirNew(t *testing.T) {
	dir := t.TempDir()
	d := &outDir{path: filepath.Join(dir, "deep", "out"), names: []string{"a", "done"}}
	if err := errors.Join(d.check(false), d.write("a", text("a")), d.write("done", text("done"))); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.path); err == nil {
		t.Error("the folder is there before the run is finished")
	}
	if err := errors.Join(d.finish(), d.discard()); err != nil {
		t.Fatal(err)
	}
	if now := list(t, filepath.Dir(d.path)); len(now) != 1 {
		t.Errorf("beside the folder: %v", now)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "nothing"), link); err != nil {
		t.Fatal(err)
	}
	err := (&outDir{path: link, names: []string{"done"}}).check(true)
	if err == nil || !strings.Contains(err.Error(), "is a link to nothing") {
		t.Errorf("error %v, want that the link is to nothing", err)
	}
}

// Results of one command are not mixed with those of another, even by force.
func TestOutDirOfAnotherCommand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"image.fits", "report.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := (&outDir{path: dir, names: append(productFiles(), "report.json")}).check(true)
	if err == nil || !strings.Contains(err.Error(), "results of another command, such as image.fits") {
		t.Errorf("error %v, want that the folder is of another command", err)
	}
	if err := (&outDir{path: dir, names: imageFiles()}).check(true); err != nil {
		t.Errorf("a former result of the same command: %v", err)
	}
}
