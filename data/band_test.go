package data_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// Every array observes in its own band, and its default field holds between four and a hundred beams λ/B.
func TestEveryArrayHasItsOwnBand(t *testing.T) {
	for _, name := range data.Arrays() {
		band := data.ArrayBand(name)
		table, err := os.ReadFile(filepath.Join("arrays", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"# freq_ghz: ", "# bandwidth_ghz: ", "# field_uas: "} {
			if !strings.Contains(string(table), key) {
				t.Errorf("%s does not name its %s", name, key)
			}
		}
		stations, err := data.Array(name)
		if err != nil {
			t.Fatal(err)
		}
		longest := 0.0
		for i, a := range stations {
			for _, b := range stations[:i] {
				longest = max(longest, length(a.XYZ, b.XYZ))
			}
		}
		beam := radio.SpeedOfLight / (band.FreqGHz * 1e9) / longest
		if beams := band.FieldUas * radio.Microarcsecond / beam; !(beams > 4 && beams < 100) {
			t.Errorf("%s: the field is %.3g beams wide", name, beams)
		}
		s := data.Schedule{Array: name}.WithDefaults()
		if c := (data.ObservationConfig{Array: name}); c.WithDefaults().FreqGHz != band.FreqGHz || s.FreqGHz != band.FreqGHz || s.BandwidthGHz != band.BandwidthGHz || c.FieldUas(1024) != band.FieldUas {
			t.Errorf("%s: schedule %g GHz, config %+v, want %+v", name, s.FreqGHz, c, band)
		}
		if moved := band.At(2 * band.FreqGHz); math.Abs(moved.FieldUas/band.FieldUas-0.5) > 1e-12 {
			t.Errorf("%s: at twice the frequency the field is %g, want half of %g", name, moved.FieldUas, band.FieldUas)
		}
	}
	if b := data.ArrayBand("vla_d"); b != (data.Band{FreqGHz: 1.4, BandwidthGHz: 0.064, FieldUas: 1.4e9, DishMetres: 25}) {
		t.Errorf("vla_d: %+v", b)
	}
	// λ/B is 0.2141 m / 36.6 km = 1.207 arcsec: 64 pixels of a quarter of it are 19.3 arcsec, 256 pixels would be more than the 40 of the band.
	for pixels, want := range map[int]float64{64: 19.3, 256: 40} {
		g := (data.PairConfig{Pixels: pixels, Observation: data.ObservationConfig{Array: "vla_a"}}).Grid()
		if field := g.CellRad * float64(pixels) / radio.Arcsecond; math.Abs(field/want-1) > 0.01 {
			t.Errorf("pairs of vla_a on %d pixels are %g arcsec wide, want %g", pixels, field, want)
		}
	}
	if g := (data.PairConfig{}).Grid(); math.Abs(g.CellRad/radio.Microarcsecond-2) > 1e-12 {
		t.Errorf("pixels of the EHT are %g uas, want 2", g.CellRad/radio.Microarcsecond)
	}
}

func TestBandOfOnesOwnTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.txt")
	write := func(head string) {
		if err := os.WriteFile(path, []byte(head+"A 2225061 -5440057 -2481681 70\nB 2225361 -5440057 -2481681 70\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("#freq_ghz: 5\n")
	if b := data.ArrayBand(path); b.FreqGHz != 5 || b.BandwidthGHz != 2 {
		t.Errorf("band %+v, want 5 GHz and the default width", b)
	}
	write("# freq_ghz: five\n")
	if err := (data.Schedule{Array: path}).Validate(); err == nil || !strings.Contains(err.Error(), `freq_ghz is "five", must be a positive number`) {
		t.Errorf("error %v", err)
	}
}
