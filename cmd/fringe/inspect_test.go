package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// What inspect says of real files agrees with what astropy and NumPy make of them.
func TestInspectAgainstAstropy(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	paths, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "*", "*.uvfits"))
	if len(paths) == 0 {
		t.Skip("no real observations beside the repository")
	}
	text, err := exec.Command(radiotest.Python(t, "astropy"), append([]string{filepath.Join("..", "..", "scripts", "astropy_check.py"), "contents"}, paths...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []map[string]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	if err := (inspectOptions{json: true}).run(paths, &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	lines := json.NewDecoder(&out)
	for i, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			var got map[string]any
			if err := lines.Decode(&got); err != nil {
				t.Fatal(err)
			}
			for name, value := range want[i] {
				compareContents(t, name, got[name], value)
			}
		})
	}
}

// compareContents compares one field. Go and NumPy differ in the last of 53 bits, 1e-16, and sums of thousands by a little more; 1e-9 is
// far above that and far below one unit of the files' float32, 6e-8. Dates near 57854 resolve 7e-12 days.
func compareContents(t *testing.T, name string, got, want any) {
	t.Helper()
	x, ok1 := got.(float64)
	y, ok2 := want.(float64)
	if !ok1 || !ok2 {
		if got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
		return
	}
	tolerance := 1e-9 * math.Abs(y)
	switch name {
	case "start_mjd", "end_mjd":
		tolerance = 3e-11
	case "time_step_s":
		tolerance = 2e-6 // the difference of two dates
	}
	if math.Abs(x-y) > tolerance {
		t.Errorf("%s is %.17g, want %.17g", name, x, y)
	}
}

// An image whose peak, flux and beam are known on paper.
func TestInspectImage(t *testing.T) {
	g := radio.Grid{NX: 8, NY: 6, CellRad: radio.Milliarcsecond}
	img := make([]float64, g.Len())
	img[4*8+2], img[0] = 3, -1 // two columns East of the centre, one row North
	beam := radio.Beam{MajRad: 4 * radio.Milliarcsecond, MinRad: 2 * radio.Milliarcsecond}
	r := inspectImage("x.fits", img, g, data.ImageHeader{Unit: "Jy/beam", Beam: beam}).report.(imageContents)
	// The sum 2 over the pixels in the beam, π·4·2/(4 ln 2).
	flux := 2 * 4 * math.Ln2 / (8 * math.Pi)
	if r.Peak != 3 || r.Min != -1 || math.Abs(*r.FluxJy/flux-1) > 1e-12 {
		t.Errorf("got peak %g, minimum %g, flux %g; want 3, -1, %g", r.Peak, r.Min, *r.FluxJy, flux)
	}
	if math.Abs(*r.EastRad/radio.Milliarcsecond-2) > 1e-12 || math.Abs(*r.NorthRad/radio.Milliarcsecond-1) > 1e-12 {
		t.Errorf("peak %g, %g rad from the centre, want 2 and 1 mas", *r.EastRad, *r.NorthRad)
	}
	if r.RADeg != nil || r.FreqHz != nil {
		t.Errorf("position and frequency are not known, got %+v", r)
	}
}

func TestPosition(t *testing.T) {
	const degree = math.Pi / 180
	for want, s := range map[string]radio.Source{
		"12h30m49.42s +12d23m28.0s": {RARad: 187.705930757 * degree, DecRad: 12.391123239 * degree},
		"00h00m00.00s -00d30m00.1s": {RARad: 359.9999999999 * degree, DecRad: -(0.5 + 0.1/3600) * degree},
		"06h00m00.00s +90d00m00.0s": {RARad: math.Pi / 2, DecRad: math.Pi / 2},
	} {
		if got := position(s); got != want {
			t.Errorf("%+v is %s, want %s", s, got, want)
		}
	}
}

// One dot in each corner, and the numbers of the eight dots of a character.
func TestDots(t *testing.T) {
	d := newDots(2, 2)
	d.set(0, 0)
	d.set(1, 1)
	d.set(1.1, 0.5)
	d.set(math.NaN(), 0)
	if got, want := d.row(0)+"|"+d.row(1), " ⠈|⡀ "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	full := newDots(1, 1)
	for x := range 2 {
		for y := range 4 {
			full.set(float64(x), float64(y)/3)
		}
	}
	if got := full.row(0); got != "⣿" {
		t.Errorf("all eight dots give %q", got)
	}
}

