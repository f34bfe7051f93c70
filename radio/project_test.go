package radio_test

import (
	"math"
	"testing"

	"fringe/radio"
)

// TestPolarSourceDrawsCircles: seen from the pole, a baseline (X, Y, Z) turns once a sidereal day on a circle of radius √(X² + Y²)
// at constant rate, whatever its Z. v is smaller than u by sin(Dec) = 1.
func TestPolarSourceDrawsCircles(t *testing.T) {
	stations := []radio.Station{
		{Name: "A", XYZ: [3]float64{5088967.9, -301681.6, 3825015.8}},
		{Name: "B", XYZ: [3]float64{2225061.164, -5440057.37, 2481681.15}},
	}
	const freq, day = 15e9, 86164.0905 / 86400 // sidereal, in days
	var mjd []float64
	for k := range 25 {
		mjd = append(mjd, 57854+float64(k)/24*day)
	}
	how := radio.Observing{Frame: radio.OfDate, ElevationMinRad: -math.Pi / 2}
	vis, err := how.Coverage(stations, radio.Source{RARad: 1, DecRad: math.Pi / 2}, mjd, []float64{freq})
	if err != nil {
		t.Fatal(err)
	}
	radius := math.Hypot(stations[1].XYZ[0]-stations[0].XYZ[0], stations[1].XYZ[1]-stations[0].XYZ[1]) * freq / radio.SpeedOfLight
	start := math.Atan2(vis.V[0], vis.U[0])
	for k := range vis.Vis {
		angle := start + 2*math.Pi*float64(k)/24 // the Earth turns from East to North
		u, v := radius*math.Cos(angle), radius*math.Sin(angle)
		if d := math.Hypot(vis.U[k]-u, vis.V[k]-v) / radius; d > 1e-7 { // the sidereal day is given to 1e-9 of itself
			t.Errorf("hour %d: (u, v) is %.2g of the radius from the circle", k, d)
		}
	}
}

// TestElevationLimit: at latitude φ on the meridian a source of declination δ stands at 90° − |φ − δ|. Stations on the equator
// (no ellipsoid there), the source on their meridian at declination 60°, so at 30°.
func TestElevationLimit(t *testing.T) {
	const re = 6378137
	a, b := radio.Station{Name: "A", XYZ: [3]float64{re, 0, 0}}, radio.Station{Name: "B", XYZ: [3]float64{re, 100, 0}}
	src := radio.Source{RARad: radio.SiderealTime(57854), DecRad: math.Pi / 3}
	at := radio.Project([]radio.Station{a, b}, src, radio.OfDate, 57854)
	if math.Abs(at[0].SinElevation-0.5) > 1e-12 { // rounding
		t.Errorf("sin elevation %.15g, want that of 30°", at[0].SinElevation)
	}
	for limit, want := range map[float64]int{29.99: 1, 30.01: 0} {
		how := radio.Observing{Frame: radio.OfDate, ElevationMinRad: limit * math.Pi / 180}
		vis, err := how.Coverage([]radio.Station{a, b}, src, []float64{57854}, []float64{1e9})
		if err != nil || vis.Len() != want {
			t.Errorf("limit %g°: %d visibilities (%v), want %d", limit, vis.Len(), err, want)
		}
	}
}

// TestShadows: two dishes of 25 m stand 50 m apart along the meridian on the equator. The southern one sees a source in the North at
// elevation E past the other at a projected distance 50·sin E: 25 m for E = 30°, so it is shadowed just below.
func TestShadows(t *testing.T) {
	const re = 6378137
	north := radio.Station{Name: "N", XYZ: [3]float64{re, 0, 50}}
	south := radio.Station{Name: "S", XYZ: [3]float64{re, 0, 0}}
	east := radio.Station{Name: "E", XYZ: [3]float64{re, 200, 0}}
	for elevation, want := range map[float64][]bool{30.1: {false, false, false}, 29.9: {false, true, false}} {
		src := radio.Source{RARad: radio.SiderealTime(57854), DecRad: (90 - elevation) * math.Pi / 180}
		at := radio.Project([]radio.Station{north, south, east}, src, radio.OfDate, 57854)
		got := radio.Shadowed(at, 25)
		for k := range want {
			if got[k] != want[k] {
				t.Errorf("elevation %g°: shadowed %v, want %v", elevation, got, want)
				break
			}
		}
		how := radio.Observing{Frame: radio.OfDate, DishMetres: 25}
		vis, err := how.Coverage([]radio.Station{north, south, east}, src, []float64{57854}, []float64{1e9})
		if n := map[bool]int{true: 1, false: 3}[want[1]]; err != nil || vis.Len() != n {
			t.Errorf("elevation %g°: %d visibilities (%v), want %d", elevation, vis.Len(), err, n)
		}
	}
	if _, err := (radio.Observing{DishMetres: math.NaN()}).Coverage([]radio.Station{north, south}, radio.Source{}, []float64{57854}, []float64{1e9}); err == nil {
		t.Error("a dish of NaN metres: no error")
	}
}

// TestParallacticAngle compares with tan q = sin H / (tan φ cos δ − sin δ cos H) (Thompson, Moran & Swenson 2017, eq. A4.2.5), for a
// station at geodetic latitude 30°.
func TestParallacticAngle(t *testing.T) {
	const phi, dec, e2 = math.Pi / 6, 0.3, 0.00669438
	n := 6378137 / math.Sqrt(1-e2*math.Sin(phi)*math.Sin(phi))
	s := radio.Station{XYZ: [3]float64{n * math.Cos(phi), 0, n * (1 - e2) * math.Sin(phi)}}
	for _, h := range []float64{-1.2, -0.1, 0.4, 1.5} {
		src := radio.Source{RARad: radio.SiderealTime(57854) - h, DecRad: dec}
		want := math.Atan2(math.Sin(h), math.Tan(phi)*math.Cos(dec)-math.Sin(dec)*math.Cos(h))
		if got := radio.ParallacticAngle(s, src, radio.OfDate, 57854); math.Abs(got-want) > 1e-12 { // rounding
			t.Errorf("hour angle %g: parallactic angle %.15g, want %.15g", h, got, want)
		}
	}
}
