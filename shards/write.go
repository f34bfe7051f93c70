package shards

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"fringe/checkpoints"
	"fringe/data"
)

// Write makes the pairs of a set, with as many goroutines as workers, and writes them into the folder dir, which is made if need
// be. When dir holds the beginning of the same set it goes on from there, after it has verified what there is. make returns the
// pair of an index, which may depend on nothing else. progress, when not nil, is called with the number of pairs that are safe on
// disk, at the start and after each shard. An error and the end of ctx leave a set that can be continued.
func Write(ctx context.Context, dir string, m Manifest, make func(index uint64) (Example, error), workers int, progress func(done int)) error {
	m.Version, m.Shards = Version, []Shard{}
	if err := m.Validate(); err != nil {
		return err
	}
	if err := resume(dir, &m); err != nil {
		return err
	}
	tell := func() {
		if progress != nil {
			progress(min(len(m.Shards)*m.PerShard, m.Count))
		}
	}
	tell()
	if len(m.Shards) == m.shards() {
		return nil
	}
	var pending []Example
	start := len(m.Shards) * m.PerShard
	item := func(k int) (Example, error) {
		if k >= m.Count { // a worker may be ahead of the end
			return Example{}, nil
		}
		return make(m.First + uint64(k))
	}
	for e, err := range data.Prefetch(ctx, start, workers, item) {
		if err != nil {
			return err
		}
		if pending = append(pending, e); len(pending) < m.pairs(len(m.Shards)) {
			continue
		}
		if err := m.add(dir, pending); err != nil {
			return err
		}
		pending = nil
		tell()
		if len(m.Shards) == m.shards() {
			break
		}
	}
	return nil
}

// resume prepares the folder and takes over the shards that it holds.
func resume(dir string, m *Manifest) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("shards: make folder: %w", err)
	}
	old, err := readManifest(dir)
	if errors.Is(err, ErrNone) {
		return m.save(dir)
	}
	if err != nil {
		return err
	}
	if field := m.Difference(old); field != "" {
		return fmt.Errorf("shards: %q holds other pairs: field %s of its manifest differs", dir, field)
	}
	m.Shards = old.Shards
	for k := range m.Shards {
		if _, err := loadShard(dir, *m, k); err != nil {
			return err
		}
	}
	return removeLeftovers(dir)
}

// removeLeftovers removes files that were being written when the program was killed.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("shards: tidy up: %w", err)
	}
	for _, e := range entries {
		if checkpoints.IsLeftover(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("shards: tidy up: %w", err)
			}
		}
	}
	return nil
}

// save writes the manifest.
func (m *Manifest) save(dir string) error {
	text, err := m.encode()
	if err != nil {
		return err
	}
	return checkpoints.ReplaceFile(dir, manifestName, text)
}

// add writes the next shard and then the manifest that names it.
func (m *Manifest) add(dir string, examples []Example) error {
	name := m.shardName(len(m.Shards))
	var tensors []checkpoints.Tensor
	var lines bytes.Buffer
	for _, e := range examples {
		if err := check(e, *m); err != nil {
			return err
		}
		own := tensorsOf(e)
		line := newLine(e)
		line.Checksum = checksum(own)
		text, err := json.Marshal(line)
		if err != nil {
			return fmt.Errorf("shards: metadata of pair %d: %w", e.Index, err)
		}
		lines.Write(append(text, '\n'))
		tensors = append(tensors, own...)
	}
	content, err := checkpoints.EncodeSafetensors(tensors)
	if err != nil {
		return fmt.Errorf("shards: encode %q: %w", name, err)
	}
	if err := checkpoints.ReplaceFile(dir, name+tensorsEnding, content); err != nil {
		return err
	}
	if err := checkpoints.ReplaceFile(dir, name+linesEnding, lines.Bytes()); err != nil {
		return err
	}
	m.Shards = append(m.Shards, Shard{Name: name, Bytes: int64(len(content)), SHA256: sum(content), LinesSHA256: sum(lines.Bytes())})
	return m.save(dir)
}

const (
	tensorsEnding = ".safetensors"
	linesEnding   = ".jsonl"
)

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// check refuses pairs that are not those of the set, and numbers that are none.
func check(e Example, m Manifest) error {
	if e.Grid != m.Grid() || e.Split.String() != m.Split || e.Seed != m.Seed {
		return fmt.Errorf("shards: pair %d is not of this set: grid %v, %s split, seed %d", e.Index, e.Grid, e.Split, e.Seed)
	}
	if err := e.Vis.Validate(); err != nil {
		return fmt.Errorf("shards: pair %d: %w", e.Index, err)
	}
	for i, b := range e.Truth {
		if !(b-b == 0) {
			return fmt.Errorf("shards: pair %d: pixel %d of the truth is %g", e.Index, i, b)
		}
	}
	return nil
}
