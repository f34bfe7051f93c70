package data_test

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// astropyPython returns a Python that has astropy, or skips the test.
func astropyPython(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Python")
	}
	return radiotest.Python(t, "astropy")
}

// astropy runs scripts/astropy_check.py on the files and returns what it says of each.
func astropy[T any](t *testing.T, kind string, paths ...string) []T {
	t.Helper()
	script := filepath.Join("..", "scripts", "astropy_check.py")
	cmd := exec.Command(astropyPython(t), append([]string{script, kind}, paths...)...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("astropy_check.py %s %v: %v", kind, paths, err)
	}
	var out []T
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("astropy_check.py %s %v: %v", kind, paths, err)
	}
	return out
}

// uvfitsDump is the output of astropy_check.py uvfits. U and V have the sign of the file.
type uvfitsDump struct {
	U, V, Re, Im, Weight, MJD []float64
	IntSec                    []float64 `json:"int_sec"`
	Ant1, Ant2, Numbers       []int
	FreqHz                    []float64 `json:"freq_hz"`
	Stations                  []string
	XYZ                       [][3]float64
	Source                    string
	RADeg                     float64 `json:"ra_deg"`
	DecDeg                    float64 `json:"dec_deg"`
	Scans                     int
}

// referenceUVFITS lists the UVFITS files at hand.
func referenceUVFITS(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "examples", "m87", "*.uvfits"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no UVFITS in examples/m87 (%v)", err)
	}
	more, _ := filepath.Glob(filepath.Join("..", "..", "shared", "data", "*", "*.uvfits"))
	for _, path := range more {
		if _, err := os.Stat(filepath.Join("..", "examples", "m87", filepath.Base(path))); err != nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// near reports whether x and y agree to one unit in the last place of a float32.
func near(x, y float64) bool {
	ulp := float64(math.Nextafter32(float32(math.Abs(y)), float32(math.Inf(1)))) - math.Abs(float64(float32(y)))
	return math.Abs(x-y) <= ulp
}

// Every reference file reads the same through astropy, and so do files of our own, of one frequency and of several IFs.
func TestReadUVFITSAgainstAstropy(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.uvfits")
	if err := data.WriteUVFITS(own, exampleM87(t, "SR1")); err != nil {
		t.Fatal(err)
	}
	paths := append(referenceUVFITS(t), own)
	if mojave := filepath.Join("..", "..", "shared", "data", "vlba", "mojave.uvfits"); slices.Contains(paths, mojave) {
		v, err := data.ReadUVFITS(mojave)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.Join(t.TempDir(), "several.uvfits"))
		if err := data.WriteUVFITS(paths[len(paths)-1], v); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range astropy[uvfitsDump](t, "uvfits", paths...) {
		t.Run(filepath.Base(paths[i]), func(t *testing.T) {
			v, err := data.ReadUVFITS(paths[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Validate(); err != nil {
				t.Error(err)
			}
			compareUVFITS(t, v, &want)
			if _, scans := v.Scans(0); want.Scans > 0 && scans != want.Scans {
				t.Errorf("gaps give %d scans, the NX table has %d", scans, want.Scans)
			}
		})
	}
}

func compareUVFITS(t *testing.T, v *radio.Visibilities, want *uvfitsDump) {
	t.Helper()
	if v.Len() != len(want.U) || len(v.Stations) != len(want.Stations) {
		t.Fatalf("%d visibilities and %d stations, want %d and %d", v.Len(), len(v.Stations), len(want.U), len(want.Stations))
	}
	for i, s := range v.Stations {
		if s.Name != want.Stations[i] || s.XYZ != want.XYZ[i] {
			t.Errorf("station %d is %+v, want %s at %v", i, s, want.Stations[i], want.XYZ[i])
		}
	}
	if v.Source.Name != want.Source || math.Abs(v.Source.RARad*180/math.Pi-want.RADeg) > 1e-12 || math.Abs(v.Source.DecRad*180/math.Pi-want.DecDeg) > 1e-12 {
		t.Errorf("source %+v, want %s at %g, %g deg", v.Source, want.Source, want.RADeg, want.DecDeg)
	}
	if days := math.Floor(want.MJD[0]); v.RefMJD != days {
		t.Errorf("RefMJD %g, want %g", v.RefMJD, days)
	}
	for k := range v.Vis {
		sec := (want.MJD[k] - v.RefMJD) * 86400
		same := near(v.U[k], -want.U[k]) && near(v.V[k], -want.V[k]) && near(real(v.Vis[k]), want.Re[k]) && near(imag(v.Vis[k]), want.Im[k]) &&
			near(v.Weight[k], want.Weight[k]) && near(v.IntSec[k], want.IntSec[k]) && v.FreqHz[k] == want.FreqHz[k] &&
			math.Abs(v.TimeSec[k]-sec) < 1e-6 && // a float64 MJD resolves 0.6 µs
			want.Numbers[v.Ant1[k]] == want.Ant1[k] && want.Numbers[v.Ant2[k]] == want.Ant2[k]
		if !same {
			t.Fatalf("visibility %d: u %g v %g vis %v weight %g time %g, astropy has u %g v %g vis %g%+gi weight %g time %g",
				k, v.U[k], v.V[k], v.Vis[k], v.Weight[k], v.TimeSec[k], want.U[k], want.V[k], want.Re[k], want.Im[k], want.Weight[k], sec)
		}
	}
}

// imageDump is the output of astropy_check.py image.
type imageDump struct {
	Pixels             [][2]int
	SkyDeg             [][2]float64 `json:"sky_deg"`
	Values             []float64
	History, Warnings  []string
	Unit, Object, Date string
	BeamDeg            [3]float64 `json:"beam_deg"` // BMAJ, BMIN, BPA
}

func TestWriteImageAgainstAstropy(t *testing.T) {
	g := radio.Grid{NX: 9, NY: 12, CellRad: 2 * radio.Microarcsecond}
	h := data.ImageHeader{
		Source: radio.Source{Name: "M87 'core'", RARad: 187.7059 * math.Pi / 180, DecRad: 12.3911 * math.Pi / 180},
		FreqHz: 227e9, MJD: 57854.25, Beam: radio.Beam{MajRad: 20 * radio.Microarcsecond, MinRad: 15 * radio.Microarcsecond, PARad: 0.3},
		History: []string{"fringe image " + strings.Repeat("--option value ", 12), "second µ line"},
	}
	path := filepath.Join(t.TempDir(), "image.fits")
	if err := data.WriteImage(path, ramp(g), g, h); err != nil {
		t.Fatal(err)
	}
	got := astropy[imageDump](t, "image", path)[0]
	for i, p := range got.Pixels {
		l, m := g.L(p[0]), g.M(p[1])
		// The SIN projection to first order; the next term is 1e-20 rad here.
		ra := (h.Source.RARad + l/math.Cos(h.Source.DecRad)) * 180 / math.Pi
		dec := (h.Source.DecRad + m) * 180 / math.Pi
		// A degree of 187.7 in float64 resolves 3e-14; a pixel is 5.6e-10 degrees.
		if math.Abs(got.SkyDeg[i][0]-ra) > 5e-13 || math.Abs(got.SkyDeg[i][1]-dec) > 5e-13 {
			t.Errorf("pixel %v is at %v, want %.15g, %.15g", p, got.SkyDeg[i], ra, dec)
		}
	}
	for i, x := range ramp(g) {
		if got.Values[i] != x {
			t.Fatalf("pixel %d is %g, want %g", i, got.Values[i], x)
		}
	}
	if joined := strings.Join(got.History, " "); !strings.Contains(joined, strings.TrimSpace(h.History[0])) || !strings.HasSuffix(joined, "second ? line") {
		t.Errorf("history %q", got.History)
	}
	if len(got.Warnings) > 0 || got.Unit != "JY/PIXEL" || got.Object != h.Source.Name || got.Date != "2017-04-11T06:00:00.000" {
		t.Errorf("got %+v", got)
	}
	// 20 and 15 µas are 5.56e-9 and 4.17e-9 degrees; an angle passes through one multiplication and a text of 17 digits.
	for i, want := range []float64{20e-6 / 3600, 15e-6 / 3600, 0.3 * 180 / math.Pi} {
		if got := got.BeamDeg[i]; math.Abs(got/want-1) > 1e-14 {
			t.Errorf("BMAJ, BMIN, BPA number %d is %.17g deg, want %.17g", i+1, got, want)
		}
	}
}
