package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Config is what a training file says whatever is trained; each kind adds its own sections.
type Config struct {
	Kind    string     `yaml:"kind"`    // what is trained: "denoiser" or "unrolled"
	Seed    uint64     `yaml:"seed"`    // of the first weights, the skies and the noise
	Threads int        `yaml:"threads"` // threads of one tensor operation; 0 means 1. Results depend on it in the last bits
	Loop    LoopConfig `yaml:"loop"`
	// Init is the folder of a checkpoint of the same network whose weights training starts from, instead of random ones; a relative one is
	// looked for in the working directory. It is the caller's to read.
	Init string `yaml:"init,omitempty"`
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c Config) WithDefaults() Config {
	c.Threads, c.Loop = max(c.Threads, 1), c.Loop.WithDefaults()
	return c
}

// Validate says which field is wrong and what it may be.
func (c Config) Validate() error {
	if c.Kind == "" {
		return errors.New("train: kind is missing, name what to train")
	}
	if c.Threads < 0 || c.Threads > 256 {
		return fmt.Errorf("train: threads is %d, must be between 1 and 256 (0 means 1)", c.Threads)
	}
	return c.Loop.Validate()
}

// decodeExactly decodes JSON with the digits of its numbers.
func decodeExactly(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(to)
}

// difference names the first field, by its path, in which two decoded configs differ; "" when they are equal.
func difference(a, b any, path string) string {
	x, isMap := a.(map[string]any)
	y, both := b.(map[string]any)
	if !isMap || !both {
		if reflect.DeepEqual(a, b) {
			return ""
		}
		return path
	}
	all := maps.Clone(x)
	maps.Copy(all, y)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		inside := strings.TrimPrefix(path+"."+name, ".")
		_, here := x[name]
		if _, there := y[name]; here != there {
			return inside
		}
		if d := difference(x[name], y[name], inside); d != "" {
			return d
		}
	}
	return ""
}

// KindName returns what a kind trains with its article, such as "an unrolled network".
func KindName(kind string) string {
	if kind == "unrolled" {
		return "an unrolled network"
	}
	return "a " + kind
}

// KindOf returns the kind of a YAML training file.
func KindOf(text []byte) (string, error) {
	var c struct {
		Kind string `yaml:"kind"`
	}
	if err := readError(text, &c, yaml.Unmarshal(text, &c)); err != nil {
		return "", err
	}
	return c.Kind, nil
}

// ConfigJSON returns a config as JSON with the keys of its YAML form, for the manifest of a checkpoint. As JSON is YAML,
// [Decode] reads it back.
func ConfigJSON(config any) (json.RawMessage, error) {
	text, err := yaml.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("train: encode config: %w", err)
	}
	var fields map[string]any
	if err := yaml.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("train: encode config: %w", err)
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("train: encode config: %w", err)
	}
	return out, nil
}
