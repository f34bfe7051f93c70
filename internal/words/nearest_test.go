package words

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"lbfgs", "out", "fov"}
	for _, c := range []struct {
		name, want string
		edits      int
	}{{"lbgfs", "lbfgs", 2}, {"otu", "out", 2}, {"FOV", "fov", 0}, {"ou", "out", 1}, {"outt", "out", 1}} {
		if got, n := Nearest(c.name, known); got != c.want || n != c.edits {
			t.Errorf("%s: %q by %d edits, want %q by %d", c.name, got, n, c.want, c.edits)
		}
	}
}
