//go:build casacore

package measurementset_test

import (
	"cmp"
	"math"
	"math/cmplx"
	"slices"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// The source that casacore_check.py puts on the sky, to the East and South of the phase centre.
const sourceJy, sourceL, sourceM = 2.5, 3e-5, -2e-5

// The visibilities of a point off the centre are known on paper, in both feeds, and twice that in CORRECTED_DATA; what is flagged
// holds other values, which must not be seen.
func TestPointSource(t *testing.T) {
	path := made(t)
	for _, c := range []struct {
		options data.ReadOptions
		count   int
		scale   complex128
	}{
		{data.ReadOptions{Source: "first", Column: "DATA"}, 16 * 10 * 7, 1},
		{data.ReadOptions{Source: "1"}, 8 * 10 * 7, 2},
		{data.ReadOptions{Source: "Second", SpectralWindow: "HIGH"}, 8 * 10 * 3, 2},
		{data.ReadOptions{Source: "first", SpectralWindow: "0", Stokes: "LL"}, 16 * 10 * 4, 2},
		{data.ReadOptions{Source: "first", SpectralWindow: "1", Stokes: "XX", Channels: []int{0, 2}}, 16 * 10 * 2, 2},
		{data.ReadOptions{Source: "first", Channels: []int{0, 5}}, 16 * 10 * 2, 2},
	} {
		v := read(t, path, c.options)
		flagged := 0
		for k := range v.Vis {
			if v.Flagged(k) {
				flagged++
				continue
			}
			want := c.scale * cmplx.Rect(sourceJy, -2*math.Pi*(v.U[k]*sourceL+v.V[k]*sourceM))
			if cmplx.Abs(v.Vis[k]-want) > 1e-5 { // the file has float32
				t.Fatalf("%+v: visibility %d is %v, want %v", c.options, k, v.Vis[k], want)
			}
		}
		if v.Len() != c.count || flagged == 0 || flagged > v.Len()/3 {
			t.Errorf("%+v: %d visibilities, %d flagged, want %d and some", c.options, v.Len(), flagged, c.count)
		}
	}
	v := read(t, path, data.ReadOptions{Source: "second"})
	want := radio.Source{Name: "second", RARad: -2, DecRad: -0.25}
	if v.Source != want || len(v.Stations) != 5 || v.Stations[2].Name != "A2" || v.RefMJD != 57870 || v.IntSec[0] != 30 {
		t.Errorf("got %+v, stations %+v, MJD %g, %g s", v.Source, v.Stations, v.RefMJD, v.IntSec[0])
	}
}

// Every number of every visibility against python3-casacore's reading of the same columns.
func TestAgainstPython(t *testing.T) {
	small := made(t)
	for _, c := range []struct{ path, column, field string }{{small, "DATA", "0"}, {small, "CORRECTED_DATA", "1"}, {vla(t), "DATA", "0"}} {
		got := read(t, c.path, data.ReadOptions{Source: c.field, Column: c.column})
		want := unmarshal[dumped](t, check(t, "dump", c.path, c.column, c.field))
		other := &radio.Visibilities{Stations: got.Stations, RefMJD: got.RefMJD}
		for k := range want.U {
			other.U, other.V = append(other.U, -want.U[k]), append(other.V, -want.V[k])
			other.Vis, other.Weight = append(other.Vis, complex(want.Re[k], want.Im[k])), append(other.Weight, want.Weight[k])
			other.Ant1, other.Ant2 = append(other.Ant1, int(want.Ant1[k])), append(other.Ant2, int(want.Ant2[k]))
			other.TimeSec, other.IntSec = append(other.TimeSec, (want.MJD[k]-got.RefMJD)*86400), append(other.IntSec, want.IntSec[k])
			other.FreqHz = append(other.FreqHz, want.FreqHz[k])
		}
		// Rounding in float64; days in one number are exact to 1e-6 s.
		compare(t, c.path, got, other, 1e-14, 1e-6)
	}
}

// casacore's own converter of UVFITS and our reader of it agree: signs, weights, frequencies, stations, times.
func TestUVFITSThroughCasacore(t *testing.T) {
	uvfits, ms := mojave(t)
	want, err := data.ReadUVFITS(uvfits)
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, ms, data.ReadOptions{})
	// UVW in seconds are float32 in the file and float64 metres after the converter; so are WEIGHT and the values. DATE is to some ms.
	compare(t, ms, got, want, 1e-6, 0.1)
}

// compare compares all visibilities, sorted by time, baseline and frequency; u, v, values and weights to a relative error.
func compare(t *testing.T, name string, got, want *radio.Visibilities, relative, seconds float64) {
	t.Helper()
	if got.Len() != want.Len() {
		t.Fatalf("%s: %d visibilities, want %d", name, got.Len(), want.Len())
	}
	a, b := order(got), order(want)
	for i := range a {
		g, w := a[i], b[i]
		if got.Ant1[g] != want.Ant1[w] || got.Ant2[g] != want.Ant2[w] || got.Flagged(g) != want.Flagged(w) {
			t.Fatalf("%s: visibility %d: stations %d %d, flagged %v; want %d %d, %v", name, i, got.Ant1[g], got.Ant2[g], got.Flagged(g), want.Ant1[w], want.Ant2[w], want.Flagged(w))
		}
		for _, x := range []struct {
			what      string
			got, want float64
			tolerance float64
		}{
			{"u", got.U[g], want.U[w], relative * math.Hypot(want.U[w], want.V[w])},
			{"v", got.V[g], want.V[w], relative * math.Hypot(want.U[w], want.V[w])},
			{"value", cmplx.Abs(got.Vis[g] - want.Vis[w]), 0, relative * cmplx.Abs(want.Vis[w])},
			{"weight", got.Weight[g], want.Weight[w], relative * want.Weight[w]},
			{"frequency", got.FreqHz[g], want.FreqHz[w], relative * want.FreqHz[w]},
			{"time", got.TimeSec[g], want.TimeSec[w], seconds},
			{"integration time", got.IntSec[g], want.IntSec[w], seconds},
		} {
			if got.Flagged(g) && (x.what == "value" || x.what == "weight") {
				continue
			}
			if !(math.Abs(x.got-x.want) <= x.tolerance) {
				t.Fatalf("%s: visibility %d: %s %.17g, want %.17g", name, i, x.what, x.got, x.want)
			}
		}
	}
}

func order(v *radio.Visibilities) []int {
	list := make([]int, v.Len())
	for k := range list {
		list[k] = k
	}
	slices.SortStableFunc(list, func(a, b int) int {
		return cmp.Or(cmp.Compare(math.Round(v.TimeSec[a]), math.Round(v.TimeSec[b])), cmp.Compare(v.Ant1[a], v.Ant1[b]), cmp.Compare(v.Ant2[a], v.Ant2[b]),
			cmp.Compare(v.FreqHz[a], v.FreqHz[b]))
	})
	return list
}
