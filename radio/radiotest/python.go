package radiotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Python returns a Python interpreter that can import a module, for a second opinion, or skips the test: FRINGE_PYTHON, else
// the one that `make python` installs under FRINGE_DEPS.
func Python(t *testing.T, module string) string {
	t.Helper()
	python := os.Getenv("FRINGE_PYTHON")
	if python == "" {
		deps := os.Getenv("FRINGE_DEPS")
		if deps == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				t.Skipf("no home folder: %v", err)
			}
			deps = filepath.Join(home, ".cache", "fringe")
		}
		python = filepath.Join(deps, "python", "bin", "python")
	}
	if err := exec.Command(python, "-c", "import "+module).Run(); err != nil {
		t.Skipf("%s has no %s (%v): make python installs one, or set FRINGE_PYTHON to one that has", python, module, err)
	}
	return python
}
