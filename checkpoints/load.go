package checkpoints

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNone is returned (wrapped) by Load and LoadState for a folder without a manifest.
var ErrNone = errors.New("there is no checkpoint here")

// Load reads the manifest and the weights of the checkpoint in dir.
func Load(dir string) (Manifest, []Tensor, error) {
	m, err := LoadManifest(dir)
	if err != nil {
		return Manifest{}, nil, err
	}
	weights, err := loadFile(dir, "weights", m.Weights)
	return m, weights, err
}

// LoadState reads the manifest and the training state of the checkpoint in dir.
func LoadState(dir string) (Manifest, []Tensor, error) {
	m, err := LoadManifest(dir)
	if err != nil {
		return Manifest{}, nil, err
	}
	if m.State == nil {
		return Manifest{}, nil, fmt.Errorf("checkpoints: %q holds weights only, training cannot go on from it", filepath.Join(dir, manifestName))
	}
	state, err := loadFile(dir, "state", *m.State)
	return m, state, err
}

// LoadManifest reads the manifest of the checkpoint in dir alone.
func LoadManifest(dir string) (Manifest, error) {
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("checkpoints: read %q: %w", path, ErrNone)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("checkpoints: read manifest: %w", err)
	}
	m, err := decodeManifest(text)
	if err != nil {
		return Manifest{}, fmt.Errorf("checkpoints: read %q: %w", path, err)
	}
	return m, nil
}

// loadFile reads a file of a manifest and checks its size and checksum before it is decoded.
func loadFile(dir, field string, f File) ([]Tensor, error) {
	path := filepath.Join(dir, f.Name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: read the %s file that the manifest names: %w", field, err)
	}
	if info.Size() != f.Bytes {
		return nil, fmt.Errorf("checkpoints: read %q: it is %d bytes long, field %s.bytes of the manifest says %d: the file was cut short or changed",
			path, info.Size(), field, f.Bytes)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: read the %s file that the manifest names: %w", field, err)
	}
	sum := sha256.Sum256(content)
	if got := hex.EncodeToString(sum[:]); got != f.SHA256 {
		return nil, fmt.Errorf("checkpoints: read %q: its SHA-256 is %s, field %s.sha256 of the manifest says %s: the file was changed or is damaged",
			path, got, field, f.SHA256)
	}
	tensors, err := DecodeSafetensors(content)
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", path, err)
	}
	return tensors, nil
}
