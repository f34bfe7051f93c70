package checkpoints

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Save writes a checkpoint into the folder dir, which is made if need be, and replaces the one that is there. An empty state
// writes none. Version, Weights and State of m are filled in. A kill or a full disk at any moment leaves the former checkpoint or this one.
func Save(dir string, m Manifest, weights, state []Tensor) error {
	return saveBy(fill, dir, m, weights, state)
}

// filler puts content into a new file. Tests put a full disk in the place of [fill].
type filler func(f *os.File, content []byte) error

func fill(f *os.File, content []byte) error {
	_, err := f.Write(content)
	return err
}

// saveBy saves, and when that fails removes what it made, as a full disk needs the room.
func saveBy(fill filler, dir string, m Manifest, weights, state []Tensor) error {
	err := save(fill, dir, m, weights, state)
	if err == nil {
		return nil
	}
	if former, none := LoadManifest(dir); none == nil || errors.Is(none, ErrNone) {
		err = errors.Join(err, removeOthers(dir, former))
	}
	return fmt.Errorf("checkpoints: save %q: %w", dir, err)
}

func save(fill filler, dir string, m Manifest, weights, state []Tensor) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	m.Version, m.State = Version, nil
	var err error
	if m.Weights, err = writeTensors(fill, dir, "weights", weights); err != nil {
		return err
	}
	if len(state) > 0 {
		file, err := writeTensors(fill, dir, "state", state)
		if err != nil {
			return err
		}
		m.State = &file
	}
	if err := m.validate(); err != nil {
		return err
	}
	text, err := m.encode()
	if err != nil {
		return err
	}
	// The files must be on disk before the manifest that names them.
	if err := SyncFolder(dir); err != nil {
		return err
	}
	if err := writeFile(fill, dir, manifestName, text); err != nil {
		return err
	}
	if err := SyncFolder(dir); err != nil {
		return err
	}
	return removeOthers(dir, m)
}

// writeTensors writes prefix-<checksum>.safetensors.
func writeTensors(fill filler, dir, prefix string, tensors []Tensor) (File, error) {
	content, err := EncodeSafetensors(tensors)
	if err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	f := File{Name: prefix + "-" + digest[:8] + ".safetensors", Bytes: int64(len(content)), SHA256: digest}
	return f, writeFile(fill, dir, f.Name, content)
}

// writeFile puts content under name, whole or not at all.
func writeFile(fill filler, dir, name string, content []byte) (err error) {
	f, err := os.CreateTemp(dir, tempPrefix+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err = fill(f, content); err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(dir, name))
}

// ReplaceFile puts content under name in the folder dir, whole or not at all, and returns when it is on disk. Until then, or when
// it fails, the folder holds what it held before; a kill may leave a file behind that [IsLeftover] knows.
func ReplaceFile(dir, name string, content []byte) error {
	if err := writeFile(fill, dir, name, content); err != nil {
		return fmt.Errorf("checkpoints: write %q: %w", filepath.Join(dir, name), err)
	}
	return SyncFolder(dir)
}

// IsLeftover reports whether a name is that of a file that was being written when the program was killed.
func IsLeftover(name string) bool { return strings.HasPrefix(name, tempPrefix) }

// IsFree reports whether a folder is not there, is empty, or holds nothing but what a first save left that was killed: files of tensors that no
// manifest names.
func IsFree(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !ours.MatchString(e.Name()) })
}

// SyncFolder returns when the names of the files in a folder are on disk.
func SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

const tempPrefix = ".saving-"

// ours matches the names that this package gives to files.
var ours = regexp.MustCompile(`^(weights|state)-[0-9a-f]{8}\.safetensors$|^\.saving-`)

// removeOthers removes files of former checkpoints and of saves that were killed.
func removeOthers(dir string, m Manifest) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		keep := e.Name() == m.Weights.Name || (m.State != nil && e.Name() == m.State.Name)
		if keep || !ours.MatchString(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
