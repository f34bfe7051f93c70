package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"fringe/checkpoints"
)

// outDir is a folder of results that appears complete or not at all: files are made in a hidden temporary folder and moved
// when all of them are there.
type outDir struct {
	path  string
	names []string // the files that a run may make; the last one marks a finished run
	temp  string   // inside path when that exists, as only there a move is sure to be possible; otherwise beside it
	made  []string // the files in temp
}

// marker is the file that a finished run has.
func (d *outDir) marker() string { return d.names[len(d.names)-1] }

// check refuses a folder that holds a finished run or anything else, unless force is given, and one that cannot be written.
func (d *outDir) check(force bool) error {
	if info, err := os.Stat(d.path); err == nil && !info.IsDir() {
		return withHint(fmt.Errorf("%s is a file", d.path), "give --out the name of a folder")
	}
	if _, err := os.Lstat(d.path); err == nil {
		if _, err := os.Stat(d.path); err != nil {
			return withHint(fmt.Errorf("%s is a link to nothing: %w", d.path, err), "make the folder that it points to, or remove the link")
		}
	}
	if _, err := os.Stat(filepath.Join(d.path, d.marker())); err == nil && !force {
		return withHint(fmt.Errorf("%s holds a finished result", d.path), "choose another --out, or overwrite it with --force")
	}
	if !force && !isEmpty(d.path) {
		return withHint(fmt.Errorf("%s holds other files", d.path), "name a new folder with --out; --force replaces files of the same names")
	}
	if err := d.checkOthers(); err != nil {
		return err
	}
	return checkWritable(d.path)
}

// checkOthers refuses a folder with files of another verb, which would stay beside the new ones and look like theirs. They are not
// removed, as one of them may be what this run reads.
func (d *outDir) checkOthers() error {
	for _, name := range slices.Concat(imageFiles(), inspectFiles(), selfcalFiles()) {
		if slices.Contains(d.names, name) {
			continue
		}
		if _, err := os.Lstat(filepath.Join(d.path, name)); err == nil {
			return withHint(fmt.Errorf("%s holds results of another command, such as %s", d.path, name), "name another folder with --out")
		}
	}
	return nil
}

// isEmpty reports whether a folder does not exist or holds nothing.
func isEmpty(path string) bool {
	entries, err := os.ReadDir(path)
	return err != nil || len(entries) == 0
}

// write makes one file in the temporary folder. When fill fails there is no such file.
func (d *outDir) write(name string, fill func(w io.Writer) error) error {
	path, err := d.file(name)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		d.made = d.made[:len(d.made)-1]
		return fmt.Errorf("write %s: %w", name, errors.Join(err, os.Remove(path)))
	}
	return nil
}

// file returns the path in the temporary folder of a file that the caller writes now.
func (d *outDir) file(name string) (string, error) {
	if err := d.open(); err != nil {
		return "", err
	}
	d.made = append(d.made, name)
	return filepath.Join(d.temp, name), nil
}

// read returns a file that was made; it is nil when it was not.
func (d *outDir) read(name string) ([]byte, error) {
	if !slices.Contains(d.made, name) {
		return nil, nil
	}
	return os.ReadFile(filepath.Join(d.temp, name))
}

func (d *outDir) open() error {
	if d.temp != "" {
		return nil
	}
	parent := d.path
	if _, err := os.Stat(d.path); err != nil {
		parent = filepath.Dir(filepath.Clean(d.path))
		if err := os.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	temp, err := os.MkdirTemp(parent, ".fringe-*")
	if err != nil {
		return withHint(err, "give --out a folder that you may write to")
	}
	d.temp = temp
	return os.Chmod(temp, 0o755)
}

// finish moves the files to their place, over those of a former run. The marker goes first and comes last, so that a folder
// that has it is complete. Files that only the former run made go; files that no run makes stay.
func (d *outDir) finish() error {
	if err := os.MkdirAll(d.path, 0o755); err != nil {
		return err
	}
	if err := d.remove(d.marker()); err != nil {
		return err
	}
	for _, name := range d.names {
		if err := d.place(name); err != nil {
			return err
		}
	}
	return checkpoints.SyncFolder(d.path)
}

// place moves a file that was made, and removes the former one of a file that was not.
func (d *outDir) place(name string) error {
	if !slices.Contains(d.made, name) {
		return d.remove(name)
	}
	return os.Rename(filepath.Join(d.temp, name), filepath.Join(d.path, name))
}

// remove removes a file of a former run, if it is there.
func (d *outDir) remove(name string) error {
	if err := os.Remove(filepath.Join(d.path, name)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// discard removes what is left of the temporary folder.
func (d *outDir) discard() error {
	if d.temp == "" {
		return nil
	}
	return os.RemoveAll(d.temp)
}
