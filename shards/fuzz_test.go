package shards_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"fringe/checkpoints"
	"fringe/shards"
)

// A set of damaged files gives an error or valid pairs, and no panic. Checksums that the fuzzer breaks are put right, or nothing
// behind them would ever be reached.
func FuzzReadShard(f *testing.F) {
	m, err := plan()
	if err != nil {
		f.Fatal(err)
	}
	m.Count, m.PerShard = 1, 1
	dir := filepath.Join(f.TempDir(), "pairs")
	if err := shards.Write(context.Background(), dir, m, example, 1, nil); err != nil {
		f.Fatal(err)
	}
	var seed [3][]byte
	names := [3]string{"manifest.json", "validation-000000.jsonl", "validation-000000.safetensors"}
	for k, name := range names {
		if seed[k], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(seed[0], seed[1], seed[2])
	f.Add(bytes.Replace(seed[0], []byte(`"nx": 32`), []byte(`"nx": 1000000000`), 1), seed[1], seed[2])
	f.Add(seed[0], bytes.Replace(seed[1], []byte(`"visibilities":`), []byte(`"visibilities":-`), 1), seed[2])
	f.Add(seed[0], seed[1], bytes.Replace(seed[2], []byte(`"F64"`), []byte(`"I64"`), 3))
	f.Fuzz(func(t *testing.T, manifest, line, tensors []byte) {
		line = withDigest(line, "", map[string]any{"sha256": tensorsDigest(tensors)})
		manifest = withDigest(manifest, "shards", map[string]any{"bytes": len(tensors), "sha256": digest(tensors), "lines_sha256": digest(line)})
		for k, content := range [][]byte{manifest, line, tensors} {
			if err := os.WriteFile(filepath.Join(dir, names[k]), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		set, err := shards.Open(dir)
		if err != nil {
			return
		}
		for e, err := range set.All() {
			if err != nil {
				return
			}
			if err := e.Vis.Validate(); err != nil || len(e.Truth) != e.Grid.Len() {
				t.Errorf("accepted, with %d pixels of %+v and visibilities %v", len(e.Truth), e.Grid, err)
			}
		}
	})
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// tensorsDigest returns the checksum that the metadata of a pair have of its tensors.
func tensorsDigest(content []byte) string {
	tensors, _ := checkpoints.DecodeSafetensors(content)
	var all []byte
	for _, x := range tensors {
		all = append(all, x.Data...)
	}
	return digest(all)
}

// withDigest sets fields of a JSON object, or of every object in its list of that name; what is no such text stays as it is.
func withDigest(text []byte, list string, fields map[string]any) []byte {
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&object) != nil || object == nil {
		return text
	}
	targets := []any{object}
	if list != "" {
		targets, _ = object[list].([]any)
	}
	for _, target := range targets {
		if entry, ok := target.(map[string]any); ok {
			for name, value := range fields {
				entry[name] = value
			}
		}
	}
	out, err := json.Marshal(object)
	if err != nil {
		return text
	}
	return append(out, '\n')
}
