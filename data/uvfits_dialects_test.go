package data_test

import (
	"bytes"
	"errors"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

func decode(d dialect, o data.ReadOptions) (*radio.Visibilities, error) {
	raw := d.bytes()
	return data.DecodeVisibilities(bytes.NewReader(raw), int64(len(raw)), o)
}

const jd = 2457854.5 // 2017 April 11, 0h

// aips is a file as AIPS writes it: u in seconds, two DATEs of which the second is a fraction, one per PSCAL and PZERO.
func aips(stokes dialectAxis, groups ...[]float32) dialect {
	return dialect{
		axes: []dialectAxis{{"COMPLEX", 3, 1, 1, 1}, stokes, {"FREQ", 1, 1e9, 1, 1e6}, {"RA", 1, 180, 1, 1}, {"DEC", 1, -45, 1, 1}},
		params: []dialectParam{{"UU---SIN", 1e-6, 0}, {"VV---SIN", 1e-6, 0}, {"WW---SIN", 1e-6, 0}, {"BASELINE", 1, 0},
			{"DATE", 1, jd}, {"_DATE", 0.5, 0.25}, {"INTTIM", 2, 0}},
		groups: groups,
		header: [][2]string{{"OBJECT", "'TARGET'"}},
		tables: [][]byte{antennas(1, "S")},
	}
}

var aipsParams = []float32{3, -4, 0, 1*256 + 2, 0, 0.5, 5}

func TestUVFITSHands(t *testing.T) {
	linear := dialectAxis{"STOKES", 4, -5, 1, -1} // XX, YY, XY, YX
	both := aips(linear, flatten(aipsParams, []float32{1, 2, 10, 3, 4, 10, 9, 9, 9, 9, 9, 9}))
	flaggedX := aips(linear, flatten(aipsParams, []float32{1, 2, -10, 3, 4, 10, 9, 9, 9, 9, 9, 9}))
	left := aips(dialectAxis{"STOKES", 1, -2, 1, -1}, flatten(aipsParams, []float32{5, 6, 7}))
	stokes := aips(dialectAxis{"STOKES", 2, 1, 1, 1}, flatten(aipsParams, []float32{5, 6, 7, 1, 1, 1}))
	for name, c := range map[string]struct {
		file   dialect
		hand   string
		vis    complex128
		weight float64
		fail   string
	}{
		"XX and YY":     {both, "", 2 + 3i, 20, ""},
		"YY alone":      {both, "YY", 3 + 4i, 10, ""},
		"XX flagged":    {flaggedX, "I", 3 + 4i, 10, ""},
		"only LL":       {left, "", 5 + 6i, 7, ""},
		"LL wanted":     {left, "LL", 5 + 6i, 7, ""},
		"RR not there":  {left, "RR", 0, 0, "has none of RR"},
		"I and Q":       {stokes, "", 5 + 6i, 7, ""},
		"wrong name":    {both, "Z", 0, 0, "option Stokes is \"Z\", must be one of I, RR, LL, XX, YY"},
		"flagged alone": {flaggedX, "XX", 0, 0, "none of its 1 visibilities has a valid weight"},
	} {
		v, err := decode(c.file, data.ReadOptions{Stokes: c.hand})
		if c.fail != "" {
			if err == nil || !strings.Contains(err.Error(), c.fail) {
				t.Errorf("%s: error %v, want %q", name, err, c.fail)
			}
			continue
		}
		if err != nil || v.Vis[0] != c.vis || math.Abs(v.Weight[0]-c.weight) > 1e-14*c.weight {
			t.Errorf("%s: %+v (%v), want %v with weight %g", name, v, err, c.vis, c.weight)
		}
	}
}

// PSCAL and PZERO of every parameter; the position comes from the axes, IF axis and FQ table are missing.
func TestUVFITSParameters(t *testing.T) {
	v, err := decode(aips(dialectAxis{"STOKES", 1, 1, 1, 1}, flatten(aipsParams, []float32{1, 2, 3})), data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// u = −3e-6 s · 1e9 Hz; time 0.5·0.5 + 0.25 days; a few roundings.
	if math.Abs(v.U[0]+3000) > 1e-11 || math.Abs(v.V[0]-4000) > 1e-11 || math.Abs(v.TimeSec[0]-43200) > 1e-9 || v.RefMJD != 57854 || v.IntSec[0] != 10 {
		t.Errorf("u %g v %g at %g s after %g, integrated %g s", v.U[0], v.V[0], v.TimeSec[0], v.RefMJD, v.IntSec[0])
	}
	if v.Source.Name != "TARGET" || v.Source.RARad != math.Pi || math.Abs(v.Source.DecRad+math.Pi/4) > 1e-15 {
		t.Errorf("source %+v", v.Source)
	}
}

// casa is in CASA's dialect: plain UU, one DATE, no INTTIM, FREQSEL and SOURCE; two IFs of two channels, the second of lower sideband.
func casa() dialect {
	d := dialect{
		axes:   []dialectAxis{{"COMPLEX", 3, 1, 1, 1}, {"STOKES", 1, -1, 1, -1}, {"FREQ", 2, 1e9, 1, 1e6}, {"IF", 2, 1, 1, 1}, {"RA", 1, 10, 1, 1}, {"DEC", 1, 20, 1, 1}},
		params: []dialectParam{{"UU", 1, 0}, {"VV", 1, 0}, {"WW", 1, 0}, {"BASELINE", 1, 0}, {"DATE", 1, jd}, {"FREQSEL", 1, 0}, {"SOURCE", 1, 0}},
		groups: [][]float32{{1e-6, 2e-6, 0, 257 + 1, 0.5, 1, 1, 1, 0, 1, 2, 0, 1, 3, 0, 1, 4, 0, 1},
			{1e-6, 2e-6, 0, 257 + 1, 0.5, 2, 1, 5, 0, 1, 6, 0, 1, 7, 0, 1, 8, 0, 1}},
		tables: [][]byte{antennas(1, "S"), tableHDU("AIPS FQ", 2, nil,
			[]string{"FRQSEL", "1J", "IF FREQ", "2D", "CH WIDTH", "2E", "SIDEBAND", "2J"},
			append(bigEndian(int32(1), []float64{0, 5e8}, []float32{1e6, 2e6}, []int32{1, -1}), bigEndian(int32(2), []float64{3e9, 4e9}, []float32{1e6, 1e6}, []int32{1, 1})...))},
	}
	return d
}

func TestUVFITSSpectrum(t *testing.T) {
	d := casa()
	v, err := decode(d, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []float64{1e9, 1.001e9, 1.5e9, 1.498e9, 4e9, 4.001e9, 5e9, 5.001e9} {
		if v.FreqHz[k] != want || real(v.Vis[k]) != float64(k+1) || math.Abs(v.U[k]/(-1e-6*want)-1) > 1e-7 { // the file's 1e-6 is a float32
			t.Errorf("visibility %d: %v at %g Hz, u %g; want %g Hz", k, v.Vis[k], v.FreqHz[k], v.U[k], want)
		}
	}
	if one, err := decode(d, data.ReadOptions{Channels: []int{3}}); err != nil || one.Len() != 2 || one.FreqHz[0] != 1.498e9 {
		t.Errorf("channel 3: %+v (%v)", one, err)
	}
	var about *data.OptionError
	if _, err := decode(d, data.ReadOptions{Channels: []int{4}}); !errors.As(err, &about) || about.Option != "Channels" {
		t.Errorf("channel 4 of 4: error %v", err)
	}
}

// threeArrays has three AN tables: the second repeats the stations of the first, the third has a centre at longitude 90 degrees
// and turned axes.
func threeArrays() dialect {
	group := func(baseline float32) []float32 {
		return flatten([]float32{3, -4, 0, baseline, 0, 0.5, 5}, []float32{1, 2, 3})
	}
	d := aips(dialectAxis{"STOKES", 1, 1, 1, 1}, group(258), group(258.01), group(259.02))
	d.tables = [][]byte{antennas(1, "S"), antennas(2, "S"),
		antennas(3, "T", [2]string{"ARRAYX", "0.0"}, [2]string{"ARRAYY", "6.0E6"}, [2]string{"ARRAYZ", "1.0E5"}, [2]string{"DATUTC", "37.0"})}
	return d
}

func TestUVFITSSubarrays(t *testing.T) {
	d := threeArrays()
	v, err := decode(d, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Stations) != 6 || v.Ant1[1] != 0 || v.Ant2[1] != 1 || v.Stations[v.Ant2[2]].Name != "T3" {
		t.Fatalf("stations %+v, baselines %v %v", v.Stations, v.Ant1, v.Ant2)
	}
	// Local x points to the meridian, that is along Y here. cos 90° is 6e-17.
	if xyz := v.Stations[5].XYZ; math.Abs(xyz[0]) > 1e-9 || math.Abs(xyz[1]-6.002e6) > 1e-6 || xyz[2] != 1e5 {
		t.Errorf("T3 is at %v", xyz)
	}
	if late := v.TimeSec[0] - v.TimeSec[2]; math.Abs(late-37) > 1e-6 {
		t.Errorf("DATUTC moved the third subarray by %g s, want 37", late)
	}
	d.tables = d.tables[:2]
	if _, err := decode(d, data.ReadOptions{}); err == nil || !strings.Contains(err.Error(), "group 3: it belongs to subarray 3, but no \"AIPS AN\" table has EXTVER 3") {
		t.Errorf("missing table: error %v", err)
	}
}

// twoSources has one group of 3C84 and two of M87.
func twoSources() dialect {
	d := aips(dialectAxis{"STOKES", 1, 1, 1, 1})
	d.params = append(d.params, dialectParam{"SOURCE", 1, 0})
	for _, id := range []float32{1, 2, 2} {
		d.groups = append(d.groups, flatten(aipsParams, []float32{id, id, 0, 1}))
	}
	d.tables = append(d.tables, tableHDU("AIPS SU", 2, nil, []string{"ID. NO.", "1J", "SOURCE", "8A", "RAEPO", "1D", "DECEPO", "1D"},
		append(bigEndian(int32(1), "3C84    ", 90.0, 0.0), bigEndian(int32(2), "M87     ", 180.0, 0.0)...)))
	return d
}

func TestUVFITSSources(t *testing.T) {
	d := twoSources()
	for _, wanted := range []string{"m87", "2"} {
		v, err := decode(d, data.ReadOptions{Source: wanted})
		if err != nil || v.Len() != 2 || v.Vis[0] != 2 || v.Source.Name != "M87" || v.Source.RARad != math.Pi {
			t.Errorf("source %s: %+v (%v)", wanted, v, err)
		}
	}
	for wanted, want := range map[string]string{
		"":        "it holds 2 sources, choose one with option Source: 3C84 (number 1, 1 groups), M87 (number 2, 2 groups)",
		"CYGNUSA": "it holds no source \"CYGNUSA\", only 3C84 (number 1, 1 groups), M87",
	} {
		var about *data.OptionError
		if _, err := decode(d, data.ReadOptions{Source: wanted}); !errors.As(err, &about) || about.Option != "Source" || !strings.Contains(err.Error(), want) {
			t.Errorf("source %q: error %v, want %q", wanted, err, want)
		}
	}
}

// A file of ours, read and written again, is the same to the last byte: with one frequency, with even channels, and with uneven IFs of
// which one baseline lacks one.
func TestUVFITSBytes(t *testing.T) {
	one := exampleM87(t, "SR2").FlagBad()
	even, uneven := one.Select(func(k int) bool { return k < 40 }), one.Select(func(k int) bool { return k < 0 })
	for c, f := range []float64{227070703125, 227570703125, 229070703125} {
		for k := range even.Len() {
			if k == 7 && c == 1 {
				continue
			}
			uneven.U, uneven.V = append(uneven.U, even.U[k]*f/even.FreqHz[k]), append(uneven.V, even.V[k]*f/even.FreqHz[k])
			uneven.Vis, uneven.Weight = append(uneven.Vis, even.Vis[k]*complex(float64(c+1), 0)), append(uneven.Weight, even.Weight[k])
			uneven.Ant1, uneven.Ant2 = append(uneven.Ant1, even.Ant1[k]), append(uneven.Ant2, even.Ant2[k])
			uneven.TimeSec, uneven.IntSec = append(uneven.TimeSec, even.TimeSec[k]), append(uneven.IntSec, even.IntSec[k])
			uneven.FreqHz = append(uneven.FreqHz, f)
		}
	}
	two := uneven.FreqRange(0, 228e9)
	for name, c := range map[string]struct {
		v     *radio.Visibilities
		holes int
	}{"one frequency": {one, 0}, "even channels": {two, 1}, "uneven IFs": {uneven, 1}} {
		dir := t.TempDir()
		first, second := filepath.Join(dir, "a.uvfits"), filepath.Join(dir, "b.uvfits")
		if err := data.WriteUVFITS(first, c.v); err != nil {
			t.Fatal(err)
		}
		got, err := data.ReadUVFITS(first)
		if err != nil {
			t.Fatal(err)
		}
		if err := data.WriteUVFITS(second, got); err != nil {
			t.Fatal(err)
		}
		a, err1 := os.ReadFile(first)
		b, err2 := os.ReadFile(second)
		if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: %d and %d bytes differ (%v, %v)", name, len(a), len(b), err1, err2)
		}
		sameVisibilities(t, name, got, c.v, c.holes)
	}
}

// sameVisibilities compares sets to the bit of float32, whatever their order; got may have some flagged ones more.
func sameVisibilities(t *testing.T, name string, got, want *radio.Visibilities, more int) {
	t.Helper()
	if got.Len() != want.Len()+more {
		t.Fatalf("%s: %d visibilities, want %d and %d flagged ones", name, got.Len(), want.Len(), more)
	}
	type key struct {
		time       int64
		ant1, ant2 int
		freqHz     float64
		vis        complex64
	}
	id := func(v *radio.Visibilities, k int) key {
		return key{int64(math.Round(v.TimeSec[k])), v.Ant1[k], v.Ant2[k], v.FreqHz[k], complex64(v.Vis[k])}
	}
	index := map[key]int{}
	for k := range got.Vis {
		index[id(got, k)] = k
	}
	for k := range want.Vis {
		j, ok := index[id(want, k)]
		if want.Flagged(k) {
			continue
		}
		// u and v of a channel are those of the group times a ratio of frequencies, one rounding more than float32.
		if !ok || !near(got.U[j], want.U[k]) || !near(got.V[j], want.V[k]) || float32(got.Weight[j]) != float32(want.Weight[k]) || cmplx.IsNaN(got.Vis[j]) {
			t.Fatalf("%s: visibility %d, %+v, came back as %v, u %g, %g, weight %g, %g", name, k, id(want, k), ok, got.U[j], want.U[k], got.Weight[j], want.Weight[k])
		}
	}
}
