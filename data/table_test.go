package data_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

func TestReadTable(t *testing.T) {
	v := readText(t, "uvtable_klambda.txt", data.ReadOptions{})
	if v.Len() != 3 || v.U[0] != 1500 || v.V[0] != -2500 || v.Vis[0] != complex(0.25, 0.125) || v.Weight[0] != 400 || v.FreqHz[0] != 340e9 {
		t.Errorf("%d visibilities, first %v at (%g, %g), weight %g, %g Hz", v.Len(), v.Vis[0], v.U[0], v.V[0], v.Weight[0], v.FreqHz[0])
	}
	if v.Unflagged().Len() != 1 || v.HasStations() {
		t.Errorf("%d unflagged, want 1: NaN and a negative weight are flags", v.Unflagged().Len())
	}
}

// The table that comes with galario is in metres, and says so; its frequency must be given.
func TestReadGalarioTable(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "alma", "galario_uvtable.txt")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no galario table: %v", err)
	}
	_, err := data.ReadVisibilities(path, data.ReadOptions{})
	var missing *data.OptionError
	if !errors.As(err, &missing) || missing.Option != "FreqHz" {
		t.Errorf("without a frequency: error %v", err)
	}
	const freqHz = 2 * radio.SpeedOfLight // u in wavelengths is twice that in metres
	v, err := data.ReadVisibilities(path, data.ReadOptions{FreqHz: freqHz})
	if err != nil {
		t.Fatal(err)
	}
	if v.Len() != 13923 || v.U[0] != 2*-155.90 || v.V[0] != 2*234.35 || v.Vis[0] != complex(1.8103e-02, 1.3799e-01) || v.Weight[0] != 200.06 {
		t.Errorf("%d visibilities, first %v at (%g, %g), weight %g", v.Len(), v.Vis[0], v.U[0], v.V[0], v.Weight[0])
	}
}

func TestTableHeaders(t *testing.T) {
	const c = radio.SpeedOfLight
	for header, want := range map[string]struct {
		o    data.ReadOptions
		u    float64
		fail string
	}{
		"# u [m], v [m]": {o: data.ReadOptions{FreqHz: c}, u: 2},
		"# Columns:\tu(m)\tv(m)\n# wavelength[m] = 0.5": {u: 4},
		"# u(lambda) v(lambda)":                         {o: data.ReadOptions{FreqHz: 1e9}, u: 2},
		"#uu (Mlambda), vv (Mlambda)":                   {o: data.ReadOptions{FreqHz: 1e9}, u: 2e6},
		"# no unit":                                     {o: data.ReadOptions{FreqHz: 1e9, UVUnit: "klambda"}, u: 2000},
		"# frequency [Hz] = 1e9":                        {fail: "give option UVUnit"},
		"# u [m] v [m]\n":                               {fail: "give option FreqHz"},
		"# u [m]":                                       {o: data.ReadOptions{FreqHz: 1e9, UVUnit: "lambda"}, fail: "its header says that u and v are in m"},
		"# wavelength [m] = 0":                          {fail: "wavelength [m] is 0, must be positive"},
		"# wavelength [m] = 2\n# u [m] v [m]":           {o: data.ReadOptions{FreqHz: 1e9}, fail: "option FreqHz 1e+09 Hz"},
	} {
		text := header + "\n2 3 1 0 5\n"
		v, err := data.DecodeVisibilities(strings.NewReader(text), int64(len(text)), want.o)
		if want.fail != "" {
			if err == nil || !strings.Contains(err.Error(), want.fail) {
				t.Errorf("%q: error %v, want %q", header, err, want.fail)
			}
			continue
		}
		// One division and one product.
		if err != nil || math.Abs(v.U[0]/want.u-1) > 1e-15 {
			t.Errorf("%q: %+v (%v), want u = %g", header, v, err, want.u)
		}
	}
}
