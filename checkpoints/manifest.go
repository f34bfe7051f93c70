package checkpoints

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
)

// Version is the version of the checkpoint format that this package writes and reads.
const Version = 1

const manifestName = "manifest.json"

// Manifest says what a checkpoint holds and where it comes from.
type Manifest struct {
	Version int             `json:"version"` // set by Save
	Kind    string          `json:"kind"`    // which network: "denoiser", "unrolled"
	Config  json.RawMessage `json:"config"`  // of the network and its training; a field that is zero or not there means its default
	Data    string          `json:"data"`    // what it was trained on, in words
	Seed    uint64          `json:"seed"`
	Step    int             `json:"step"` // updates made

	Imported bool `json:"imported,omitempty"` // the weights were trained elsewhere: config says which network they are of and no more

	Metrics map[string]float64 `json:"metrics,omitempty"` // of the last validation
	Weights File               `json:"weights"`           // set by Save
	State   *File              `json:"state,omitempty"`   // set by Save; absent from shipped weights
}

// File names a file beside the manifest.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// encode returns the manifest as indented JSON.
func (m Manifest) encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("checkpoints: encode manifest: %w", err)
	}
	return append(text, '\n'), nil
}

// decodeManifest reads a manifest and refuses versions and fields that it does not know.
func decodeManifest(text []byte) (Manifest, error) {
	var v struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return Manifest{}, err
	}
	if v.Version == nil || *v.Version != Version {
		return Manifest{}, fmt.Errorf("field version is %s, this program reads version %d", show(v.Version), Version)
	}
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Manifest{}, err
	}
	return m, m.validate()
}

func (m Manifest) validate() error {
	if m.Kind == "" {
		return fmt.Errorf("field kind is missing")
	}
	if m.Step < 0 {
		return fmt.Errorf("field step is %d, must not be negative", m.Step)
	}
	if err := m.Weights.validate("weights"); err != nil || m.State == nil {
		return err
	}
	return m.State.validate("state")
}

// plainName matches names that cannot point out of the folder.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors$`)

func (f File) validate(field string) error {
	if !plainName.MatchString(f.Name) {
		return fmt.Errorf("field %s.name is %q, must be a plain file name that ends in .safetensors", field, f.Name)
	}
	return nil
}

func show(v *int) string {
	if v == nil {
		return "missing"
	}
	return fmt.Sprint(*v)
}
