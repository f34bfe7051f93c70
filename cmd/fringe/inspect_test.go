package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
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
	if name == "start_mjd" || name == "end_mjd" {
		tolerance = 3e-11
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
