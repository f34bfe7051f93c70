package data_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fringe/data"
	"fringe/radio"
)

// equator returns a table of stations on the equator at these longitudes (degrees).
func equator(t *testing.T, longitudes ...float64) string {
	t.Helper()
	const earth = 6378137.0
	text := ""
	for k, lon := range longitudes {
		s, c := math.Sincos(lon * math.Pi / 180)
		text += fmt.Sprintf("S%d %.3f %.3f 0 1000\n", k, earth*c, earth*s)
	}
	path := filepath.Join(t.TempDir(), "equator.txt")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// unseen returns the error of a schedule whose first scan starts five sidereal hours after the transit at longitude 0 of a source at the
// given declination.
func unseen(t *testing.T, array string, decDeg float64) *data.UnseenError {
	t.Helper()
	const start = 57854.5
	ra := radio.SiderealTime(start)*12/math.Pi - 5
	s := data.Schedule{Array: array, Source: "X", RAHours: math.Mod(ra+24, 24), DecDeg: decDeg, Start: mjdText(start), Scans: 2, ScanSec: 400, GapSec: 800,
		FreqGHz: 230, MinElevationDeg: 30, Setup: data.Setup{Frame: "of_date"}}
	_, err := s.Observation()
	var e *data.UnseenError
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want an UnseenError", err)
	}
	if e.Start > 0 {
		s.Start = data.FormatTime(e.Start)
		if _, err := s.Observation(); err != nil {
			t.Errorf("starting at %s: %v", s.Start, err)
		}
	}
	return e
}

// On the equator the elevation of a source of declination 0 is 90° less its hour angle, so it is above 30° within four hours of transit:
// again 15 sidereal hours after the schedule's start, for 8. A sidereal hour has 59.836 minutes. The stations 12 km apart are no site,
// and see it within 26 s of each other.
func TestUnseenFromNextRise(t *testing.T) {
	const hour = 60 / 1.00273791 // minutes
	e := unseen(t, equator(t, 0, 0.108), 0)
	from, to, start := (e.From-57854.5)*1440, (e.To-57854.5)*1440, (e.Start-57854.5)*1440
	if d := from - 15*hour; !(d > -0.01 && d < 1.01) {
		t.Errorf("rises after %.2f minutes, want the minute after %.2f", from, 15*hour)
	}
	if d := to - 23*hour; !(d < 0.01 && d > -1.5) {
		t.Errorf("sets after %.2f minutes, want the minute before %.2f", to, 23*hour)
	}
	if math.Abs(start-math.Round(start)) > 1e-4 || math.Abs(from-start-200.0/60) > 1e-3 {
		t.Errorf("starts after %.4f minutes, want a whole minute 200 s, half a scan, before %.2f", start, from)
	}
	if e.Most != 2 || e.Enough != 2 || math.Abs(e.HighestDeg-90) > 0.2 {
		t.Errorf("seen by %d, enough are %d, highest at %.2f°; want 2, 2, 90°", e.Most, e.Enough, e.HighestDeg)
	}
	for _, want := range []string{"no two stations", "see X", "two or more see it from 2017-04-12T02:58 to 2017-04-12T10:5", "2 at most"} {
		if !strings.Contains(e.Error(), want) {
			t.Errorf("%q lacks %q", e.Error(), want)
		}
	}
}

// A source at −70° reaches 20° on the equator; stations on opposite sides of the Earth never see one at once.
func TestUnseenEver(t *testing.T) {
	e := unseen(t, equator(t, 0, 1), -70)
	if e.Most != 0 || e.Start != 0 || math.Abs(e.HighestDeg-20) > 0.01 || !strings.Contains(e.Error(), "never rises there: its highest elevation is 20°") {
		t.Errorf("%+v: %v", e, e)
	}
	if e := unseen(t, equator(t, 0, 180), 0); e.Most != 0 || !strings.Contains(e.Error(), "no two that are not of one site ever see it at once") {
		t.Errorf("%+v: %v", e, e)
	}
}

// Right ascensions just below 24 h are printed as 0 h.
func TestUnseenHours(t *testing.T) {
	for want, hours := range map[string]float64{"RA 0 h": 23.99999, "RA 23.99 h": 23.99, "RA 12.51 h": 12.5137} {
		e := &data.UnseenError{Source: radio.Source{RARad: hours * math.Pi / 12}}
		if !strings.Contains(e.Error(), want) {
			t.Errorf("%q lacks %q", e.Error(), want)
		}
	}
}
