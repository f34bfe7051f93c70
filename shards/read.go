package shards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"fringe/checkpoints"
	"fringe/data"
	"fringe/radio"
)

// shard is a file of pairs in memory.
type shard struct {
	path     string
	lines    []Line
	tensors  [][]checkpoints.Tensor // of each pair
	grid     radio.Grid
	stations []radio.Station
	number   int
}

// loadShard reads shard k of a set and verifies it. The error of a damaged file names the pairs that are lost.
func loadShard(dir string, m Manifest, k int) (*shard, error) {
	entry := m.Shards[k]
	s := &shard{path: filepath.Join(dir, entry.Name+tensorsEnding), grid: m.Grid(), stations: m.Stations, number: k}
	linesPath := filepath.Join(dir, entry.Name+linesEnding)
	lines, err := os.ReadFile(linesPath)
	if err != nil {
		return nil, fmt.Errorf("shards: read the metadata of %s: %w", m.span(k), err)
	}
	if got := sum(lines); got != entry.LinesSHA256 {
		return nil, fmt.Errorf("shards: read %q with the metadata of %s: its SHA-256 is %s, the manifest says %s: the file was changed or is damaged",
			linesPath, m.span(k), got, entry.LinesSHA256)
	}
	if s.lines, err = parseLines(lines, m, k); err != nil {
		return nil, fmt.Errorf("shards: read %q: %w", linesPath, err)
	}
	content, err := os.ReadFile(s.path)
	if err != nil {
		return nil, fmt.Errorf("shards: read %s: %w", m.span(k), err)
	}
	if int64(len(content)) != entry.Bytes {
		return nil, fmt.Errorf("shards: read %q with %s: it is %d bytes long, the manifest says %d: the file was cut short or changed",
			s.path, m.span(k), len(content), entry.Bytes)
	}
	damaged := sum(content) != entry.SHA256
	tensors, err := checkpoints.DecodeSafetensors(content)
	if err != nil {
		return nil, fmt.Errorf("shards: read %q with %s: the file was changed or is damaged: %w", s.path, m.span(k), err)
	}
	if s.tensors, err = s.split(tensors); err != nil {
		return nil, err
	}
	if damaged { // in the header, or the pair would have been found
		return nil, fmt.Errorf("shards: read %q with %s: its SHA-256 is %s, the manifest says %s: the file was changed or is damaged",
			s.path, m.span(k), sum(content), entry.SHA256)
	}
	return s, nil
}

// parseLines reads the metadata of a shard, one line per pair in the order of their indices.
func parseLines(text []byte, m Manifest, k int) (lines []Line, err error) {
	for row := range bytes.Lines(text) {
		var l Line
		d := json.NewDecoder(bytes.NewReader(row))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(lines)+1, err)
		}
		if want := m.First + uint64(k*m.PerShard+len(lines)); l.Index != want {
			return nil, fmt.Errorf("line %d: index is %d, must be %d", len(lines)+1, l.Index, want)
		}
		lines = append(lines, l)
	}
	if len(lines) != m.pairs(k) {
		return nil, fmt.Errorf("there are %d lines for %d pairs", len(lines), m.pairs(k))
	}
	return lines, nil
}

// split gives each pair its tensors and verifies their checksums.
func (s *shard) split(tensors []checkpoints.Tensor) (pairs [][]checkpoints.Tensor, err error) {
	if len(tensors)%len(s.lines) != 0 {
		return nil, fmt.Errorf("shards: read %q: there are %d tensors for %d pairs", s.path, len(tensors), len(s.lines))
	}
	each := len(tensors) / len(s.lines)
	for i, l := range s.lines {
		own := tensors[i*each:][:each]
		if got := checksum(own); got != l.Checksum {
			return nil, fmt.Errorf("shards: read %q: the SHA-256 of pair %d is %s, its metadata say %s: the file was changed or is damaged",
				s.path, l.Index, got, l.Checksum)
		}
		pairs = append(pairs, own)
	}
	return pairs, nil
}

// example returns pair i of the shard. Its slices are the caller's.
func (s *shard) example(i int) (Example, error) {
	l, f := s.lines[i], newFields(s.tensors[i])
	split, err := data.ParseSplit(l.Split)
	if err != nil {
		return Example{}, fmt.Errorf("shards: read %q: pair %d: %w", s.path, l.Index, err)
	}
	e := Example{
		Pair: data.Pair{
			Truth: values[float64](f, "truth", s.grid.Len()), Grid: s.grid, Vis: f.visibilities(l.Visibilities), FluxJy: l.FluxJy, Family: l.Family,
			Transform: data.Transform(l.Transform), Seed: l.Seed, Split: split, Index: l.Index,
		},
		Scaled: f.scaled(s.grid, l),
	}
	if f.err == nil {
		f.err = s.describe(e.Vis, l)
	}
	if f.err != nil {
		return Example{}, fmt.Errorf("shards: read %q: pair %d: %w", s.path, l.Index, f.err)
	}
	return e, nil
}

// describe fills in what the metadata say of the visibilities.
func (s *shard) describe(v *radio.Visibilities, l Line) error {
	for _, name := range l.Stations {
		k := slices.IndexFunc(s.stations, func(t radio.Station) bool { return t.Name == name })
		if k < 0 {
			return fmt.Errorf("its station %q is not in the manifest", name)
		}
		v.Stations = append(v.Stations, s.stations[k])
	}
	v.Source = radio.Source{Name: l.Source, RARad: l.RARad, DecRad: l.DecRad}
	v.RefMJD = l.RefMJD
	return v.Validate()
}
