//go:build casacore

package casacore_test

import (
	"path/filepath"
	"strings"
	"testing"

	"fringe/internal/casacore"
)

// What is no table, or not there, is an error of one line that names it.
func TestOpenErrors(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "absent.ms"), t.TempDir()} {
		table, err := casacore.Open(path, false)
		if err == nil {
			table.Close()
			t.Errorf("%s was opened", path)
			continue
		}
		if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line that names %s", err, path)
		}
	}
}
