package checkpoints_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"fringe/checkpoints"
)

// A folder with a damaged manifest gives an error or a checkpoint whose files are inside it, and no panic.
func FuzzReadManifest(f *testing.F) {
	dir := filepath.Join(f.TempDir(), "run")
	if err := checkpoints.Save(dir, manifest(), tensors(1), tensors(2)[:2]); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(dir, "manifest.json")
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": 1e400`), 1))
	f.Add(bytes.Replace(good, []byte(`"bytes": `), []byte(`"bytes": -`), 1))
	f.Add(bytes.Replace(good, []byte(`"name": "`), []byte(`"name": "../`), 1))
	f.Add(bytes.Replace(good, []byte(`"state":`), []byte(`"state": null, "Weights":`), 1))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, load := range []func(string) (checkpoints.Manifest, []checkpoints.Tensor, error){checkpoints.Load, checkpoints.LoadState} {
			m, _, err := load(dir)
			if err == nil && (m.Kind == "" || m.Step < 0 || filepath.Dir(m.Weights.Name) != ".") {
				t.Errorf("accepted: %+v", m)
			}
		}
	})
}
