package data_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// imageFile is a FITS image of 3 x 2 pixels 0 … 5 with further cards.
func imageFile(bitpix string, content []byte, more ...[2]string) []byte {
	cards := [][2]string{{"SIMPLE", "T"}, {"BITPIX", bitpix}, {"NAXIS", "4"}, {"NAXIS1", "3"}, {"NAXIS2", "2"}, {"NAXIS3", "1"}, {"NAXIS4", "1"}}
	return fitsHDU(append(cards, more...), content)
}

func decodeImage(raw []byte) ([]float64, radio.Grid, data.ImageHeader, error) {
	return data.DecodeImage(bytes.NewReader(raw), int64(len(raw)))
}

func TestReadImageTypes(t *testing.T) {
	want := []float64{0, 1, 2, 3, 4, 5}
	for bitpix, content := range map[string][]byte{
		"8": {0, 1, 2, 3, 4, 5}, "16": bigEndian([]int16{0, 1, 2, 3, 4, 5}), "32": bigEndian([]int32{0, 1, 2, 3, 4, 5}),
		"64": bigEndian([]int64{0, 1, 2, 3, 4, 5}), "-32": bigEndian([]float32{0, 1, 2, 3, 4, 5}), "-64": bigEndian(want),
	} {
		if img, g, _, err := decodeImage(imageFile(bitpix, content)); err != nil || !reflect.DeepEqual(img, want) || g != (radio.Grid{NX: 3, NY: 2}) {
			t.Errorf("BITPIX %s: %v on %+v (%v)", bitpix, img, g, err)
		}
		scaled, _, _, err := decodeImage(imageFile(bitpix, content, [2]string{"BSCALE", "2.0"}, [2]string{"BZERO", "10.0"}))
		if err != nil || scaled[5] != 20 {
			t.Errorf("BITPIX %s scaled: %v (%v)", bitpix, scaled, err)
		}
	}
	_, _, _, err := decodeImage(imageFile("16", bigEndian([]int16{0, 1, -1, 3, 4, 5}), [2]string{"BLANK", "-1"}))
	if err == nil || !strings.Contains(err.Error(), "pixel number 3 is BLANK") {
		t.Errorf("BLANK: error %v", err)
	}
}

