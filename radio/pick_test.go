package radio_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"fringe/radio"
)

// bare returns n visibilities of unknown stations, as formats without them give.
func bare(n int) *radio.Visibilities {
	v := &radio.Visibilities{}
	for k := range n {
		v.U, v.V = append(v.U, float64(k)), append(v.V, 2*float64(k))
		v.Vis, v.Weight = append(v.Vis, complex(1, float64(k))), append(v.Weight, 1)
		v.Ant1, v.Ant2 = append(v.Ant1, radio.NoStation), append(v.Ant2, radio.NoStation)
		v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 0), append(v.FreqHz, 1e9)
	}
	return v
}

func TestWithoutStationInformation(t *testing.T) {
	v := bare(5)
	v.Weight[2] = 0
	if err := v.Validate(); err != nil || v.HasStations() {
		t.Errorf("Validate: %v; HasStations %v", err, v.HasStations())
	}
	for name, got := range map[string]*radio.Visibilities{"scan": v.ScanAverage(0), "time": v.TimeAverage(10), "channel": v.ChannelAverage(4)} {
		if got.Len() != 4 || got.Vis[2] != v.Vis[3] {
			t.Errorf("%s average merged visibilities of unknown stations: %d left, want 4", name, got.Len())
		}
	}
	if out, pairs := v.WithoutIntraSite(); out.Len() != 5 || pairs != nil || v.IntraSite()(0) {
		t.Errorf("WithoutIntraSite left %d", out.Len())
	}
	if n := radio.ClosurePhases(v, 0).Len() + radio.LogClosureAmplitudes(v, 0).Len(); n != 0 {
		t.Errorf("%d closure quantities without stations", n)
	}
	v.Ant2[1] = 3
	if err := v.Validate(); err == nil || !strings.Contains(err.Error(), "names station -1") {
		t.Errorf("one unknown station of two: error %v", err)
	}
}

// channels returns two baselines at one time with the given frequencies; u and v in seconds are the same in all channels.
func channels(frequencies ...float64) *radio.Visibilities {
	v := &radio.Visibilities{Stations: []radio.Station{{Name: "A"}, {Name: "B"}, {Name: "C"}}}
	for i, f := range frequencies {
		for b := range 2 {
			v.U, v.V = append(v.U, 1e-6*f*float64(1+b)), append(v.V, -2e-6*f)
			v.Vis, v.Weight = append(v.Vis, complex(float64(i), float64(b))), append(v.Weight, float64(1+i))
			v.Ant1, v.Ant2 = append(v.Ant1, 1), append(v.Ant2, 2*b) // the first is B-A, to be turned round
			v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 7), append(v.IntSec, 10), append(v.FreqHz, f)
		}
	}
	return v
}

// Two and two channels of 1.0, 1.1, then a gap, 2.0, 2.1 GHz: weights 1+2 and 3+4, values (0·1+1·2)/3 and (2·3+3·4)/7.
func TestChannelAverage(t *testing.T) {
	got := channels(1.0e9, 1.1e9, 2.0e9, 2.1e9).ChannelAverage(3)
	if err := got.Validate(); err != nil || got.Len() != 4 {
		t.Fatalf("%d averages (%v), want 4: groups must not span the gap", got.Len(), err)
	}
	for k, want := range []struct {
		u, weight, freq float64
		vis             complex128
	}{{-1.05e3, 3, 1.05e9, complex(2./3, 0)}, {2.1e3, 3, 1.05e9, complex(2./3, 1)},
		{-2.05e3, 7, 2.05e9, complex(18./7, 0)}, {4.1e3, 7, 2.05e9, complex(18./7, 1)}} {
		// A dozen roundings of float64.
		if math.Abs(got.U[k]/want.u-1) > 1e-14 || got.Weight[k] != want.weight || got.FreqHz[k] != want.freq || cmplx.Abs(got.Vis[k]-want.vis) > 1e-14 || got.IntSec[k] != 10 {
			t.Errorf("average %d: u %g weight %g at %g Hz, %v, %g s; want %+v", k, got.U[k], got.Weight[k], got.FreqHz[k], got.Vis[k], got.IntSec[k], want)
		}
	}
	// A millihertz apart is rounding, so these are four channels in one group, at their mean frequency.
	jitter := channels(100e9, 100e9+1e-4, 100.1e9, 100.2e9, 100.3e9).ChannelAverage(5)
	if jitter.Len() != 2 || math.Abs(jitter.FreqHz[0]/100.15e9-1) > 1e-14 || jitter.Weight[0] != 1+2+3+4+5 {
		t.Errorf("channels with jitter: %d averages at %v Hz, weights %v", jitter.Len(), jitter.FreqHz, jitter.Weight)
	}
	if got := channels(1.0e9, 1.1e9, 1.1e9+1e-5, 2.0e9).ChannelAverage(4); got.Len() != 4 {
		t.Errorf("channels with jitter and a gap: %d averages, want 2 of 2 baselines", got.Len())
	}
	flagged := channels(1.0e9, 1.1e9)
	flagged.Weight[0] = 0 // B-A at 1.0 GHz
	if got := flagged.ChannelAverage(2); got.FreqHz[0] != got.FreqHz[1] || math.Abs(got.U[0]/-1.05e3-1) > 1e-14 || got.Vis[0] != 1 {
		t.Errorf("with a flagged channel: %+v, want the frequency and u of the whole group", got)
	}
}

