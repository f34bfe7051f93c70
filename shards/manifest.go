package shards

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"fringe/data"
	"fringe/radio"
)

// Version is the version of the format that this package writes and reads.
const Version = 1

const manifestName = "manifest.json"

// ErrNone is returned (wrapped) by Open for a folder without a manifest.
var ErrNone = errors.New("there are no pairs here")

// Manifest says what a set holds and where it comes from.
type Manifest struct {
	Version  int             `json:"version"` // set by Write
	Program  string          `json:"program"` // that wrote it, with its version
	Config   json.RawMessage `json:"config"`  // all that the pairs depend on besides seed, split and index
	Seed     uint64          `json:"seed"`
	Split    string          `json:"split"` // training, validation or evaluation
	First    uint64          `json:"first"` // index of the first pair
	Count    int             `json:"count"` // pairs of the whole set
	PerShard int             `json:"per_shard"`
	NX       int             `json:"nx"` // columns and rows of the images
	NY       int             `json:"ny"`
	CellRad  float64         `json:"cell_rad"`
	Stations []radio.Station `json:"stations"` // all that may observe
	Shards   []Shard         `json:"shards"`   // those that are written, set by Write
}

// Shard is a file of tensors with its lines of metadata.
type Shard struct {
	Name        string `json:"name"` // without ending
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"`
	LinesSHA256 string `json:"lines_sha256"`
}

// Grid returns the grid of the images.
func (m Manifest) Grid() radio.Grid { return radio.Grid{NX: m.NX, NY: m.NY, CellRad: m.CellRad} }

// shards returns how many shards the whole set has.
func (m Manifest) shards() int { return (m.Count + m.PerShard - 1) / m.PerShard }

// pairs returns how many pairs shard number k has.
func (m Manifest) pairs(k int) int { return min(m.PerShard, m.Count-k*m.PerShard) }

// shardName returns the name of shard number k.
func (m Manifest) shardName(k int) string { return fmt.Sprintf("%s-%06d", m.Split, k) }

// span says which pairs shard number k has.
func (m Manifest) span(k int) string {
	first := m.First + uint64(k*m.PerShard)
	return fmt.Sprintf("pairs %d to %d", first, first+uint64(m.pairs(k))-1)
}

// maxPerShard and maxCount bound what a manifest may ask for.
const (
	maxPerShard = 1 << 16
	maxCount    = 1<<31 - 1
)

// Validate says which field is wrong and what it may be.
func (m Manifest) Validate() error {
	if _, err := data.ParseSplit(m.Split); err != nil {
		return fmt.Errorf("shards: field split: %w", err)
	}
	if m.Count < 1 || m.Count > maxCount {
		return fmt.Errorf("shards: field count is %d, must be between 1 and %d", m.Count, maxCount)
	}
	if last := m.First + uint64(m.Count) - 1; m.First > data.MaxIndex || last > data.MaxIndex {
		return fmt.Errorf("shards: field first is %d, and the largest index is %d", m.First, uint64(data.MaxIndex))
	}
	if m.PerShard < 1 || m.PerShard > maxPerShard {
		return fmt.Errorf("shards: field per_shard is %d, must be between 1 and %d", m.PerShard, maxPerShard)
	}
	if err := m.Grid().Validate(); err != nil {
		return fmt.Errorf("shards: fields nx, ny, cell_rad: %w", err)
	}
	if len(m.Shards) > m.shards() {
		return fmt.Errorf("shards: field shards names %d shards, %d pairs make %d", len(m.Shards), m.Count, m.shards())
	}
	for k, s := range m.Shards {
		if s.Name != m.shardName(k) {
			return fmt.Errorf("shards: field shards[%d].name is %q, must be %q", k, s.Name, m.shardName(k))
		}
		if !digest.MatchString(s.SHA256) || !digest.MatchString(s.LinesSHA256) {
			return fmt.Errorf("shards: field shards[%d] has no SHA-256 of 64 digits", k)
		}
	}
	return nil
}

var digest = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (m Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("shards: encode manifest: %w", err)
	}
	return append(text, '\n'), nil
}

// readManifest reads the manifest of a folder and refuses versions and fields that it does not know.
func readManifest(dir string) (m Manifest, err error) {
	path := filepath.Join(dir, manifestName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("shards: read %q: %w", path, ErrNone)
	}
	if err != nil {
		return m, fmt.Errorf("shards: read manifest: %w", err)
	}
	var v struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return m, fmt.Errorf("shards: read %q: %w", path, err)
	}
	if v.Version != Version {
		return m, fmt.Errorf("shards: read %q: field version is %d, this program reads version %d", path, v.Version, Version)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("shards: read %q: %w", path, err)
	}
	if err := m.Validate(); err != nil {
		return m, fmt.Errorf("read %q: %w", path, err)
	}
	return m, nil
}

// Difference names the first field in which two manifests describe different sets, "" when they describe the same.
func (m Manifest) Difference(other Manifest) string {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"config", sameJSON(m.Config, other.Config)}, {"seed", m.Seed == other.Seed}, {"split", m.Split == other.Split},
		{"first", m.First == other.First}, {"count", m.Count == other.Count}, {"per_shard", m.PerShard == other.PerShard},
		{"program", m.Program == other.Program}, {"grid", m.Grid() == other.Grid()}, {"stations", slices.Equal(m.Stations, other.Stations)},
	} {
		if !f.same {
			return f.name
		}
	}
	return ""
}

// sameJSON compares two texts up to blanks.
func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
