package data_test

import (
	"math"
	"math/cmplx"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// readText reads a file of testdata, which is written by hand.
func readText(t *testing.T, name string, o data.ReadOptions) *radio.Visibilities {
	t.Helper()
	v, err := data.ReadVisibilities(filepath.Join("testdata", name), o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestReadEHTSave(t *testing.T) {
	v := readText(t, "eht_save.txt", data.ReadOptions{})
	if v.Len() != 2 || v.Source.Name != "TEST SOURCE" || v.RefMJD != 57854 || v.FreqHz[0] != 230e9 {
		t.Fatalf("%d visibilities of %+v, MJD %g, %g Hz", v.Len(), v.Source, v.RefMJD, v.FreqHz[0])
	}
	// Sums of three terms: a few roundings.
	if ra, dec := v.Source.RARad*12/math.Pi, v.Source.DecRad*180/math.Pi; math.Abs(ra-12.51) > 1e-13 || math.Abs(dec+5.5) > 1e-13 {
		t.Errorf("position %g h, %g deg; want 12.51 and -5.5", ra, dec)
	}
	if s := v.Stations[0]; s.Name != "AA" || s.XYZ != [3]float64{2225061, -5440061, -2481681} || s.SEFDJy != 70 {
		t.Errorf("station %+v", s)
	}
	// I = (1 + 3)/2 at 90 degrees; σ² = 2·0.01²/4, weight 20000; u and v turned round.
	if cmplx.Abs(v.Vis[0]-2i) > 1e-15 || math.Abs(v.Weight[0]-20000) > 1e-9 || v.U[0] != -1e6 || v.V[0] != 2e6 || v.TimeSec[0] != 5400 || v.IntSec[0] != 10 {
		t.Errorf("first: %v, weight %g, u %g, v %g, %g s", v.Vis[0], v.Weight[0], v.U[0], v.V[0], v.TimeSec[0])
	}
	// LL is not there: I is RR, with its weight.
	if v.Vis[1] != 1 || v.Weight[1] != 1/(0.02*0.02) || v.Ant1[1] != 1 || v.Ant2[1] != 0 {
		t.Errorf("second: %v, weight %g, %d-%d", v.Vis[1], v.Weight[1], v.Ant1[1], v.Ant2[1])
	}
	if ll := readText(t, "eht_save.txt", data.ReadOptions{Stokes: "LL"}); cmplx.Abs(ll.Vis[0]-3i) > 1e-15 || ll.Weight[1] != 0 {
		t.Errorf("LL: %v, weights %v", ll.Vis, ll.Weight)
	}
}

func TestReadEHTRelease(t *testing.T) {
	csv, txt := readText(t, "eht_release.csv", data.ReadOptions{}), readText(t, "eht_release.txt", data.ReadOptions{Conjugate: true})
	for k, want := range []complex128{-2, -1i} {
		if cmplx.Abs(csv.Vis[k]-want) > 1e-15 || txt.Vis[k] != cmplx.Conj(csv.Vis[k]) || txt.U[k] != csv.U[k] {
			t.Errorf("visibility %d: csv %v, txt conjugated %v, want %v", k, csv.Vis[k], txt.Vis[k], want)
		}
	}
	if len(csv.Stations) != 3 || csv.Stations[2].Name != "SP" || csv.FreqHz[0] != 230.5e9 || csv.TimeSec[0] != 1800 || csv.Source.Name != "TEST" || csv.U[1] != -3e6 {
		t.Errorf("stations %v, %g Hz, %g s, %q, u %g", csv.Stations, csv.FreqHz[0], csv.TimeSec[0], csv.Source.Name, csv.U[1])
	}
}

// eht-imaging reads the example of M87 as UVFITS and writes it as text, which must give what the UVFITS gives.
func TestReadEHTSaveAgainstEHTImaging(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	python := radiotest.Python(t, "ehtim")
	path := filepath.Join(t.TempDir(), "m87.txt")
	script := "import sys, ehtim; ehtim.obsdata.load_uvfits(sys.argv[1]).save_txt(sys.argv[2])"
	if out, err := exec.Command(python, "-c", script, exampleM87Path(t, "SR1"), path).CombinedOutput(); err != nil {
		t.Fatalf("eht-imaging: %v\n%s", err, out)
	}
	got, err := data.ReadVisibilities(path, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	type key struct {
		time       int64
		ant1, ant2 string
	}
	id := func(v *radio.Visibilities, k int) key {
		return key{int64(math.Round(v.TimeSec[k])), v.Stations[v.Ant1[k]].Name, v.Stations[v.Ant2[k]].Name}
	}
	want, index := exampleM87(t, "SR1"), map[key]int{}
	for k := range want.Vis {
		index[id(want, k)] = k
	}
	if got.Len() != want.Len() {
		t.Fatalf("%d visibilities, want %d", got.Len(), want.Len())
	}
	close := func(x, y float64) bool { return math.Abs(x-y) <= 5e-5 || near(x, y) }
	for k := range got.Vis {
		j, ok := index[id(got, k)]
		if !ok {
			t.Fatalf("visibility %d, %+v, is not in the UVFITS file", k, id(got, k))
		}
		sigma := 1 / math.Sqrt(want.Weight[j])
		// The text has 8 decimals of Jy and 4 of degrees (1.7e-6 of the amplitude), and σ to 8 decimals, from weights in float32
		// arithmetic (1e-7); u and v are float32 with 4 decimals.
		if cmplx.Abs(got.Vis[k]-want.Vis[j]) > 2e-8+2e-6*cmplx.Abs(want.Vis[j]) || !close(got.U[k], want.U[j]) || !close(got.V[k], want.V[j]) ||
			math.Abs(1/math.Sqrt(got.Weight[k])-sigma) > 5e-9+1e-7*sigma {
			t.Fatalf("visibility %d: %v at (%g, %g) weight %g; UVFITS has %v at (%g, %g) weight %g",
				k, got.Vis[k], got.U[k], got.V[k], got.Weight[k], want.Vis[j], want.U[j], want.V[j], want.Weight[j])
		}
	}
}

// Text of the same form with something missing.
func TestReadEHTTextErrors(t *testing.T) {
	const head = "#SRC:X,DATE(MJD):57854,FREQ:230GHz\n"
	const columns = "#time(UTC),T1,T2,U(lambda),V(lambda),Iamp(Jy),Iphase(d),Isigma(Jy)\n"
	for want, text := range map[string]string{
		"there is no column v":                       head + "#time(UTC),T1,T2,U(lambda),Iamp(Jy),Iphase(d),Isigma(Jy)\n1,A,B,1,1,1,1\n",
		"hold no amplitude, phase and sigma":         head + "#time(UTC),T1,T2,U(lambda),V(lambda),Iamp(Jy)\n1,A,B,1,1,1\n",
		"line 3: 7 columns, the header names 8":      head + columns + "1,A,B,1,1,1,1\n",
		"line 3: u is \"x\", must be a number":       head + columns + "1,A,B,x,1,1,1,1\n",
		"it does not say its frequency":              columns + "1,A,B,1,1,1,1,1\n",
		"the frequency is \"230\", must be in GHz":   "#SRC:X,DATE(MJD):57854,FREQ:230\n",
		"the date is MJD -3":                         "#SRC:X,DATE(MJD):-3,FREQ:230GHz\n",
		"\"12 30\" is no angle such as \"12 h 30 m":  "# SRC: X\n# RA: 12 30\n",
		"numbers come before the line that names":    "# SRC: X\n1 A B 1 1 1 1 1\n",
		"it has no visibilities":                     head + columns,
		"none of its 1 visibilities":                 head + columns + "1,A,B,1,1,1,1,0\n",
		"station \"B\" is not in the header's table": "# SRC: X\n# Site X\n# A 1 2 3 4 5\n# ----\n" + columns + "1,A,B,1,1,1,1,1\n",
		"station A is listed twice":                  "# SRC: X\n# Site X\n# A 1 2 3 4 5\n# A 1 2 3 4 5\n",
	} {
		_, err := data.DecodeVisibilities(strings.NewReader(text), int64(len(text)), data.ReadOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got error %v", want, err)
		}
	}
}
