package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// outDir is a folder of results that appears complete or not at all: files are made in a temporary folder beside it and
// moved when all of them are there.
type outDir struct {
	path  string
	names []string // the files that a run may make; the last one marks a finished run
	temp  string
	made  []string // the files in temp, in the order in which they were made
}

// check refuses a folder that holds a finished run, unless force is given.
func (d *outDir) check(force bool) error {
	if info, err := os.Stat(d.path); err == nil && !info.IsDir() {
		return withHint(fmt.Errorf("%s is a file", d.path), "give --out the name of a folder")
	}
	marker := filepath.Join(d.path, d.names[len(d.names)-1])
	if _, err := os.Stat(marker); err == nil && !force {
		return withHint(fmt.Errorf("%s holds a finished result", d.path), "choose another --out, or overwrite it with --force")
	}
	return nil
}

// write makes one file in the temporary folder.
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
		return fmt.Errorf("write %s: %w", name, err)
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

func (d *outDir) open() error {
	if d.temp != "" {
		return nil
	}
	parent := filepath.Dir(filepath.Clean(d.path))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(parent, ".fringe-*")
	if err != nil {
		return withHint(err, "give --out a folder that you may write to")
	}
	d.temp = temp
	return os.Chmod(temp, 0o755)
}

// finish moves the files to their place. Files of a former run go; other files in the folder stay.
func (d *outDir) finish() error {
	if err := os.MkdirAll(d.path, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Backward(d.names) {
		if err := os.Remove(filepath.Join(d.path, name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	for _, name := range d.made {
		if err := os.Rename(filepath.Join(d.temp, name), filepath.Join(d.path, name)); err != nil {
			return err
		}
	}
	return syncDir(d.path)
}

// discard removes what is left of the temporary folder.
func (d *outDir) discard() error {
	if d.temp == "" {
		return nil
	}
	return os.RemoveAll(d.temp)
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
