//go:build casacore

package measurementset_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"fringe/data"
	"fringe/measurementset"
	"fringe/radio"
)

// python is Debian's, which has python3-casacore.
const python = "/usr/bin/python3"

// check runs scripts/casacore_check.py and returns what it prints.
func check(t *testing.T, args ...string) []byte {
	t.Helper()
	if err := exec.Command(python, "-c", "import casacore.tables").Run(); err != nil {
		t.Skipf("python3-casacore is missing (make deps-casacore): %v", err)
	}
	return run(t, python, append([]string{filepath.Join("..", "scripts", "casacore_check.py")}, args...)...)
}

func run(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return out
}

// made returns a fresh set of scripts/casacore_check.py make.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.ms")
	check(t, "make", path)
	return path
}

// vla returns a copy of the reference set, which may be changed.
func vla(t *testing.T) string {
	t.Helper()
	source := filepath.Join("..", "..", "shared", "data", "vla", "day2_TDEM0003_10s_norx_1src_1spw.ms")
	if _, err := os.Stat(source); err != nil {
		t.Skipf("the reference set is absent: %v", err)
	}
	path := filepath.Join(t.TempDir(), "vla.ms")
	if err := os.CopyFS(path, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	return path
}

// mojave returns a UVFITS file, and the set that casacore's converter makes of it.
func mojave(t *testing.T) (uvfits, ms string) {
	t.Helper()
	uvfits = filepath.Join("..", "..", "shared", "data", "vlba", "mojave.uvfits")
	if _, err := os.Stat(uvfits); err != nil {
		t.Skipf("the reference file is absent: %v", err)
	}
	if _, err := os.Stat("/usr/include/fitsio.h"); err != nil {
		t.Skipf("libcfitsio-dev is missing (make deps-casacore): %v", err)
	}
	dir := t.TempDir()
	program, ms := filepath.Join(dir, "uvfits2ms"), filepath.Join(dir, "mojave.ms")
	run(t, "g++", "-o", program, filepath.Join("testdata", "uvfits2ms.cc"), "-lcasa_msfits", "-lcasa_ms", "-lcasa_fits", "-lcasa_tables", "-lcasa_casa")
	run(t, program, uvfits, ms)
	return uvfits, ms
}

func read(t *testing.T, path string, o data.ReadOptions) *radio.Visibilities {
	t.Helper()
	o.MeasurementSet = measurementset.Read
	v, err := data.ReadVisibilities(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// dumped is the output of casacore_check.py dump. U and V have the sign of the file.
type dumped struct{ U, V, Re, Im, Weight, MJD, IntSec, Ant1, Ant2, FreqHz []float64 }

func unmarshal[T any](t *testing.T, text []byte) (out T) {
	t.Helper()
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
