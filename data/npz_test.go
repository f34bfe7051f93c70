package data_test

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// Everything that the format holds comes back to the bit, and the same data give the same bytes.
func TestNPZRoundTrip(t *testing.T) {
	v := exampleM87(t, "SR2")
	v.Weight[3], v.Vis[5] = 0, complex(math.NaN(), 0)
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a.npz"), filepath.Join(dir, "b.npz")
	if err := data.WriteNPZ(first, v); err != nil {
		t.Fatal(err)
	}
	got, err := data.ReadVisibilities(first, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Len() != v.Len() || got.HasStations() {
		t.Fatalf("%d visibilities, want %d without stations", got.Len(), v.Len())
	}
	for k := range v.Vis {
		if v.Flagged(k) != got.Flagged(k) || got.U[k] != v.U[k] || got.V[k] != v.V[k] || got.FreqHz[k] != v.FreqHz[k] ||
			!v.Flagged(k) && (got.Vis[k] != v.Vis[k] || got.Weight[k] != v.Weight[k]) {
			t.Fatalf("visibility %d: %v at (%g, %g), weight %g; want %v at (%g, %g), weight %g", k, got.Vis[k], got.U[k], got.V[k], got.Weight[k], v.Vis[k], v.U[k], v.V[k], v.Weight[k])
		}
	}
	if err := data.WriteNPZ(second, got); err != nil {
		t.Fatal(err)
	}
	a, err1 := os.ReadFile(first)
	b, err2 := os.ReadFile(second)
	if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Errorf("written again: %d and %d bytes differ (%v, %v)", len(a), len(b), err1, err2)
	}
	if err := data.WriteNPZ(second, &radio.Visibilities{}); err == nil || !strings.Contains(err.Error(), "no visibilities") {
		t.Errorf("an empty set: error %v", err)
	}
}

// npzBy makes archives with NumPy and returns its folder.
func npzBy(t *testing.T, script string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Python")
	}
	dir := t.TempDir()
	cmd := exec.Command(radiotest.Python(t, "numpy"), "-c", "import numpy as np, os\n"+script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// The shapes and types that MPoL, visread and others use, written by NumPy. Channel c of visibility i has u = (1 + i)(1 + c),
// v = −u, data 1 + i + 10c + 0.5j.
func TestReadNPZFromNumPy(t *testing.T) {
	dir := npzBy(t, `
i, c = np.arange(3.), np.arange(2.)[:, None]
u = (1 + i) * (1 + c); d = 1 + i + 10 * c + 0.5j; w = np.ones((2, 3)); f = np.array([1e9, 2e9])
np.savez("visread", uu=u, vv=-u, data=d, weight=w, frequencies=f, flag=np.zeros((2, 3), bool))
np.savez("fortran", uu=np.asfortranarray(u), vv=np.asfortranarray(-u), data=np.asfortranarray(d), weight=w, frequencies=f)
np.savez_compressed("mpol", uu=u[0].astype("f4"), vv=-u[0].astype("f4"), data_re=d[0].real.astype("f4"), data_im=d[0].imag.astype("f4"), weight=w[0].astype("f4"))
np.savez("metres", u=u[0], v=-u[0], Vis=d.astype("c8"), Wgt=w[0].astype(int), frequencies=f)
np.savez("bigendian", uu=u[1].astype(">f8"), vv=-u[1].astype(">f8"), data=d[1].astype(">c16"), weight=w[1].astype(">f4"))
`)
	for name, c := range map[string]struct {
		o        data.ReadOptions
		n        int
		u, scale float64 // of the last visibility, which is of channel 1 where there are two
		vis      complex128
	}{
		"visread.npz":   {data.ReadOptions{UVUnit: "klambda"}, 6, 6, 1e3, 13 + 0.5i},
		"fortran.npz":   {data.ReadOptions{UVUnit: "klambda"}, 6, 6, 1e3, 13 + 0.5i},
		"mpol.npz":      {data.ReadOptions{UVUnit: "lambda", FreqHz: 1e9}, 3, 3, 1, 3 + 0.5i},
		"metres.npz":    {data.ReadOptions{UVUnit: "m"}, 6, 3, 2e9 / radio.SpeedOfLight, 13 + 0.5i},
		"bigendian.npz": {data.ReadOptions{UVUnit: "m", FreqHz: radio.SpeedOfLight}, 3, 6, 1, 13 + 0.5i},
	} {
		v, err := data.ReadVisibilities(filepath.Join(dir, name), c.o)
		if err != nil {
			t.Error(err)
			continue
		}
		if last := v.Len() - 1; v.Len() != c.n || v.U[last] != c.u*c.scale || v.V[last] != -c.u*c.scale || v.Vis[last] != c.vis || v.Weight[last] != 1 {
			t.Errorf("%s: %d visibilities, last %v at (%g, %g)", name, v.Len(), v.Vis[v.Len()-1], v.U[v.Len()-1], v.V[v.Len()-1])
		}
	}
	one, err := data.ReadVisibilities(filepath.Join(dir, "visread.npz"), data.ReadOptions{UVUnit: "klambda", Channels: []int{1}})
	if err != nil || one.Len() != 3 || one.FreqHz[0] != 2e9 || one.U[0] != 2e3 {
		t.Errorf("channel 1: %+v (%v)", one, err)
	}
}

// NumPy reads our archive, and so a long array in pieces of the decompressor's choosing is whole.
func TestNumPyReadsNPZ(t *testing.T) {
	v := exampleM87(t, "SR2")
	path := filepath.Join(t.TempDir(), "m87.npz")
	if err := data.WriteNPZ(path, v); err != nil {
		t.Fatal(err)
	}
	dir := npzBy(t, `
a = np.load(`+"r'"+path+"'"+`)
np.savez_compressed("again", uu=a["uu"], vv=a["vv"], weight=a["weight"], data=a["data_re"] + 1j * a["data_im"], freq_hz=a["freq_hz"])
`)
	got, err := data.ReadVisibilities(filepath.Join(dir, "again.npz"), data.ReadOptions{UVUnit: "lambda"})
	if err != nil {
		t.Fatal(err)
	}
	for k := range v.Vis {
		if !v.Flagged(k) && (got.Vis[k] != v.Vis[k] || got.U[k] != v.U[k] || got.V[k] != v.V[k] || got.Weight[k] != v.Weight[k]) {
			t.Fatalf("visibility %d: %v at (%g, %g), want %v at (%g, %g)", k, got.Vis[k], got.U[k], got.V[k], v.Vis[k], v.U[k], v.V[k])
		}
	}
}

// MPoL's mock set has baselines and weights but no data.
func TestReadNPZWithoutData(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "alma", "mpol_mock_data.npz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no MPoL mock data: %v", err)
	}
	if _, err := data.ReadVisibilities(path, data.ReadOptions{UVUnit: "m", FreqHz: 230e9}); err == nil || !strings.Contains(err.Error(), "no visibilities, neither an array data nor data_re and data_im, only img.npy, uu.npy") {
		t.Errorf("error %v", err)
	}
}