func TestReadImageAxes(t *testing.T) {
	content := []byte{0, 1, 2, 3, 4, 5}
	const arcsec = radio.Arcsecond
	for name, c := range map[string]struct {
		cards [][2]string
		cell  float64
		img   []float64
	}{
		"CD matrix":      {[][2]string{{"CD1_1", "-1.0E-3"}, {"CD1_2", "0.0"}, {"CD2_1", "0.0"}, {"CD2_2", "1.0E-3"}}, 3.6 * arcsec, []float64{0, 1, 2, 3, 4, 5}},
		"PC matrix":      {[][2]string{{"CDELT1", "1.0E-3"}, {"CDELT2", "1.0E-3"}, {"PC1_1", "-1.0"}, {"PC2_2", "-1.0"}}, 3.6 * arcsec, []float64{3, 4, 5, 0, 1, 2}},
		"West to East":   {[][2]string{{"CDELT1", "1.0E-3"}, {"CDELT2", "1.0E-3"}}, 3.6 * arcsec, []float64{2, 1, 0, 5, 4, 3}},
		"in arcseconds":  {[][2]string{{"CDELT1", "-2.0"}, {"CDELT2", "2.0"}, {"CUNIT1", "'arcsec'"}, {"CUNIT2", "'arcsec'"}}, 2 * arcsec, []float64{0, 1, 2, 3, 4, 5}},
		"a turn of 360":  {[][2]string{{"CDELT1", "-1.0E-3"}, {"CDELT2", "1.0E-3"}, {"CROTA2", "360.0"}}, 3.6 * arcsec, []float64{0, 1, 2, 3, 4, 5}},
		"no pixel scale": {nil, 0, []float64{0, 1, 2, 3, 4, 5}},
		"galactic":       {[][2]string{{"CTYPE1", "'GLON-CAR'"}, {"CTYPE2", "'GLAT-CAR'"}, {"CDELT1", "-1.0E-3"}, {"CDELT2", "1.0E-3"}, {"CRVAL1", "120.0"}}, 3.6 * arcsec, []float64{0, 1, 2, 3, 4, 5}},
	} {
		img, g, h, err := decodeImage(imageFile("8", content, c.cards...))
		// Degrees to radians and back: two roundings.
		if err != nil || !reflect.DeepEqual(img, c.img) || math.Abs(g.CellRad-c.cell) > 1e-15*c.cell || h.Source.RARad != 0 {
			t.Errorf("%s: %v with cells of %g rad at %g (%v), want %v and %g rad", name, img, g.CellRad, h.Source.RARad, err, c.img, c.cell)
		}
	}
	for want, cards := range map[string][][2]string{
		"rotated by CROTA2 = 20":       {{"CDELT1", "-1.0"}, {"CDELT2", "1.0"}, {"CROTA2", "20.0"}},
		"rotated by 30 degrees":        {{"CD1_1", "-0.8660254"}, {"CD1_2", "0.5"}, {"CD2_1", "0.5"}, {"CD2_2", "0.8660254"}},
		"pixels are not square":        {{"CDELT1", "-1.0"}, {"CDELT2", "2.0"}},
		"transpose the image":          {{"CTYPE1", "'DEC--SIN'"}, {"CTYPE2", "'RA---SIN'"}},
		"CUNIT1 is \"Hz\", must be":    {{"CUNIT1", "'Hz'"}},
		"header keyword CDELT1 is \"x": {{"CDELT1", "'x'"}},
	} {
		if _, _, _, err := decodeImage(imageFile("8", content, cards...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got error %v", want, err)
		}
	}
}

// astropyRun runs a script with the given arguments and decodes the JSON that it prints.
func astropyRun(t *testing.T, out any, script string, args ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts Python")
	}
	cmd := exec.Command(radiotest.Python(t, "astropy"), append([]string{"-c", "import json, sys\nfrom astropy.io import fits\nfrom astropy.wcs import WCS\n" + script}, args...)...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The source is the position of the centre pixel, wherever CRPIX is: astropy says the same, for all four directions of the axes.
func TestReadImagePosition(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i, sign := range [][2]string{{"-", ""}, {"", ""}, {"-", "-"}, {"", "-"}} {
		raw := imageFile("8", []byte{0, 1, 2, 3, 4, 5}, [2]string{"CTYPE1", "'RA---SIN'"}, [2]string{"CTYPE2", "'DEC--SIN'"}, [2]string{"CRVAL1", "200.0"},
			[2]string{"CRVAL2", "60.0"}, [2]string{"CRPIX1", "-40.5"}, [2]string{"CRPIX2", "90.0"}, [2]string{"CDELT1", sign[0] + "0.01"}, [2]string{"CDELT2", sign[1] + "0.01"})
		paths = append(paths, filepath.Join(dir, string(rune('a'+i))))
		if err := os.WriteFile(paths[i], raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var want [][2]float64
	// Our centre pixel counted in the file's order: (1, 1), or (1, 0) where rows are turned round; columns are 3, so 1 is the middle.
	astropyRun(t, &want, `
print(json.dumps([[float(x) for x in WCS(fits.getheader(p)).celestial.wcs_pix2world([[1, 1 if i < 2 else 0]], 0)[0]] for i, p in enumerate(sys.argv[1:])]))`, paths...)
	for i, path := range paths {
		_, _, h, err := data.ReadImage(path)
		ra, dec := h.Source.RARad*180/math.Pi, h.Source.DecRad*180/math.Pi
		// asin near declination 60° loses a digit of float64.
		if err != nil || math.Abs(ra-want[i][0]) > 1e-12 || math.Abs(dec-want[i][1]) > 1e-12 {
			t.Errorf("image %d is at %.14g, %.14g (%v), astropy has %.14g", i, ra, dec, err, want[i])
		}
	}
}

func TestWriteCube(t *testing.T) {
	g := radio.Grid{NX: 3, NY: 2, CellRad: radio.Arcsecond}
	cube := ramp(radio.Grid{NX: 3, NY: 6})
	path := filepath.Join(t.TempDir(), "cube.fits")
	h := data.ImageHeader{Source: radio.Source{Name: "X", RARad: 1, DecRad: 0.5}}
	if err := data.WriteCube(path, cube, g, []float64{3e9, 2e9, 1e9}, h); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Values  [][][]float64
		FreqHz  []float64 `json:"freq_hz"`
		Centre  []float64
		Problem string
	}
	astropyRun(t, &got, `
f = fits.open(sys.argv[1]); f.verify("exception"); w = WCS(f[0].header)
print(json.dumps({"values": f[0].data.tolist(), "freq_hz": [float(w.wcs_pix2world([[1, 1, c]], 0)[0][2]) for c in range(3)], "centre": w.celestial.wcs_pix2world([[1, 1]], 0)[0].tolist()}))`, path)
	for i, x := range cube {
		if got.Values[i/6][i/3%2][i%3] != x {
			t.Fatalf("pixel %d is %g, want %g", i, got.Values[i/6][i/3%2][i%3], x)
		}
	}
	if !reflect.DeepEqual(got.FreqHz, []float64{3e9, 2e9, 1e9}) || math.Abs(got.Centre[0]-180/math.Pi) > 1e-13 {
		t.Errorf("frequencies %v, centre %v", got.FreqHz, got.Centre)
	}
	for want, try := range map[string]func() error{
		"even spacing has it at": func() error { return data.WriteCube(path, cube, g, []float64{1e9, 2e9, 4e9}, h) },
		"18 pixels, 2 freq":      func() error { return data.WriteCube(path, cube, g, []float64{1e9, 2e9}, h) },
		"the same frequency":     func() error { return data.WriteCube(path, cube, g, []float64{1e9, 1e9, 1e9}, h) },
		"must be positive":       func() error { return data.WriteCube(path, cube, g, []float64{1e9, 0, -1e9}, h) },
		"pixel (2, 5) is NaN": func() error {
			return data.WriteCube(path, append(cube[:17:17], math.NaN()), g, []float64{1e9, 2e9, 3e9}, h)
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "data: write cube ") {
			t.Errorf("want %q, got error %v", want, err)
		}
	}
	if _, _, _, err := data.ReadImage(path); err == nil || !strings.Contains(err.Error(), "axis 3 has length 3, must be 1") {
		t.Errorf("reading a cube: error %v", err)
	}
}
