package radio_test

import (
	"math"
	"testing"

	"fringe/radio"
)

func TestSiderealTime(t *testing.T) {
	// 1987 April 10, 0h UT: 13h 10m 46.3668s (Meeus 1998, Astronomical Algorithms, example 12.a).
	want := (13 + 10/60.0 + 46.3668/3600) * math.Pi / 12
	if got := radio.SiderealTime(46895); math.Abs(got-want) > 1e-8 { // 1e-4 s, the digits given
		t.Errorf("SiderealTime(46895) = %.10f rad, want %.10f", got, want)
	}
}

// At J2000 there is no precession, so (u,v) follow from the textbook's matrix.
func TestCoverageMatchesHourAngleMatrix(t *testing.T) {
	const freq, ra, dec = 230e9, 1.1, 0.4
	stations := []radio.Station{
		{Name: "A", XYZ: [3]float64{5088967.9, -301681.6, 3825015.8}},
		{Name: "B", XYZ: [3]float64{2225061.164, -5440057.37, -2481681.15}},
	}
	vis, err := radio.Coverage(stations, radio.Source{RARad: ra, DecRad: dec}, []float64{51544.5}, freq, -math.Pi/2)
	if err != nil {
		t.Fatal(err)
	}
	// Thompson, Moran & Swenson eq. 4.1: X to the meridian, Y East, Z North; H is the hour angle at Greenwich.
	h := radio.SiderealTime(51544.5) - ra
	var b [3]float64
	for k := range b {
		b[k] = (stations[1].XYZ[k] - stations[0].XYZ[k]) * freq / radio.SpeedOfLight
	}
	u := math.Sin(h)*b[0] + math.Cos(h)*b[1]
	v := -math.Sin(dec)*math.Cos(h)*b[0] + math.Sin(dec)*math.Sin(h)*b[1] + math.Cos(dec)*b[2]
	if math.Abs(vis.U[0]-u) > 1 || math.Abs(vis.V[0]-v) > 1 { // of some 1e9 wavelengths: rounding
		t.Errorf("(u, v) = %.3f, %.3f, want %.3f, %.3f", vis.U[0], vis.V[0], u, v)
	}
}

func TestCoverageLeavesOutSetStations(t *testing.T) {
	stations := []radio.Station{
		{Name: "Europe", XYZ: [3]float64{5088967.9, -301681.6, 3825015.8}},
		{Name: "Chile", XYZ: [3]float64{2225061.164, -5440057.37, -2481681.15}},
		{Name: "Antipode", XYZ: [3]float64{-5088967.9, 301681.6, -3825015.8}},
	}
	var mjd []float64
	for h := range 48 {
		mjd = append(mjd, 57854+float64(h)/48)
	}
	src := radio.Source{RARad: 3.276, DecRad: 0.216}
	all, err := radio.Coverage(stations, src, mjd, 230e9, -math.Pi/2)
	if err != nil {
		t.Fatal(err)
	}
	up, err := radio.Coverage(stations, src, mjd, 230e9, 10*math.Pi/180)
	if err != nil {
		t.Fatal(err)
	}
	if all.Len() != 3*48 || up.Len() == 0 || up.Len() >= all.Len()/3 {
		t.Errorf("%d of %d visibilities are above the horizon", up.Len(), all.Len())
	}
	if err := up.Validate(); err != nil {
		t.Error(err)
	}
	for k := range up.Vis {
		if up.Ant1[k] == 0 && up.Ant2[k] == 2 {
			t.Errorf("Europe and its antipode both see the source at %g s", up.TimeSec[k])
		}
	}
}

func TestCoverageRefusesBadInput(t *testing.T) {
	a := radio.Station{Name: "A", XYZ: [3]float64{6.4e6, 0, 0}}
	b := radio.Station{Name: "B", XYZ: [3]float64{0, 6.4e6, 0}}
	good, now := []radio.Station{a, b}, []float64{57854}
	for name, call := range map[string]func() error{
		"one station": func() error { _, err := radio.Coverage(good[:1], radio.Source{}, now, 1e9, 0); return err },
		"no position": func() error {
			_, err := radio.Coverage([]radio.Station{a, {}}, radio.Source{}, now, 1e9, 0)
			return err
		},
		"no times": func() error { _, err := radio.Coverage(good, radio.Source{}, nil, 1e9, 0); return err },
		"NaN time": func() error {
			_, err := radio.Coverage(good, radio.Source{}, []float64{math.NaN()}, 1e9, 0)
			return err
		},
		"zero frequency": func() error { _, err := radio.Coverage(good, radio.Source{}, now, 0, 0); return err },
		"declination":    func() error { _, err := radio.Coverage(good, radio.Source{DecRad: 2}, now, 1e9, 0); return err },
		"elevation":      func() error { _, err := radio.Coverage(good, radio.Source{}, now, 1e9, math.NaN()); return err },
	} {
		if call() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
