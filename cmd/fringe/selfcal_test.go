package main

import (
	"errors"
	"io"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/calibrate"
	"fringe/data"
	"fringe/radio"
)

// gainsOf are those of four simulated stations.
func gainsOf() []complex128 {
	return []complex128{1, cmplx.Rect(1.3, 2), cmplx.Rect(0.8, -3), cmplx.Rect(1.1, 1)}
}

// writeSimulation writes a UVFITS file of four stations with gains that look at a point of 1 Jy beside the phase centre, and the
// image of that point. change may alter either before.
func writeSimulation(t *testing.T, change func(v *radio.Visibilities, img []float64, h *data.ImageHeader)) (o selfcalOptions) {
	t.Helper()
	grid := radio.Grid{NX: 16, NY: 16, CellRad: 5 * radio.Microarcsecond}
	img := make([]float64, grid.Len())
	img[9*grid.NX+6] = 1
	v := &radio.Visibilities{RefMJD: 57854, Source: radio.Source{Name: "SIM", RARad: 1, DecRad: 0.2}}
	east, north := []float64{0, 3e9, 1e9, -2e9}, []float64{0, 1e9, 4e9, 2e9}
	for a := range east {
		v.Stations = append(v.Stations, radio.Station{Name: string(rune('A' + a)), XYZ: [3]float64{6.4e6, 1e3 * east[a] / 1e6, 1e3 * north[a] / 1e6}})
		for b := range a {
			v.U, v.V = append(v.U, east[a]-east[b]), append(v.V, north[a]-north[b])
			v.Vis, v.Weight, v.Ant1, v.Ant2 = append(v.Vis, 0), append(v.Weight, 1e4), append(v.Ant1, b), append(v.Ant2, a)
			v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 3600), append(v.IntSec, 10), append(v.FreqHz, 230e9)
		}
	}
	radio.NewDFT(grid, v.U, v.V).Forward(v.Vis, img)
	for k := range v.Vis {
		v.Vis[k] *= gainsOf()[v.Ant1[k]] * cmplx.Conj(gainsOf()[v.Ant2[k]])
	}
	header := data.ImageHeader{Source: v.Source}
	if change != nil {
		change(v, img, &header)
	}
	dir := t.TempDir()
	o = selfcalOptions{path: filepath.Join(dir, "obs.uvfits"), model: filepath.Join(dir, "model.fits"), out: filepath.Join(dir, "out"),
		modes: "phase,both", intervals: "scan", intraSite: true}
	if err := data.WriteUVFITS(o.path, v); err != nil {
		t.Fatal(err)
	}
	if err := data.WriteImage(o.model, img, grid, header); err != nil {
		t.Fatal(err)
	}
	return o
}

