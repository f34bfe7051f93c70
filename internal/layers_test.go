package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layer is the height of each package; imports point strictly to a lower layer. docs/architecture.md explains it.
var layer = map[string]int{
	"radio": 0, "radio/radiotest": 1, "internal/torch": 0, "internal/tensorboard": 0, "internal/peer": 0, "internal/words": 0, "internal/finufft": 0, "internal/casacore": 0,
	"data": 1, "metrics": 1, "figure": 1, "measure": 1, "calibrate": 1, "wavelet": 1, "models": 1, "checkpoints": 1,
	"proximal": 2, "shards": 2, "measurementset": 2,
	"unrolled": 3, "train": 3, "infer": 3,
	"evaluate":   4,
	"cmd/fringe": 5, "internal/bench": 5,
}

// withoutLibTorch are packages that must build without cgo, and import no internal packages but those among them.
var withoutLibTorch = map[string]bool{"radio": true, "data": true, "metrics": true, "figure": true, "calibrate": true, "internal/words": true}

func TestImportsPointDown(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && d.Name() == "out" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		pkg, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil || pkg == "internal" || strings.HasPrefix(pkg, "tools") {
			return err
		}
		seen[pkg] = true
		check(t, pkg, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range layer {
		if !seen[pkg] {
			t.Errorf("the table names %s, which has no Go file", pkg)
		}
	}
}

// check reports the imports of one file that do not point down. Test files may use helpers of any package.
func check(t *testing.T, pkg, path string) {
	t.Helper()
	height, known := layer[pkg]
	if !known {
		t.Errorf("%s has no row in the layer table", pkg)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		target, ours := strings.CutPrefix(name, "fringe/")
		native := name == "C" || strings.Contains(name, "gotch") || strings.HasPrefix(target, "internal/") && !withoutLibTorch[target]
		if withoutLibTorch[pkg] && native {
			t.Errorf("%s imports %s: %s builds without LibTorch", path, name, pkg)
		}
		if ours && !strings.HasSuffix(path, "_test.go") && layer[target] >= height {
			t.Errorf("%s (layer %d) imports %s (layer %d)", path, height, target, layer[target])
		}
	}
}
