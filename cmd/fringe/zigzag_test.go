package main

import (
	"math"
	"strings"
	"testing"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/radio"
)

// drawn is an image on 20 × 16 pixels.
func drawn(pixel func(x, y int) float64) (radio.Grid, []float64) {
	g := radio.Grid{NX: 20, NY: 16, CellRad: 1}
	image := make([]float64, g.Len())
	for i := range image {
		image[i] = pixel(i%g.NX, i/g.NX)
	}
	return g, image
}

// gauss is a round Gaussian with a standard deviation of three pixels, off centre.
func gauss(x, y int) float64 {
	dx, dy := float64(x)-9.3, float64(y)-7.6
	return math.Exp(-(dx*dx + dy*dy) / 18)
}

// one is 1 where a condition holds.
func one(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// Stripes of one pixel across 20 columns vary in rows only: 19 differences, of which the first and the last have a neighbour on one side only.
func TestZigzagShare(t *testing.T) {
	for name, c := range map[string]struct {
		pixel func(x, y int) float64
		want  float64
	}{
		"black":             {func(x, y int) float64 { return 0 }, 0},
		"flat":              {func(x, y int) float64 { return 2 }, 0},
		"ramp":              {func(x, y int) float64 { return float64(x + 2*y) }, 0},
		"Gaussian":          {gauss, 0},
		"single pixel":      {func(x, y int) float64 { return one(x == 7 && y == 5) }, 0},
		"edge":              {func(x, y int) float64 { return one(x > 8) }, 0},
		"stripes":           {func(x, y int) float64 { return float64(x % 2) }, 17. / 19},
		"rows":              {func(x, y int) float64 { return float64(y % 2) }, 13. / 15},
		"stripes of two":    {func(x, y int) float64 { return float64(x / 2 % 2) }, 0},
		"two bright pixels": {func(x, y int) float64 { return one(y == 5 && (x == 7 || x == 9)) }, 2. / 8}, // four differences along the row, four along the columns
	} {
		g, image := drawn(c.pixel)
		if got := zigzagShare(g, image); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

// still is a denoiser that does nothing.
type still struct{ models.Network }

func (still) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (*torch.Tensor, error) {
	return x, nil
}

// A comb along a source of a fifth of its brightness is a warning that names what to try next; the smooth source is none, nor is a comb that regularizers draw.
func TestZigzagWarning(t *testing.T) {
	combed := func(x, y int) float64 { return gauss(x, y) * (1 + 0.2*float64(1-2*(x%2))) }
	for _, c := range []struct {
		name, method string
		pixel        func(x, y int) float64
		prior        *prior
		want         string
	}{
		{"smooth", "pnp", gauss, &prior{denoiser: still{}}, ""},
		{"combed", "pnp", combed, &prior{denoiser: still{}}, "try --method red, or a denoiser that is firmly nonexpansive"},
		{"combed by red", "red", combed, &prior{denoiser: still{}}, "try a denoiser that is firmly nonexpansive"},
		{"regularizers", "pnp", combed, &prior{}, ""},
	} {
		g, image := drawn(c.pixel)
		j := &job{prior: c.prior, grid: g}
		j.options.method = c.method
		got := (&outcome{job: j, result: &infer.Result{Image: image}}).zigzagWarning()
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// With a learned prior the remedy of a poor fit names its strength.
func TestRemedyNamesStrength(t *testing.T) {
	for _, c := range []struct {
		prior *prior
		want  bool
	}{{&prior{}, false}, {&prior{denoiser: still{}}, true}} {
		for _, kind := range []string{"amp", "cphase"} {
			if got := remedy(&job{prior: c.prior}, infer.Converged, kind); strings.Contains(got, "--strength") != c.want {
				t.Errorf("%s: remedy %q, names --strength: want %v", kind, got, c.want)
			}
		}
	}
}