// From file to file: the gains of the simulation come out, and the calibrated data are those of the model.
func TestSelfcal(t *testing.T) {
	o := writeSimulation(t, nil)
	var table strings.Builder
	if err := o.run(&table, io.Discard); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(o.out, "gains.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	gains, err := calibrate.ReadCSV(f)
	if err != nil {
		t.Fatal(err)
	}
	turn := gains[0].Value() / gainsOf()[0]
	for a, want := range gainsOf() {
		// Data and weights are float32 in the file.
		if got := gains[a].Value() / turn; cmplx.Abs(got-want) > 1e-6 {
			t.Errorf("gain %d is %g, want %g", a, got, want)
		}
	}
	v, err := data.ReadUVFITS(filepath.Join(o.out, "calibrated.uvfits"))
	if err != nil {
		t.Fatal(err)
	}
	for k, vis := range v.Vis {
		g := cmplx.Abs(gainsOf()[v.Ant1[k]] * gainsOf()[v.Ant2[k]])
		if math.Abs(cmplx.Abs(vis)-1) > 1e-5 || math.Abs(v.Weight[k]/(1e4*g*g)-1) > 1e-5 {
			t.Errorf("visibility %d is %g with weight %g, want an amplitude of 1 Jy and %g", k, vis, v.Weight[k], 1e4*g*g)
		}
	}
	if !strings.Contains(table.String(), "B      1        0             1.300") {
		t.Errorf("the table has no gain of 1.3 for B:\n%s", table.String())
	}
}

func TestSelfcalRefuses(t *testing.T) {
	type change = func(v *radio.Visibilities, img []float64, h *data.ImageHeader)
	for name, c := range map[string]struct {
		change     change
		options    func(o *selfcalOptions)
		want, hint string
	}{
		"no model":   {nil, func(o *selfcalOptions) { o.model = "" }, "no model to calibrate against", "--model"},
		"no folder":  {nil, func(o *selfcalOptions) { o.out = "" }, "no folder for the results", "--out DIR"},
		"mode":       {nil, func(o *selfcalOptions) { o.modes = "phases" }, `unknown mode "phases": known are phase, amplitude, both`, "phase,both"},
		"interval":   {nil, func(o *selfcalOptions) { o.intervals = "10" }, `--interval "10" is no time`, "10s"},
		"intervals":  {nil, func(o *selfcalOptions) { o.intervals = "1s,2s,3s" }, "has 3 times, --mode phase,both 2 steps", "one time for all"},
		"limit":      {nil, func(o *selfcalOptions) { o.config.MaxAmplitudeChange = 0.1 }, "MaxAmplitudeChange is 0.1", "--help"},
		"station":    {nil, func(o *selfcalOptions) { o.config.Reference = "AA" }, `no reference station "AA", use any of A, B, C, D`, ""},
		"baselines":  {nil, func(o *selfcalOptions) { o.config.MinBaselines = 4 }, "too few baselines", "--min-baselines"},
		"systematic": {nil, func(o *selfcalOptions) { o.sys = 1 }, "--sys is 1, must be a fraction", ""},
		"sky area": {func(_ *radio.Visibilities, _ []float64, h *data.ImageHeader) { h.Source.DecRad += 1e-3 }, nil,
			"is of another part of the sky", "give an image of SIM"},
		"unit":  {func(_ *radio.Visibilities, _ []float64, h *data.ImageHeader) { h.Unit = "JY/BEAM" }, nil, "is in JY/BEAM", "no model of the sky"},
		"empty": {func(_ *radio.Visibilities, img []float64, _ *data.ImageHeader) { clear(img) }, nil, "has a flux of 0 Jy", "flux in it"},
		"other flux": {func(_ *radio.Visibilities, img []float64, _ *data.ImageHeader) {
			for i := range img {
				img[i] *= 0.1
			}
		}, nil, "times those of the model, which amplitude gains would swallow", "--normalize"},
		"all flagged": {func(v *radio.Visibilities, _ []float64, _ *data.ImageHeader) { clear(v.Weight) }, nil,
			"none of its 6 visibilities has a valid weight", "weight"},
		"no file": {nil, func(o *selfcalOptions) { o.path = "none.uvfits" }, "no such file", "name of the file"},
	} {
		t.Run(name, func(t *testing.T) {
			o := writeSimulation(t, c.change)
			if c.options != nil {
				c.options(&o)
			}
			err := o.run(io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			var h *hintError
			if c.hint != "" && (!errors.As(err, &h) || !strings.Contains(h.hint, c.hint)) {
				t.Errorf("hint of %v lacks %q", err, c.hint)
			}
			if entries, _ := os.ReadDir(o.out); len(entries) > 0 {
				t.Errorf("a refused run left %v", entries)
			}
		})
	}
}

// An image of ten times the flux is fine where amplitudes are left alone, or normalized.
func TestSelfcalKeepsTheFluxScale(t *testing.T) {
	for _, modes := range []string{"phase", "both"} {
		o := writeSimulation(t, func(_ *radio.Visibilities, img []float64, _ *data.ImageHeader) {
			for i := range img {
				img[i] *= 10
			}
		})
		o.modes, o.config.Normalize = modes, modes == "both"
		if err := o.run(io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
}
