package main

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/infer"
	"fringe/radio"
)

// twoSets prepares a job of the bundled observation beside itself, changed.
func twoSets(t *testing.T, o imageOptions, change func(second *observation)) *job {
	t.Helper()
	o.paths = []string{o.paths[0], o.paths[0]}
	sets, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	change(sets[1])
	j, err := o.prepare(sets)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.close)
	return j
}

func measured(t *testing.T, j *job, image []float64) *outcome {
	t.Helper()
	out := &outcome{options: j.options, job: j, result: &infer.Result{Image: image}}
	if err := out.measure(); err != nil {
		t.Fatal(err)
	}
	if out.products == nil {
		t.Fatalf("no products: %v", out.troubles)
	}
	return out
}

// A file of weight 0 is compared and nothing else: neither the dirty, residual and restored images, nor the first image, nor the flux see it.
func TestWeightZeroIsComparedOnly(t *testing.T) {
	o := quick(t, "entropy")
	o.start, o.flux = "dirty", flux("")
	obs, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	alone, err := o.prepare(obs)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.close()
	o.setWeights = "1,0"
	j := twoSets(t, o, func(second *observation) {
		for k := range second.vis.Vis {
			second.vis.Vis[k] *= 3
		}
	})
	if j.fluxJy != alone.fluxJy || !slices.Equal(j.problem.Start, alone.problem.Start) {
		t.Errorf("flux %g Jy, want %g; or another first image", j.fluxJy, alone.fluxJy)
	}
	got, want := measured(t, j, alone.problem.Start), measured(t, alone, alone.problem.Start)
	if !slices.Equal(got.products.Dirty, want.products.Dirty) || !slices.Equal(got.products.Residual, want.products.Residual) ||
		!slices.Equal(got.products.Restored, want.products.Restored) {
		t.Error("the images of Jy/beam differ from those of the fitted file alone")
	}
	if got.report.Visibilities != 2*want.report.Visibilities {
		t.Errorf("%d visibilities compared, want twice %d", got.report.Visibilities, want.report.Visibilities)
	}
}

// Files of two frequencies see the sky through two primary beams: an image that explains both leaves nothing.
func TestResidualsBehindTwoBeams(t *testing.T) {
	o := quick(t, "entropy")
	o.data, o.beam = "vis", "airy:4500000m"
	j := twoSets(t, o, func(second *observation) {
		v := second.vis
		for k := range v.FreqHz {
			v.FreqHz[k], v.U[k], v.V[k] = v.FreqHz[k]/1.5, v.U[k]/1.5, v.V[k]/1.5
		}
	})
	sky := j.problem.Start
	for _, s := range j.sets {
		copy(s.obs.vis.Vis, s.fit.predict(sky))
	}
	p := measured(t, j, sky).products
	largest := 0.0
	for _, r := range p.Residual {
		largest = math.Max(largest, math.Abs(r))
	}
	// The errors of two NUFFTs of 1e-12 and 1e-9 of the flux; with one beam for both it was 5 % of the peak.
	if peak := slices.Max(p.Dirty); largest > 1e-7*peak {
		t.Errorf("residual of %g of the peak", largest/peak)
	}
}

// One primary beam for a wide band is a warning: 2 ln 2·(f − f₀)/f₀ at half power.
func TestWideBandBehindOneBeam(t *testing.T) {
	one := func(f ...float64) *fit {
		return &fit{spec: dataSpec{beam: []float64{1}}, vis: &radio.Visibilities{FreqHz: f, Vis: make([]complex128, len(f))}}
	}
	if w := one(1e9, 2e9).beamWarning(); !strings.Contains(w, "from 1 to 2 GHz") || !strings.Contains(w, "46 %") { // 2 ln 2/3
		t.Errorf("an octave: %q", w)
	}
	if w := one(0.97e9, 1.03e9).beamWarning(); w != "" { // 4.2 %
		t.Errorf("a narrow band: %q", w)
	}
	wide := one(1e9, 2e9)
	wide.spec.beam = nil
	if w := wide.beamWarning(); w != "" {
		t.Errorf("no beam: %q", w)
	}
}

// Gains are fitted with the systematic error of the image: that of the training of an unrolled network, unless one is given.
func TestGainsWithTheErrorsOfTheImage(t *testing.T) {
	if testing.Short() {
		t.Skip("makes four images")
	}
	dir := unrolledCheckpoint(t)
	var chi2 []float64
	for _, given := range []bool{false, true} {
		o := quick(t, dir)
		o.selfcal, o.sysGiven = "phase", given
		if given {
			o.sys = 0.02
		}
		out, err := o.run(context.Background(), &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		chi2 = append(chi2, out.report.SelfCalibration[0].Steps[0].Before.Chi2)
	}
	if chi2[0] != chi2[1] {
		t.Errorf("chi2 of the gains %g with the training's error, %g when it is given", chi2[0], chi2[1])
	}
}

// Images of another source, and first images that were blurred, are refused; a small offset is told.
func TestImagesOfAnotherSource(t *testing.T) {
	o := quick(t, "entropy")
	obs, err := o.observations()
	if err != nil {
		t.Fatal(err)
	}
	g := radio.Grid{NX: 16, NY: 16, CellRad: 8 * radio.Microarcsecond}
	img := make([]float64, g.Len())
	img[g.Len()/2+8] = 1
	path := t.TempDir() + "/image.fits"
	for _, c := range []struct {
		unit  string
		awayD float64
		want  map[string]string // by flag; "" where it is fine
	}{
		{"", 0, map[string]string{"start": "", "mask": "", "primary-beam": ""}},
		{"", 12 * radio.Microarcsecond, map[string]string{"start": "1.5 pixels", "mask": "1.5 pixels", "primary-beam": "1.5 pixels"}},
		{"JY/BEAM", 0, map[string]string{"start": "is in JY/BEAM", "mask": "", "primary-beam": ""}},
		{"", 1e-3, map[string]string{"start": "another part", "mask": "another part", "primary-beam": "another part"}},
	} {
		source := obs[0].vis.Source
		source.DecRad += c.awayD
		if err := data.WriteImage(path, img, g, data.ImageHeader{Unit: c.unit, Source: source}); err != nil {
			t.Fatal(err)
		}
		for flag, want := range c.want {
			var told []string
			o := o
			switch flag {
			case "start":
				o.start = path
			case "mask":
				o.mask = path
			default:
				o.beam = path
			}
			sets, err := o.observations()
			if err != nil {
				t.Fatal(err)
			}
			j, err := o.prepare(sets)
			if err == nil {
				told = sets[0].notes
				j.close()
			} else {
				told = []string{err.Error()}
			}
			if all := strings.Join(told, "\n"); !strings.Contains(all, want) || want == "" && (err != nil || strings.Contains(all, "taken to be there")) {
				t.Errorf("--%s of unit %q, %g rad away: told %q, want %q", flag, c.unit, c.awayD, all, want)
			}
		}
	}
}
