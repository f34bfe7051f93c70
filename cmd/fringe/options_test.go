package main

import (
	"errors"
	"math"
	"strings"
	"testing"

	"fringe/radio"
)

// Flags are checked before anything is read.
func TestOptionsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *imageOptions)
		want   string
	}{
		{"no folder", func(o *imageOptions) { o.out = "" }, "no folder for the results"},
		{"few pixels", func(o *imageOptions) { o.npix = 1 }, "--npix is 1, must be between 8 and 4096"},
		{"systematic error", func(o *imageOptions) { o.sys = 2 }, "--sys is 2, must be a fraction"},
		{"gain error", func(o *imageOptions) { o.gains = math.NaN() }, "--gain-error is NaN"},
		{"closures", func(o *imageOptions) { o.closureSNR = math.NaN() }, "--closure-snr is NaN, must not be negative"},
		{"strength", func(o *imageOptions) { o.strength = -1 }, "--strength is -1, must be positive"},
		{"iterations", func(o *imageOptions) { o.maxIter = -1 }, "--max-iter is -1"},
		{"method", func(o *imageOptions) { o.method = "magic" }, "known are pnp, red"},
		{"data", func(o *imageOptions) { o.data = "closures" }, `unknown kind of data "closures": known are vis, amp, cphase, logcamp, wcphase, wlogcamp, bispectrum`},
		{"data twice", func(o *imageOptions) { o.data = "amp,amp" }, "amp is listed twice"},
		{"closures twice", func(o *imageOptions) { o.data = "wcphase,cphase" }, "wcphase are the same data as cphase"},
		{"data weight", func(o *imageOptions) { o.data = "amp=-1" }, `the weight of amp is "-1"`},
		{"start", func(o *imageOptions) { o.start = "ring:40uas" }, `unknown shape "ring": known are flat, gauss, disc, dirty and FITS images`},
		{"start unit", func(o *imageOptions) { o.start = "disc:40" }, `--start: "40" has no known unit`},
		{"flat size", func(o *imageOptions) { o.start = "flat:40uas" }, "a flat image has no size"},
		{"negative entropy", func(o *imageOptions) { o.mapping = "signed" }, "--map signed does not go with --prior entropy=1,tsv=1: entropy has no value"},
		{"nothing to fit", func(o *imageOptions) { o.paths, o.setWeights = []string{"a", "b"}, "0,0" }, "--dataset-weights 0,0 leaves no file to fit"},
		{"regularizer", func(o *imageOptions) { o.prior = "tv=1,smooth" }, `unknown regularizer "smooth": known are`},
		{"checkpoint", func(o *imageOptions) { o.prior = "checkpoints/nothing" }, "there is no such checkpoint folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := defaultOptions()
			o.out = "out"
			if err := o.validate(); err != nil {
				t.Fatalf("the defaults are refused: %v", err)
			}
			c.change(&o)
			if err := o.validate(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		text string
		q    quantity
		want float64
	}{
		{"128uas", angle(""), 128 * radio.Microarcsecond}, {"2.5µas", angle(""), 2.5 * radio.Microarcsecond},
		{"10mas", angle(""), 10 * radio.Milliarcsecond}, {"3arcsec", angle(""), 3 * radio.Arcsecond},
		{"1arcmin", angle(""), 60 * radio.Arcsecond}, {"1deg", angle(""), math.Pi / 180}, {"1e2uas", angle(""), 100 * radio.Microarcsecond},
		{"0.1Gl", length(""), 1e8}, {"200Ml", length(""), 2e8}, {"3kl", length(""), 3e3},
	} {
		// One multiplication apart.
		if err := c.q.Set(c.text); err != nil || math.Abs(c.q.value/c.want-1) > 1e-15 {
			t.Errorf("%s: %g, %v; want %g", c.text, c.q.value, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"128": "has no known unit", "": "has no known unit", "-3mas": "want a positive number", "0uas": "want a positive number",
		"NaNuas": "want a positive number", "Infmas": "want a positive number",
		"uas": "want a positive number", "1 uas": "want a positive number",
		"5Gl": "has no known unit",
	} {
		q := angle("7mas")
		if err := q.Set(text); err == nil || !strings.Contains(err.Error(), want) || q.String() != "7mas" {
			t.Errorf("%q: error %v, value %s; want %q and the value unchanged", text, err, q.String(), want)
		}
	}
}

func TestHint(t *testing.T) {
	cause := errors.New("cause")
	err := withHint(cause, "do %d things", 2)
	var b strings.Builder
	report(&b, err)
	if want := "fringe: cause\nhint: do 2 things\n"; b.String() != want || !errors.Is(err, cause) {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if withHint(nil, "x") != nil {
		t.Error("a hint made an error of none")
	}
}

func TestEdgeFraction(t *testing.T) {
	g := radio.Grid{NX: 10, NY: 9, CellRad: 1}
	img := make([]float64, g.Len())
	img[4*10+4], img[2*10+5] = 3, 1 // inside, and in the third row
	if got := edgeFraction(g, img); got != 0.25 {
		t.Errorf("edge fraction %g, want 0.25", got)
	}
	if got := edgeFraction(g, make([]float64, g.Len())); got != 0 {
		t.Errorf("edge fraction of a black image %g, want 0", got)
	}
}

func TestPixelsOfATrainingSuitAResolution(t *testing.T) {
	const uas = radio.Microarcsecond
	for resolution, want := range map[float64]bool{25: true, 888: false, 3: false} {
		if got := suits(2*uas, 64, resolution*uas); got != want {
			t.Errorf("2 µas pixels, 64 of them, for a resolution of %g µas: %v, want %v", resolution, got, want)
		}
	}
}
