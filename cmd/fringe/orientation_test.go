package main

import (
	"context"
	"encoding/json"
	"math"
	"math/cmplx"
	"os/exec"
	"path/filepath"
	"testing"

	"fringe/data"
	"fringe/radio"
	"fringe/radio/radiotest"
)

// A point source to the north-east of the phase centre, from visibilities of the defining formula through a UVFITS file and the
// whole program, lands there in image.fits, as astropy reads it.
func TestPointSourceToTheNorthEast(t *testing.T) {
	python := radiotest.Python(t, "astropy")
	const east, north, uas = 24.0, 16.0, radio.Microarcsecond
	dir := t.TempDir()
	file := filepath.Join(dir, "point.uvfits")
	if err := data.WriteUVFITS(file, pointSource(t, east*uas, north*uas)); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	root := rootCommand()
	root.SetArgs([]string{"image", file, "--data", "vis", "--prior", "l1=0.1", "--fov", "128uas", "--out", out})
	if err := root.ExecuteContext(context.Background()); err != nil {
		t.Fatal(err)
	}
	const script = `
import json, sys, numpy as np
from astropy.io import fits
from astropy.wcs import WCS
h = fits.open(sys.argv[1])[0]
y, x = np.unravel_index(np.argmax(h.data.squeeze()), h.data.squeeze().shape)
ra, dec = WCS(h.header).celestial.wcs_pix2world([[x, y]], 0)[0]
uas = 3.6e9
print(json.dumps([(ra - h.header["CRVAL1"]) * np.cos(np.radians(dec)) * uas, (dec - h.header["CRVAL2"]) * uas]))
`
	text, err := exec.Command(python, "-c", script, filepath.Join(out, "image.fits")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var offset [2]float64
	if err := json.Unmarshal(text, &offset); err != nil {
		t.Fatal(err)
	}
	const pixel = 2.0 // µas; the source is at the centre of a pixel
	if math.Abs(offset[0]-east) > pixel/2 || math.Abs(offset[1]-north) > pixel/2 {
		t.Errorf("astropy finds the brightest pixel %.1f µas east and %.1f µas north, want %g and %g", offset[0], offset[1], east, north)
	}
}

// pointSource returns visibilities of 1 Jy at (l, m) as the stations of the EHT would see them, practically without noise.
func pointSource(t *testing.T, l, m float64) *radio.Visibilities {
	t.Helper()
	c := data.ObservationConfig{MinStations: 8, RAHours: data.Range{12.5, 12.5}, DecDeg: data.Range{12.4, 12.4}}
	obs, err := c.Draw(data.Rng(1, data.Validation, data.ObservationStream, 0))
	if err != nil {
		t.Fatal(err)
	}
	v := obs.Vis
	for k := range v.Vis {
		v.Vis[k] = cmplx.Exp(complex(0, -2*math.Pi*(v.U[k]*l+v.V[k]*m)))
		v.Weight[k] = 1e4
	}
	return v
}
