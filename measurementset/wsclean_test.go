//go:build casacore

package measurementset_test

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

// WSClean's dirty images and beams with natural weighting. It weighs Stokes I otherwise than by the errors of both hands where they
// differ, so I is compared after all hands got one weight. Its w-term changes less than 1e-3 in these fields.
func TestWSClean(t *testing.T) {
	program, err := exec.LookPath("wsclean")
	if err != nil {
		t.Skip("wsclean is missing (make deps-casacore)")
	}
	const npix = 128
	_, vlba := mojave(t)
	equal := vla(t)
	check(t, "equal", equal)
	equalVLBA := filepath.Join(t.TempDir(), "equal.ms")
	run(t, "cp", "-r", vlba, equalVLBA)
	check(t, "equal", equalVLBA)
	point := made(t)
	check(t, "spread", point) // WSClean does not look at FLAG_ROW
	for _, c := range []struct {
		name, path string
		options    data.ReadOptions
		args       []string
		tolerance  float64 // as a fraction of the peak
	}{
		{"point", point, data.ReadOptions{Source: "first", SpectralWindow: "low", Stokes: "RR", Column: "DATA"}, []string{"-pol", "RR", "-field", "0", "-spws", "0"}, 1e-3},
		{"vla RR", vla(t), data.ReadOptions{Stokes: "RR"}, []string{"-pol", "RR"}, 1e-3},
		{"vla I", equal, data.ReadOptions{}, []string{"-pol", "I"}, 1e-3},
		{"vlba LL", vlba, data.ReadOptions{Stokes: "LL"}, []string{"-pol", "LL"}, 1e-3},
		{"vlba I", equalVLBA, data.ReadOptions{}, []string{"-pol", "I"}, 1e-3},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := read(t, c.path, c.options).Unflagged()
			g := radio.Grid{NX: npix, NY: npix, CellRad: 1 / v.UVMax() / 4}
			ours, err := measure.NewProducts(v, g, nil, radio.Weighting{Scheme: radio.Natural})
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "ws")
			args := []string{"-quiet", "-j", "1", "-reorder", "-weight", "natural", "-size", strconv.Itoa(npix), strconv.Itoa(npix), "-scale",
				fmt.Sprintf("%.15gasec", g.CellRad/radio.Arcsecond), "-niter", "0", "-make-psf", "-use-wgridder", "-wgridder-accuracy", "1e-6",
				"-no-small-inversion", "-padding", "2", "-no-update-model-required", "-data-column", "DATA", "-name", out}
			run(t, program, append(append(args, c.args...), c.path)...)
			for _, image := range []struct {
				file string
				ours []float64
			}{{"dirty", ours.Dirty}, {"psf", ours.Beam}} {
				theirs, _, header, err := data.ReadImage(out + "-" + image.file + ".fits")
				if err != nil {
					t.Fatal(err)
				}
				peak, at := peakOf(theirs)
				_, ourAt := peakOf(image.ours)
				worst := 0.0
				for i := range theirs {
					worst = math.Max(worst, math.Abs(theirs[i]-image.ours[i])/peak)
				}
				t.Logf("%s: peak %.6g at pixel (%d, %d), largest difference %.2g of it", image.file, peak, at%npix, at/npix, worst)
				if worst > c.tolerance || at != ourAt {
					t.Errorf("%s: differs by %.3g of the peak, which is at pixel %d, ours at %d", image.file, worst, at, ourAt)
				}
				if d := math.Abs(math.Remainder(header.Source.RARad-v.Source.RARad, 2*math.Pi)) + math.Abs(header.Source.DecRad-v.Source.DecRad); d > 1e-9 {
					t.Errorf("%s: phase centre differs by %g rad", image.file, d)
				}
			}
		})
	}
}

// peakOf returns the largest value and where it is.
func peakOf(img []float64) (peak float64, at int) {
	for i, x := range img {
		if x > peak {
			peak, at = x, i
		}
	}
	return peak, at
}
