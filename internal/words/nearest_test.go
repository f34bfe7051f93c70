package words

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"lbfgs", "out", "fov"}
	for _, c := range []struct {
		name, want string
		edits      int
	}{{"lbgfs", "lbfgs", 1}, {"otu", "out", 1}, {"lbsgf", "lbfgs", 2}, {"FOV", "fov", 0}, {"ou", "out", 1}, {"outt", "out", 1}} {
		if got, n := Nearest(c.name, known); got != c.want || n != c.edits {
			t.Errorf("%s: %q by %d edits, want %q by %d", c.name, got, n, c.want, c.edits)
		}
	}
}

func TestSimilar(t *testing.T) {
	known := []string{"M87", "SgrA*", "ring", "vla_a", "vla_b", "protodisc", "vis"}
	for name, want := range map[string]string{
		"m78": "M87", "sgra": "SgrA*", "rings": "ring", "VLA": "vla_a", "vla_c": "vla_a", "protodisk": "protodisc", "proto": "protodisc",
		"xy": "", "Vega": "", "": "", "v": "", "vs": "", "vsi": "vis",
	} {
		if got := Similar(name, known); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got, want := DidYouMean("rign", known), `; did you mean "ring"?`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := DidYouMean("torus", known); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
