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

// TestArraysAreWhatTheirNamesSay compares number of stations and longest baseline with the observatories' descriptions: VLA A to D
// 36.4, 11.1, 3.4 and 1.03 km, ALMA C-1 161 m, C-4 784 m, C-6 1.8 km (cycle 4), C-9 13.9 km, MeerKAT 7.7 km, VLBA 8611 km, GMVA
// and EHT below the diameter of the Earth.
func TestArraysAreWhatTheirNamesSay(t *testing.T) {
	want := map[string]struct {
		stations   int
		longest    float64 // m
		dishMetres float64 // no two dishes overlap
	}{
		"alma_c1": {43, 161, 12}, "alma_c4": {43, 784, 12}, "alma_c6": {40, 1813, 12}, "alma_c9": {43, 13.9e3, 12},
		"eht2017": {8, 11.39e6, 6}, "eht2018": {9, 12.63e6, 6}, "eht2022": {11, 12.63e6, 6}, "eht2025": {12, 12.63e6, 6},
		"gmva": {11, 9.5e6, 25}, "meerkat": {63, 7.7e3, 13.5}, "vlba": {10, 8.611e6, 25},
		"vla_a": {27, 36.6e3, 25}, "vla_b": {27, 11.1e3, 25}, "vla_c": {27, 3.39e3, 25}, "vla_d": {27, 1031, 25},
	}
	var names []string
	for name, w := range want {
		names = append(names, name)
		stations, err := data.Array(name)
		if err != nil {
			t.Fatal(err)
		}
		longest, shortest := 0.0, math.Inf(1)
		for i, a := range stations {
			if r := length(a.XYZ, [3]float64{}); r < 6.35e6 || r > 6.39e6 || !(a.SEFDJy > 1) || a.SEFDJy > 2e4 {
				t.Errorf("%s: %s stands %.0f m from the Earth's centre with SEFD %g Jy", name, a.Name, r, a.SEFDJy)
			}
			for _, b := range stations[:i] {
				longest, shortest = max(longest, length(a.XYZ, b.XYZ)), min(shortest, length(a.XYZ, b.XYZ))
			}
		}
		if len(stations) != w.stations || math.Abs(longest/w.longest-1) > 0.01 || shortest < w.dishMetres {
			t.Errorf("%s: %d stations %.0f to %.4g m apart, want %d up to %.4g m apart", name, len(stations), shortest, longest, w.stations, w.longest)
		}
	}
	slices.Sort(names)
	if !slices.Equal(data.Arrays(), names) {
		t.Errorf("arrays %v, want %v", data.Arrays(), names)
	}
}

// TestArraysTellTheirSources keeps every table's header complete.
func TestArraysTellTheirSources(t *testing.T) {
	for _, name := range data.Arrays() {
		table, err := os.ReadFile(filepath.Join("arrays", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"# ", "Positions", "SEFD", "GHz", " m"} {
			if !strings.Contains(string(table), word) {
				t.Errorf("%s.txt does not say %q", name, word)
			}
		}
	}
}

// TestOneStationInTwoArrays: positions from different sources name the same ground. ALMA's pads lie around the reference position
// of the phased array, and the VLBA in the GMVA stands where the VLBA stands, to the 0.2 m by which plates move in years.
func TestOneStationInTwoArrays(t *testing.T) {
	eht, pads := arrayByName(t, "eht2017"), arrayByName(t, "alma_c1")
	if d := length(eht["ALMA"].XYZ, pads["A002"].XYZ); d > 150 {
		t.Errorf("the pad A002 is %.0f m from ALMA, want it in the array's centre", d)
	}
	vlba, gmva := arrayByName(t, "vlba"), arrayByName(t, "gmva")
	for _, name := range []string{"BR", "FD", "KP", "LA", "MK", "NL", "OV", "PT"} {
		if d := length(vlba[name].XYZ, gmva[name].XYZ); d > 0.2 {
			t.Errorf("%s of the VLBA and of the GMVA are %.2f m apart", name, d)
		}
	}
}

func arrayByName(t *testing.T, name string) map[string]radio.Station {
	t.Helper()
	stations, err := data.Array(name)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]radio.Station{}
	for _, s := range stations {
		named[s.Name] = s
	}
	return named
}

func length(a, b [3]float64) float64 {
	return math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2])
}
