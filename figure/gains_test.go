package figure

import (
	"bytes"
	"errors"
	"image/png"
	"math"
	"strings"
	"testing"
)

func TestGains(t *testing.T) {
	stations := []StationGains{
		{"AA", []GainPoint{{57854.1, 1, 0.02, 0, 1}, {57854.2, 1.1, 0.02, 170, 1}}},
		{"LM", []GainPoint{{57854.15, 0.5, 0.05, -180, 4}}},
		{"SP", nil},
	}
	var b bytes.Buffer
	if err := WriteGains(&b, stations); err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(&b)
	if err != nil || picture.Width != plotWidth || picture.Height <= 3*gainRowHeight {
		t.Errorf("%d x %d pixels, error %v; want a width of %d and a row for each of three stations", picture.Width, picture.Height, err, plotWidth)
	}
	if low, high := amplitudeRange(stations); low > 0.5 || high < 1.1 {
		t.Errorf("amplitudes range from %g to %g, must hold 0.5 and 1.1", low, high)
	}
	stations[0].Points[1].PhaseDeg = math.NaN()
	b.Reset()
	if err := WriteGains(&b, stations); !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "station AA") || b.Len() > 0 {
		t.Errorf("NaN: error %v, %d bytes; want %v and none", err, b.Len(), ErrNotFinite)
	}
	if err := WriteGains(&b, stations[2:]); err == nil || !strings.Contains(err.Error(), "no gains") {
		t.Errorf("error %v, want one that says that there are no gains", err)
	}
}
