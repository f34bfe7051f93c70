package radiotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Python returns a Python interpreter that has a module, for a second opinion, or skips the test: FRINGE_PYTHON, else
// the one that `make python` installs under FRINGE_DEPS, else that of the peers of benchmarks beside it. Where
// FRINGE_REQUIRE_PYTHON is set, as in the whole check, a module of `make python` that is missing fails the test instead.
func Python(t testing.TB, module string) string {
	t.Helper()
	var reason error
	for _, python := range pythons(t) {
		if reason = exec.Command(python, "-c", find, module).Run(); reason == nil {
			return python
		}
	}
	if root, _, _ := strings.Cut(module, "."); os.Getenv("FRINGE_REQUIRE_PYTHON") != "" && slices.Contains(checkModules(), root) {
		t.Fatalf("no Python has %s (%v), and FRINGE_REQUIRE_PYTHON is set: run make python", module, reason)
		return ""
	}
	t.Skipf("no Python has %s (%v): make python installs one, scripts/python.sh peers another, or set FRINGE_PYTHON to one that has", module, reason)
	return ""
}

// checkModules are those that scripts/python.sh installs for the tests.
func checkModules() []string { return []string{"astropy", "numpy", "safetensors", "tensorboard"} }

// find looks for a module without importing it, which takes seconds for some.
const find = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"

// pythons returns where to look, in that order.
func pythons(t testing.TB) []string {
	if python := os.Getenv("FRINGE_PYTHON"); python != "" {
		return []string{python}
	}
	deps := os.Getenv("FRINGE_DEPS")
	if deps == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			t.Skipf("no home folder: %v", err)
		}
		deps = filepath.Join(home, ".cache", "fringe")
	}
	return []string{filepath.Join(deps, "python", "bin", "python"), filepath.Join(deps, "python-peers", "bin", "python")}
}
