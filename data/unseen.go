package data

import (
	"fmt"
	"math"
	"time"

	"fringe/radio"
)

// UnseenError says that no scan of a schedule sees its source, and when one would.
type UnseenError struct {
	Array           string
	Source          radio.Source
	MinElevationDeg float64
	HighestDeg      float64 // the elevation that the source reaches at the station that sees it best
	Most            int     // stations that see it at once, at most; 0 when no two of different sites ever do
	From, To        float64 // MJD: from when to when two or more see it next; 0 when Most is
	// Start is the next whole minute (MJD) at which the schedule can start and its first integration is seen by Enough stations: half
	// of Most, but two at least. It is 0 when Most is.
	Start  float64
	Enough int
}

// Error says who sees what, and when it is up.
func (e *UnseenError) Error() string {
	text := fmt.Sprintf("data: schedule: no two stations of %s see %s (RA %s, Dec %.4g°) above %g° in any scan", e.Array, e.Source.Name,
		hours(e.Source.RARad), e.Source.DecRad*180/math.Pi, e.MinElevationDeg)
	switch {
	case e.Most > 0:
		return fmt.Sprintf("%s; two or more see it from %s to %s UTC, %d at most", text, FormatTime(e.From), FormatTime(e.To), e.Most)
	case e.HighestDeg < e.MinElevationDeg:
		return fmt.Sprintf("%s; it never rises there: its highest elevation is %.3g°", text, e.HighestDeg)
	}
	return text + "; no two that are not of one site ever see it at once"
}

// hours returns a right ascension in hours with four digits, 0 h instead of 24 h.
func hours(rad float64) string {
	text := fmt.Sprintf("%.4g", math.Mod(rad*12/math.Pi+24, 24))
	if text == "24" {
		text = "0"
	}
	return text + " h"
}

// FormatTime returns a modified Julian date as [ParseTime] reads it, to the minute.
func FormatTime(mjd float64) string {
	return time.Unix(int64(math.Round((mjd-unixMJD)*minutesPerDay))*60, 0).UTC().Format("2006-01-02T15:04")
}

const (
	minutesPerDay = 1440
	// lookout is for how long an unseen source is looked for: two sidereal days, so that whatever rises within the first also sets.
	lookout = 2 * 1436
)

// unseen returns the error of a plan whose source no scan sees.
func (p plan) unseen() (*UnseenError, error) {
	e := &UnseenError{Array: p.array, Source: p.source, MinElevationDeg: p.minElevationRad * 180 / math.Pi, HighestDeg: -90}
	first := p.scans[0]
	mid, _ := first.integrations(p.setup.IntegrationSec)
	wait := mid[0] - first.startMJD
	start := math.Ceil(first.startMJD * minutesPerDay)
	seeing := make([]int, lookout)
	for k := range seeing {
		t := (start+float64(k))/minutesPerDay + wait
		n, err := p.seeing(t)
		if err != nil {
			return nil, err
		}
		seeing[k], e.Most = n, max(e.Most, n)
		for _, at := range radio.Project(p.stations, p.source, p.setup.frame(), t) {
			e.HighestDeg = math.Max(e.HighestDeg, math.Asin(math.Min(at.SinElevation, 1))*180/math.Pi)
		}
	}
	if e.Most == 0 {
		return e, nil
	}
	e.Enough = max(2, (e.Most+1)/2)
	k := 0
	for seeing[k] < e.Enough {
		k++
	}
	from, to := k, k
	for from > 0 && seeing[from-1] > 0 {
		from--
	}
	for to+1 < len(seeing) && seeing[to+1] > 0 {
		to++
	}
	at := func(k int) float64 { return (start + float64(k)) / minutesPerDay }
	e.Start, e.From, e.To = at(k), at(from)+wait, at(to)+wait
	return e, nil
}

// seeing returns how many stations see the source at a time together with another one: 0, or two at least.
func (p plan) seeing(mjd float64) (n int, err error) {
	vis, err := p.observing().Coverage(p.stations, p.source, []float64{mjd}, []float64{p.freqHz})
	if err != nil {
		return 0, err
	}
	if !p.intraSite {
		vis, _ = vis.WithoutIntraSite()
	}
	paired := make([]bool, len(p.stations))
	for k := range vis.Ant1 {
		paired[vis.Ant1[k]], paired[vis.Ant2[k]] = true, true
	}
	for _, is := range paired {
		if is {
			n++
		}
	}
	return n, nil
}
