package main

import (
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// offCentre returns the visibilities of two unequal points, the brighter one 36 µas East and 24 µas North of the phase centre, and the
// image of them.
func offCentre(t *testing.T, g radio.Grid) (*radio.Visibilities, []float64, int) {
	t.Helper()
	stations, err := data.Array("eht2017")
	if err != nil {
		t.Fatal(err)
	}
	var mjd []float64
	for i := range 60 {
		mjd = append(mjd, 57854+float64(i)/150)
	}
	v, err := radio.Coverage(stations, radio.Source{Name: "twins", RARad: 3.276, DecRad: 0.2163}, mjd, 227e9, 0.17)
	if err != nil {
		t.Fatal(err)
	}
	v, _ = v.WithoutIntraSite()
	for k := range v.Weight {
		v.Weight[k] = 1e6
	}
	img := make([]float64, g.Len())
	bright := (g.NY/2+12)*g.NX + g.NX/2 - 18
	img[bright], img[(g.NY/2-5)*g.NX+g.NX/2+9] = 0.5, 0.1
	radio.NewDFT(g, v.U, v.V).Forward(v.Vis, img)
	return v, img, bright
}

// Every product comes back from its file with the source at its pixel, in Jy/beam and with the restoring beam, and astropy finds
// it at its place on the sky.
func TestProductsOnDisk(t *testing.T) {
	g := radio.Grid{NX: 72, NY: 65, CellRad: 2 * radio.Microarcsecond}
	v, img, bright := offCentre(t, g)
	p, err := measure.NewProducts(v, g, img, radio.Weighting{Scheme: radio.Briggs, Robust: 1})
	if err != nil {
		t.Fatal(err)
	}
	dir := &outDir{path: filepath.Join(t.TempDir(), "out"), names: productFiles()}
	pictures, err := saveProducts(dir, p, data.ImageHeader{Source: v.Source, FreqHz: 227e9}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writePictures(dir, pictures); err != nil {
		t.Fatal(err)
	}
	if err := dir.finish(); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]int{"dirty": bright, "restored": bright, "beam": g.NY/2*g.NX + g.NX/2, "residual": -1} {
		got, grid, head, err := data.ReadImage(filepath.Join(dir.path, name+".fits"))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(grid.CellRad/g.CellRad-1) > 1e-14 || head.Unit != "JY/BEAM" || math.Abs(head.Beam.MajRad/p.Restoring.MajRad-1) > 1e-14 {
			t.Errorf("%s.fits: grid %+v, unit %q, beam %v", name, grid, head.Unit, head.Beam)
		}
		if peak := slices.Index(got, slices.Max(got)); at >= 0 && peak != at {
			t.Errorf("%s.fits peaks at (%d, %d), want (%d, %d)", name, peak%g.NX, peak/g.NX, at%g.NX, at/g.NX)
		}
	}
	if testing.Short() {
		t.Skip("starts Python")
	}
	checkSky(t, filepath.Join(dir.path, "dirty.fits"), v.Source, g.L(bright%g.NX), g.M(bright/g.NX), p.Restoring)
}

// checkSky asks astropy for the position of the peak and for the beam.
func checkSky(t *testing.T, path string, src radio.Source, l, m float64, b radio.Beam) {
	t.Helper()
	const script = `
import json, sys, numpy as np
from astropy.io import fits
from astropy.wcs import WCS
with fits.open(sys.argv[1]) as f:
    h, d = f[0].header, f[0].data
    y, x = np.unravel_index(np.argmax(d), d.shape)
    ra, dec = WCS(h).wcs_pix2world([[x, y]], 0)[0]
print(json.dumps([ra - h["CRVAL1"], dec - h["CRVAL2"], h["BMAJ"], h["BMIN"], h["BPA"]]))`
	text, err := exec.Command(radiotest.Python(t, "astropy"), "-c", script, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	const degree = math.Pi / 180
	// A right ascension of 188 degrees resolves 3e-14 degrees; the offset is 1e-8.
	for i, want := range []float64{l / math.Cos(src.DecRad), m, b.MajRad, b.MinRad, b.PARad} {
		if math.Abs(got[i]*degree-want) > 1e-14+1e-12*math.Abs(want) {
			t.Errorf("astropy's number %d is %.12g rad, want %.12g", i+1, got[i]*degree, want)
		}
	}
}

// A field of 20 beams whose residual scatters by 0.1 of the peak hides what is faint; phases that were not fitted are no noise, and
// the weights promise 0.002 of the peak: three times that is the softening, and never less than a thousandth.
func TestSoftening(t *testing.T) {
	g := radio.Grid{NX: 100, NY: 1, CellRad: 1}
	p := &measure.Products{Grid: g, Restoring: radio.Beam{MajRad: 5, MinRad: 5}, Residual: make([]float64, 100), Restored: make([]float64, 100), NoiseJy: 0.004}
	p.Restored[0] = 2
	for i := range p.Residual {
		p.Residual[i] = 0.2
	}
	of := func(kind string) float64 {
		sets := []*dataset{{weight: 1, fit: &fit{spec: dataSpec{weights: map[string]float64{kind: 1}}}}}
		out := &outcome{job: &job{sets: sets}, products: p}
		return softening(p, out.noise())
	}
	if got := of("vis"); got != 0 {
		t.Errorf("visibilities: softening %g, want 0 (linear)", got)
	}
	if got := of("cphase"); math.Abs(got-0.006) > 1e-12 {
		t.Errorf("closure phases: softening %g, want 0.006", got)
	}
	p.NoiseJy = 0
	if got := of("cphase"); got != 1e-3 {
		t.Errorf("without noise: softening %g, want 0.001", got)
	}
	p.Restoring.MajRad = 10
	if got := of("cphase"); got != 0 {
		t.Errorf("10 beams: softening %g, want 0 (linear)", got)
	}
}
