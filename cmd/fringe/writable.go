package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// checkWritable makes a folder and a file in it, and removes what it made: one that cannot be written is known before the work.
func checkWritable(dir string) error {
	made, err := makeFolders(filepath.Clean(dir))
	defer func() {
		for _, d := range slices.Backward(made) {
			os.Remove(d) // which another program may have begun to use, and then stays
		}
	}()
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp(dir, ".fringe-*")
	}
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return withHint(fmt.Errorf("cannot write to %s: %w", dir, err), "name a folder that you may write to")
	}
	return nil
}

// makeFolders makes a folder and those that it is in, and returns those that were not there, from the outside in.
func makeFolders(dir string) (made []string, err error) {
	var missing []string
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || d == filepath.Dir(d) {
			break
		}
		missing = append(missing, d)
	}
	for _, d := range slices.Backward(missing) {
		switch err := os.Mkdir(d, 0o755); {
		case err == nil:
			made = append(made, d)
		case !errors.Is(err, fs.ErrExist): // another program was faster
			return made, err
		}
	}
	return made, nil
}

// checkFile refuses to write a file that is there, unless force is given, or where none can be written.
func checkFile(path string, force bool) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return withHint(fmt.Errorf("%s is a folder", path), "name a file with --out")
	case !force:
		if _, err := os.Lstat(path); err == nil {
			return withHint(fmt.Errorf("%s exists", path), "choose another --out, or overwrite it with --force")
		}
	}
	return checkWritable(filepath.Dir(path))
}