// Bins of 30 s over integrations of 10 s: scans of 7 and 4 integrations give 3 + 2 bins, none across the gap, and the whole
// scans give 2. The sum of weights stays.
func TestTimeAverage(t *testing.T) {
	v := &radio.Visibilities{Stations: make([]radio.Station, 2)}
	for i := range 11 {
		at := 5 + 10*float64(i)
		if i >= 7 {
			at += 1000
		}
		v.U, v.V, v.Vis = append(v.U, 1), append(v.V, 1), append(v.Vis, complex(float64(i), 0))
		v.Weight, v.Ant1, v.Ant2 = append(v.Weight, 2), append(v.Ant1, 0), append(v.Ant2, 1)
		v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, at+0.002*float64(i%3-1)), append(v.IntSec, 10), append(v.FreqHz, 1e9) // times jitter as in UVFITS
	}
	got := v.TimeAverage(30)
	want := []complex128{1, 4, 6, 8, 10}
	if got.Len() != len(want) {
		t.Fatalf("%d bins, want %d: %v", got.Len(), len(want), got.Vis)
	}
	for k, vis := range want {
		if cmplx.Abs(got.Vis[k]-vis) > 1e-14 {
			t.Errorf("bin %d is %v, want %v", k, got.Vis[k], vis)
		}
	}
	if got.Weight[0] != 6 || got.Weight[2] != 2 || got.IntSec[0] != 30 {
		t.Errorf("weights %v, integrations %v", got.Weight, got.IntSec)
	}
	if n := v.TimeAverage(0).Len(); n != 2 {
		t.Errorf("whole scans: %d averages, want 2", n)
	}
}

func TestSelections(t *testing.T) {
	v := randomSet(rand.New(rand.NewPCG(5, 5)), 4, 2) // stations S00…S03
	for name, c := range map[string]struct {
		pick func() (*radio.Visibilities, error)
		want int
	}{
		"without":      {func() (*radio.Visibilities, error) { return v.WithoutStations("S03") }, 6},
		"channel":      {func() (*radio.Visibilities, error) { return v.Channels(0) }, v.Len()},
		"no frequency": {func() (*radio.Visibilities, error) { return v.FreqRange(1, 2), nil }, 0},
	} {
		if got, err := c.pick(); err != nil || got.Len() != c.want {
			t.Errorf("%s: %d visibilities (%v), want %d", name, got.Len(), err, c.want)
		}
	}
	for want, pick := range map[string]func() (*radio.Visibilities, error){
		`no station "XX": there are S00, S01, S02, S03`: func() (*radio.Visibilities, error) { return v.WithoutStations("S00", "XX") },
		"channel 9: the channels are 0 to 0":            func() (*radio.Visibilities, error) { return v.Channels(9) },
		"the data name no stations":                     func() (*radio.Visibilities, error) { return bare(2).WithoutStations("AA") },
	} {
		if _, err := pick(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got error %v", want, err)
		}
	}
}

