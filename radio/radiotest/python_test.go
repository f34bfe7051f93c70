package radiotest_test

import (
	"testing"

	"fringe/radio/radiotest"
)

func (r *recorder) Skipf(string, ...any)  { r.skipped = true }
func (r *recorder) Fatalf(string, ...any) { r.failed = true }

// The whole check fails for want of a module that it installs; for want of another, and elsewhere, a test is skipped.
func TestPythonThatIsRequired(t *testing.T) {
	t.Setenv("FRINGE_PYTHON", "/no/such/python")
	for _, tt := range []struct {
		required, module string
		fails            bool
	}{{"", "astropy", false}, {"1", "astropy", true}, {"1", "safetensors.numpy", true}, {"1", "ehtim", false}} {
		t.Setenv("FRINGE_REQUIRE_PYTHON", tt.required)
		r := &recorder{TB: t}
		if python := radiotest.Python(r, tt.module); python != "" || r.failed != tt.fails || r.skipped == tt.fails {
			t.Errorf("required %q, %s: got %q, failed %v, skipped %v", tt.required, tt.module, python, r.failed, r.skipped)
		}
	}
}
