package data_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// Every array observes in its own band, and its default field holds between four and a hundred beams λ/B.
func TestEveryArrayHasItsOwnBand(t *testing.T) {
	for _, name := range data.Arrays() {
		band := bandOf(t, name)
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
	if b := bandOf(t, "vla_d"); b != (data.Band{FreqGHz: 1.4, BandwidthGHz: 0.064, FieldUas: 1.4e9, DishMetres: 25}) {
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

func bandOf(t *testing.T, array string) data.Band {
	t.Helper()
	band, err := data.ArrayBand(array)
	if err != nil {
		t.Fatal(err)
	}
	return band
}

func TestBandOfOnesOwnTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.txt")
	write := func(head string) {
		if err := os.WriteFile(path, []byte(head+"A 2225061 -5440057 -2481681 70\nB 2225361 -5440057 -2481681 70\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// A tenth of the frequency is the widest band, and 128 µas at 227.1 GHz are 5813.76 µas at 5 GHz. Below 1 GHz, 2 GHz would be refused.
	write("#freq_ghz: 5\n")
	if b := bandOf(t, path); b.FreqGHz != 5 || b.BandwidthGHz != 0.5 || math.Abs(b.FieldUas-5813.76) > 1e-9 {
		t.Errorf("band %+v, want 5 GHz, a tenth of it wide, and a field of 5813.76 uas", b)
	}
	write("# freq_ghz: 5\n# bandwidth_ghz: 1\n# field_uas: 7\n")
	if b := bandOf(t, path); b != (data.Band{FreqGHz: 5, BandwidthGHz: 1, FieldUas: 7}) {
		t.Errorf("band %+v is not what the table says", b)
	}
	write("# freq_ghz: 0.9\n")
	if err := (data.Schedule{Array: path}).Validate(); err != nil {
		t.Error(err)
	}
	write("# freq_ghz: five\n")
	if err := (data.Schedule{Array: path}).Validate(); err == nil || !strings.Contains(err.Error(), `freq_ghz is "five", must be a positive number`) {
		t.Errorf("error %v", err)
	}
}

// What is loaded needs its array no more: pairs are the same after the table is gone, and an array that cannot be read is an error, not
// another telescope.
func TestLoadedPairsNeedNoArray(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("arrays", "vla_a.txt"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mine.txt")
	if err := os.WriteFile(path, table, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := data.PairConfig{Observation: data.ObservationConfig{Array: path}, Pixels: 32}.Load()
	if err != nil {
		t.Fatal(err)
	}
	want, err := c.Pair(data.Training, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	got, err := c.Pair(data.Training, 0)
	if err != nil || got.Grid != want.Grid || !slices.Equal(got.Vis.Vis, want.Vis.Vis) {
		t.Errorf("without its table the pair is %g arcsec wide, not %g; %v", 32*got.Grid.CellRad/radio.Arcsecond, 32*want.Grid.CellRad/radio.Arcsecond, err)
	}
	unloaded := data.PairConfig{Observation: data.ObservationConfig{Array: path}}
	if _, err := unloaded.Pair(data.Training, 0); err == nil || !strings.Contains(err.Error(), "mine.txt") {
		t.Errorf("a pair of an array that is gone: error %v", err)
	}
	if g := unloaded.Grid(); g.CellRad != 0 {
		t.Errorf("an array that is gone has pixels of %g rad", g.CellRad)
	}
	if band, err := data.ArrayBand(path); err == nil {
		t.Errorf("an array that is gone observes as %+v", band)
	}
}