func TestConcat(t *testing.T) {
	a := randomSet(rand.New(rand.NewPCG(6, 6)), 3, 1)
	a.RefMJD, a.Source = 57849, radio.Source{Name: "M87", RARad: 3.276, DecRad: 0.216}
	for i := range a.Stations {
		a.Stations[i].XYZ = [3]float64{6e6, 1000 * float64(i), 0}
	}
	b := a.Clone()
	b.RefMJD, b.Source.Name = 57850.5, "VIRGO A"
	b.Stations[0], b.Stations[2] = b.Stations[2], b.Stations[0] // another order
	b.Stations[1].XYZ[1] += 300                                 // S01 on another pad
	b.Stations[2].XYZ = [3]float64{}                            // S00 without a position
	both, err := radio.Concat(a, b, bare(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := both.Validate(); err != nil || both.Len() != a.Len()+b.Len()+2 || len(both.Stations) != 4 || both.Source.Name != "M87" || both.RefMJD != 57849 {
		t.Fatalf("%d visibilities, %d stations, %+v, MJD %g (%v)", both.Len(), len(both.Stations), both.Source, both.RefMJD, err)
	}
	for k := range b.Vis {
		at := a.Len() + k
		if got, want := both.Stations[both.Ant1[at]].Name, b.Stations[b.Ant1[k]].Name; got != want || both.TimeSec[at] != b.TimeSec[k]+1.5*86400 {
			t.Errorf("visibility %d is of %s at %g s, want %s at %g", k, got, both.TimeSec[at], want, b.TimeSec[k]+1.5*86400)
		}
	}
	if last := both.Len() - 1; both.Ant1[last] != radio.NoStation || both.TimeSec[last] != 0 {
		t.Errorf("visibility without stations became %d at %g s", both.Ant1[last], both.TimeSec[last])
	}
	c := a.Clone()
	c.Source = radio.Source{Name: "3C279", RARad: 3.387, DecRad: -0.101}
	if _, err := radio.Concat(a, c); err == nil || !strings.Contains(err.Error(), "arcsec from that of M87") {
		t.Errorf("two sources: error %v", err)
	}
	named := a.Clone()
	named.Source = radio.Source{Name: "M87"} // as in a file that gives no position
	for _, sets := range [][]*radio.Visibilities{{named, a}, {a, named}, {named, bare(2), a}} {
		if joined, err := radio.Concat(sets...); err != nil || joined.Source != a.Source {
			t.Errorf("a name without a position: %v", err)
		}
	}
	if _, err := radio.Concat(named, a, c); err == nil {
		t.Error("a set without a position let two sources through")
	}
	if _, err := radio.Concat(); err == nil {
		t.Error("nothing was concatenated")
	}
}

func TestWithoutBaselinesAndTimeRange(t *testing.T) {
	v := channels(1e9, 2e9) // baselines B-A and B-C at 7 s
	v.Stations[2].Name = "C-1"
	v.RefMJD = 57854
	got, err := v.WithoutBaselines("A-B")
	if err != nil || got.Len() != 2 || got.Ant2[0] != 2 {
		t.Errorf("without A-B: %d left (%v), want the two of B-C", got.Len(), err)
	}
	if got, err := v.WithoutBaselines("C-1-B", "B-A"); err != nil || got.Len() != 0 {
		t.Errorf("without both: %d left (%v)", got.Len(), err)
	}
	for _, name := range []string{"A", "A-A", "A-D", ""} {
		if _, err := v.WithoutBaselines(name); err == nil || !strings.Contains(err.Error(), "there are A, B, C-1") {
			t.Errorf("%q: error %v", name, err)
		}
	}
	v.TimeSec = []float64{0, 10, 20, 30}
	day := 1.0 / 86400
	if got := v.TimeRange(57854+10*day, 57854+20*day); got.Len() != 2 || got.TimeSec[0] != 10 {
		t.Errorf("of 10 to 20 s there are %d", got.Len())
	}
}
