package main

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/infer"
	"fringe/radio"
)

// spectralLine writes visibilities at four frequencies of a source that sits at one place in the lower two and at another in the upper two,
// and returns the file and the pixels.
func spectralLine(t *testing.T, g radio.Grid) (path string, low, high int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 0))
	low, high = 20*g.NX+12, 12*g.NX+19
	v := &radio.Visibilities{}
	for c := range 4 {
		first := v.Len()
		for range 300 {
			u, w := 5e4*rng.NormFloat64(), 5e4*rng.NormFloat64()
			v.U, v.V, v.Weight = append(v.U, u), append(v.V, w), append(v.Weight, 1e4)
			v.Ant1, v.Ant2 = append(v.Ant1, radio.NoStation), append(v.Ant2, radio.NoStation)
			v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 0), append(v.FreqHz, 1e11+float64(c)*1e9)
			v.Vis = append(v.Vis, complex(0.01*rng.NormFloat64(), 0.01*rng.NormFloat64()))
		}
		img := make([]float64, g.Len())
		img[[]int{low, low, high, high}[c]] = 1
		model := make([]complex128, 300)
		radio.NewDFT(g, v.U[first:], v.V[first:]).Forward(model, img)
		for k, m := range model {
			v.Vis[first+k] += m
		}
	}
	path = filepath.Join(t.TempDir(), "line.npz")
	if err := data.WriteNPZ(path, v); err != nil {
		t.Fatal(err)
	}
	return path, low, high
}

// A cube of two channels has the source where each of them sees it, and comes back from FITS with its frequencies.
func TestCube(t *testing.T) {
	const cell = 0.5 * radio.Arcsecond
	g := radio.Grid{NX: 32, NY: 32, CellRad: cell}
	path, low, high := spectralLine(t, g)
	o := defaultOptions()
	o.paths, o.out, o.npix, o.prior, o.cube = []string{path}, filepath.Join(t.TempDir(), "out"), 32, "entropy=0.1,tv_channel=0.01", 2
	o.fov, o.flux, o.maxIter, o.sys = angle("16arcsec"), flux("1"), 60, 0
	out, err := o.run(context.Background(), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range []int{low, high} {
		plane := out.result.Image[c*g.Len() : (c+1)*g.Len()]
		if peak := slices.Index(plane, slices.Max(plane)); peak != want {
			t.Errorf("channel %d peaks at pixel %d, want %d", c, peak, want)
		}
		if got, want := out.job.freqHz[c], 1.005e11+float64(c)*2e9; got != want {
			t.Errorf("channel %d is at %g Hz, want %g", c, got, want)
		}
		// 1200 data of errors that are right, fitted by a few pixels: 1 ± 0.04, a little less by the fit.
		if chi2 := out.report.ReducedChi2[numbered("vis", c)]; chi2 < 0.8 || chi2 > 1.2 {
			t.Errorf("channel %d has a reduced chi2 of %g, want near 1", c, chi2)
		}
	}
	text := files(t, o.out)["image.fits"]
	for _, card := range []string{"NAXIS3  =                    2", "CTYPE3  = 'FREQ"} {
		if !strings.Contains(text, card) {
			t.Errorf("image.fits lacks %q", card)
		}
	}
}

// The term of a plane has its gradient there and nowhere else.
func TestPlaneTermGradient(t *testing.T) {
	o := quick(t, "entropy")
	o.data = "vis"
	obs, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	j, err := o.prepare(obs)
	if err != nil {
		t.Fatal(err)
	}
	defer j.close()
	n := j.grid.Len()
	var term infer.Term = planeTerm{j.sets[0].fit, n, n}
	x := slices.Repeat(j.problem.Start, 2)
	grad := slices.Repeat([]float64{math.NaN()}, 2*n)
	if _, err := term.ValueGrad(grad, x); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if grad[i] != 0 {
			t.Fatalf("the gradient outside the plane is %g", grad[i])
		}
	}
	want := make([]float64, n)
	if _, err := j.sets[0].fit.ValueGrad(want, j.problem.Start); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(grad[n:], want) {
		t.Error("the gradient inside the plane is not the term's")
	}
}

func TestCubeRefused(t *testing.T) {
	path, _, _ := spectralLine(t, radio.Grid{NX: 32, NY: 32, CellRad: radio.Arcsecond})
	for want, change := range map[string]func(o *imageOptions){
		"--cube 3 does not divide the 4 frequencies":  func(o *imageOptions) { o.cube = 3 },
		"--cube is for one file":                      func(o *imageOptions) { o.paths = []string{path, path} },
		"--cube goes with neither --selfcal nor --cv": func(o *imageOptions) { o.cv = true },
		"--cube is 100, must be at most":              func(o *imageOptions) { o.cube = 100 },
		"tv_channel compares channels":                func(o *imageOptions) { o.cube, o.prior = 0, "tv_channel" },
		"does not say which stations it is from":      func(o *imageOptions) { o.data = "cphase" },
	} {
		o := defaultOptions()
		o.paths, o.out, o.cube, o.fov, o.npix, o.maxIter = []string{path}, filepath.Join(t.TempDir(), "out"), 2, angle("16arcsec"), 32, 1
		change(&o)
		if _, err := o.run(context.Background(), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
