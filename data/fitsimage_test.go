package data_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// ramp returns an image in which every pixel is different.
func ramp(g radio.Grid) []float64 {
	img := make([]float64, g.Len())
	for i := range img {
		img[i] = math.Sqrt(float64(i)) / 3
	}
	return img
}

func TestImageRoundTrip(t *testing.T) {
	g := radio.Grid{NX: 7, NY: 4, CellRad: 2 * radio.Microarcsecond}
	h := data.ImageHeader{
		Source: radio.Source{Name: "it's '' full of stars", RARad: 3.2, DecRad: -0.2}, Unit: "JY/BEAM", FreqHz: 227070703125, MJD: 57854.5,
		Beam: radio.Beam{MajRad: 20 * radio.Microarcsecond, MinRad: 15 * radio.Microarcsecond, PARad: -0.3}, History: []string{"one", "two"},
	}
	path := filepath.Join(t.TempDir(), "image.fits")
	if err := data.WriteImage(path, ramp(g), g, h); err != nil {
		t.Fatal(err)
	}
	img, g2, h2, err := data.ReadImage(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(img, ramp(g)) {
		t.Error("pixels differ")
	}
	// Angles pass through degrees and back: two roundings.
	close := func(a, b float64) bool { return math.Abs(a-b) <= 1e-15*math.Abs(b) }
	if g2.NX != 7 || g2.NY != 4 || !close(g2.CellRad, g.CellRad) {
		t.Errorf("grid %+v, want %+v", g2, g)
	}
	for _, p := range [][2]float64{{h2.Source.RARad, h.Source.RARad}, {h2.Source.DecRad, h.Source.DecRad}, {h2.Beam.MajRad, h.Beam.MajRad}, {h2.Beam.MinRad, h.Beam.MinRad}, {h2.Beam.PARad, h.Beam.PARad}, {h2.FreqHz, h.FreqHz}, {h2.MJD, h.MJD}} {
		if !close(p[0], p[1]) {
			t.Errorf("header value %g, want %g", p[0], p[1])
		}
	}
	if h2.Source.Name != h.Source.Name || h2.Unit != h.Unit || !reflect.DeepEqual(h2.History, h.History) {
		t.Errorf("header %+v, want %+v", h2, h)
	}
}

func TestWriteImageRefuses(t *testing.T) {
	g := radio.Grid{NX: 2, NY: 2, CellRad: 1e-11}
	dir := t.TempDir()
	path := filepath.Join(dir, "image.fits")
	if err := os.WriteFile(path, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, try := range map[string]func() error{
		"pixel (1, 0) is NaN": func() error { return data.WriteImage(path, []float64{0, math.NaN(), 0, 0}, g, data.ImageHeader{}) },
		"pixel (0, 1) is +Inf": func() error {
			return data.WriteImage(path, []float64{0, 0, math.Inf(1), 0}, g, data.ImageHeader{})
		},
		"3 pixels": func() error { return data.WriteImage(path, make([]float64, 3), g, data.ImageHeader{}) },
		"cell is 0 rad": func() error {
			return data.WriteImage(path, make([]float64, 4), radio.Grid{NX: 2, NY: 2}, data.ImageHeader{})
		},
		"not finite": func() error {
			return data.WriteImage(path, make([]float64, 4), g, data.ImageHeader{FreqHz: math.NaN()})
		},
		"no such file or": func() error {
			return data.WriteImage(filepath.Join(dir, "no", "x.fits"), make([]float64, 4), g, data.ImageHeader{})
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "data: write image ") {
			t.Errorf("want %q, got error %v", want, err)
		}
	}
	if text, _ := os.ReadFile(path); string(text) != "precious" {
		t.Errorf("a refused image replaced the file")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// setCard returns a copy of a FITS file in which the first card of that keyword has another value.
func setCard(t testing.TB, raw []byte, key, value string) []byte {
	t.Helper()
	at := bytes.Index(raw, fmt.Appendf(nil, "%-8s= ", key))
	if at < 0 {
		t.Fatalf("no card %s", key)
	}
	raw = bytes.Clone(raw)
	copy(raw[at:], fmt.Sprintf("%-80s", fmt.Sprintf("%-8s= %20s", key, value)))
	return raw
}

// Columns that run from West to East and rows from North to South are turned round.
func TestReadImageOrients(t *testing.T) {
	g := radio.Grid{NX: 3, NY: 2, CellRad: 1e-11}
	path := filepath.Join(t.TempDir(), "image.fits")
	if err := data.WriteImage(path, []float64{0, 1, 2, 3, 4, 5}, g, data.ImageHeader{}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw = setCard(t, setCard(t, raw, "CDELT1", "1E-9"), "CDELT2", "-1E-9")
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	img, _, _, err := data.ReadImage(path)
	if want := []float64{5, 4, 3, 2, 1, 0}; err != nil || !reflect.DeepEqual(img, want) {
		t.Errorf("got %v (%v), want %v", img, err, want)
	}
}

func TestReadReferenceSkies(t *testing.T) {
	for name, want := range map[string]struct {
		nx, ny int
		cell   float64
	}{"3c353.fits": {512, 512, 0}, "M31.fits": {256, 256, radio.Arcsecond}} {
		path := filepath.Join("..", "..", "shared", "data", "skies", name)
		if _, err := os.Stat(path); err != nil {
			t.Skipf("no reference skies: %v", err)
		}
		img, g, _, err := data.ReadImage(path)
		// M31's CDELT is rounded to nine digits.
		if err != nil || g.NX != want.nx || g.NY != want.ny || len(img) != g.Len() || math.Abs(g.CellRad-want.cell) > 1e-7*want.cell {
			t.Errorf("%s: grid %+v (%v), want %+v", name, g, err, want)
		}
	}
}

func FuzzReadImage(f *testing.F) {
	path := filepath.Join(f.TempDir(), "image.fits")
	g := radio.Grid{NX: 3, NY: 2, CellRad: 1e-11}
	if err := data.WriteImage(path, ramp(g), g, data.ImageHeader{History: []string{"x"}}); err != nil {
		f.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(setCard(f, raw, "BITPIX", "16"))
	f.Add(setCard(f, raw, "NAXIS1", "4611686018427387904"))
	f.Add(imageFile("16", bigEndian([]int16{0, 1, 2, 3, 4, 5}), [2]string{"CD1_1", "-1.0"}, [2]string{"CD2_2", "1.0"}, [2]string{"CRPIX1", "9.5"}, [2]string{"BLANK", "7"}))
	f.Add(setCard(f, setCard(f, raw, "CUNIT1", "0"), "CUNIT1", "'x"))
	f.Fuzz(func(t *testing.T, content []byte) {
		img, g, _, err := data.DecodeImage(bytes.NewReader(content), int64(len(content)))
		if err == nil && len(img) != g.Len() {
			t.Errorf("%d pixels for grid %+v", len(img), g)
		}
	})
}