// A baseline along East, u > 0, and its mirror image: dots at the left and the right edge, half way up. Amplitude 1 of 1 at the far
// end: the upper right corner.
func TestSketch(t *testing.T) {
	v := &radio.Visibilities{U: []float64{2e9}, V: []float64{0}, Vis: []complex128{1}, Weight: []float64{1}}
	lines := strings.Split(sketch(v), "\n")
	if len(lines) != sketchRows+3 || !strings.HasPrefix(lines[0], "(u,v) to 2 Gl ") || !strings.Contains(lines[0], "0 to 1 Jy") {
		t.Fatalf("got\n%s", strings.Join(lines, "\n"))
	}
	if !strings.HasSuffix(lines[1], "⠈") || !strings.HasPrefix(lines[7], "⠁") || !strings.Contains(lines[7], "⠈   │") {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
	v.Weight[0] = 0
	if got := sketch(v); got != "" {
		t.Errorf("nothing but flagged visibilities gives %q", got)
	}
}

func TestRoundAngle(t *testing.T) {
	for want, rad := range map[string]float64{
		"133uas": 133.3 * radio.Microarcsecond, "4.73mas": 4.734 * radio.Milliarcsecond, "10.00arcsec": 9.996 * radio.Arcsecond, "7200arcsec": 2 * 3600 * radio.Arcsecond,
		"0.123uas": 0.1234 * radio.Microarcsecond,
	} {
		if got := roundAngle(rad); got != want {
			t.Errorf("%g rad is %s, want %s", rad, got, want)
		}
	}
}

// A file of one visibility of zero length says little, and that as numbers which JSON knows.
func TestInspectPoor(t *testing.T) {
	v := &radio.Visibilities{
		U: []float64{0, 1}, V: make([]float64, 2), Vis: []complex128{1, 2}, Weight: []float64{1, 0}, FreqHz: []float64{1e9, 1e9},
		TimeSec: make([]float64, 2), IntSec: make([]float64, 2), Ant1: []int{radio.NoStation, radio.NoStation}, Ant2: []int{radio.NoStation, radio.NoStation},
	}
	s, err := inspectVisibilities("x.npz", v)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.draw(); err != nil {
		t.Errorf("figures: %v", err)
	}
	text, err := json.Marshal(s.report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"resolution_rad":null`, `"beam":null`, `"suggested":null`, `"flux_jy":1,`, `"flagged":1,`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s has no %s", text, want)
		}
	}
}

// Integrations that come as often as they are long, that leave pauses, and that would overlap; 84 s every 10 s are 10 s at most, from 5 s
// before the first time to 5 s after the last.
func TestCadence(t *testing.T) {
	for _, c := range []struct {
		integration float64
		want        string
		half        float64
	}{{10, "integrations of 10 s", 5}, {9.2, "integrations of 9.2 s every 10 s", 4.6}, {84, "integrations every 10 s (the file says that each has 84 s: they would overlap)", 5}, {0, "every 10 s", 0}} {
		v := &radio.Visibilities{Stations: make([]radio.Station, 2), RefMJD: 50000}
		for k := range 3 {
			v.U, v.V, v.Vis, v.Weight, v.FreqHz = append(v.U, 1), append(v.V, 1), append(v.Vis, 1), append(v.Weight, 1), append(v.FreqHz, 1e9)
			v.Ant1, v.Ant2, v.TimeSec, v.IntSec = append(v.Ant1, 0), append(v.Ant2, 1), append(v.TimeSec, float64(100+10*k)), append(v.IntSec, c.integration)
		}
		x := &examined{all: v, usable: v}
		x.times()
		if got := x.cadence(); got != c.want {
			t.Errorf("%g s: %q, want %q", c.integration, got, c.want)
		}
		if start, end := (*x.StartMJD-50000)*86400, (*x.EndMJD-50000)*86400; math.Abs(start-100+c.half) > 1e-5 || math.Abs(end-120-c.half) > 1e-5 {
			t.Errorf("%g s: from %.4f to %.4f s, want %g before 100 to after 120", c.integration, start, end, c.half)
		}
	}
}
