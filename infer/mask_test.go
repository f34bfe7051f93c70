package infer_test

import (
	"context"
	"testing"

	"fringe/infer"
	"fringe/radio"
)

func TestMasks(t *testing.T) {
	g := radio.Grid{NX: 40, NY: 33, CellRad: radio.Microarcsecond}
	mask, err := infer.MaskDisc(g, 21*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for i, in := range mask {
		if in {
			inside++
		}
		if x, y := i%g.NX-20, i/g.NX-16; in != (4*(x*x+y*y) <= 21*21) {
			t.Fatalf("pixel (%d, %d) from the centre: %v", x, y, in)
		}
	}
	if inside < 330 || inside > 360 { // π·10.5² is 346; the limb is one pixel wide
		t.Errorf("the disc has %d pixels", inside)
	}
}

// Pixels outside the mask are exactly 0 in every imager that takes a problem, and a cube passes through the denoisers plane by plane.
func TestMaskIsKeptByEveryImager(t *testing.T) {
	g := grid()
	mask, err := infer.MaskDisc(g, 5*g.CellRad)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := blurredSky(g, 0.1)
	p := problem(t, stacked{a, a})
	p.Channels, p.Mask, p.Start = 2, mask, append(p.Start, p.Start...)
	denoiser := matrixDenoiser{neighbours(g)}
	for name, run := range map[string]func() (*infer.Result, error){
		"rml": func() (*infer.Result, error) {
			return infer.RML(context.Background(), p, infer.RMLConfig{Rounds: 2, BlurFWHMRad: g.CellRad})
		},
		"pnp": func() (*infer.Result, error) {
			return infer.PnP(context.Background(), p, denoiser, infer.PnPConfig{})
		},
		"red": func() (*infer.Result, error) {
			return infer.RED(context.Background(), p, denoiser, infer.REDConfig{})
		},
	} {
		r, err := run()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, v := range r.Image {
			if in := mask[i%g.Len()]; in != (v > 0) {
				t.Fatalf("%s: pixel %d is %g, in the mask: %v", name, i, v, in)
			}
		}
		// The channels are alike and have nothing to do with each other; the line search and the momentum that they share keep them so.
		if d := relative(r.Image[:g.Len()], r.Image[g.Len():]); d > 1e-9 {
			t.Errorf("%s: two channels of the same data differ by %g", name, d)
		}
	}
}
