package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"fringe/data"
	"fringe/radio"

	"github.com/spf13/pflag"
)

// pickFlags leave out a part of the data, or average it over channels and time.
type pickFlags struct {
	uvMax     quantity
	exclude   string        // names of stations
	baselines string        // names of baselines
	times     string        // first and last
	channels  int           // averaged into one; 0 and 1 leave them
	interval  time.Duration // averaged into one; 0 leaves them
}

func (p *pickFlags) register(f *pflag.FlagSet) {
	p.uvMax = length("")
	f.Var(&p.uvMax, "uv-max", "leave out longer baselines, such as 5Gl, 30kl")
	f.StringVar(&p.exclude, "exclude-stations", "", "leave out all baselines of these stations, such as LM,SR")
	f.StringVar(&p.baselines, "exclude-baselines", "", "leave out these baselines, such as AA-LM,AZ-LM")
	f.StringVar(&p.times, "time", "", "keep the time from the first to the last only, UTC, such as 2017-04-11T03:00,2017-04-11T05:30, or 03:00,05:30 of the first day")
	f.IntVar(&p.channels, "average-channels", 0, "average so many adjacent channels into one, which smears what is far from the phase centre (default: as they are)")
	f.DurationVar(&p.interval, "average-time", 0, "average each baseline over so much time, such as 30s, within scans; it smears as well (default: as they are)")
}

// longest returns the longest baseline that is kept, in wavelengths.
func (p pickFlags) longest() float64 {
	if p.uvMax.value > 0 {
		return p.uvMax.value
	}
	return math.Inf(1)
}

// apply leaves out stations, baselines and times, and averages.
func (p pickFlags) apply(v *radio.Visibilities) (_ *radio.Visibilities, err error) {
	if p.channels < 0 {
		return nil, fmt.Errorf("--average-channels is %d, must not be negative", p.channels)
	}
	if p.interval < 0 {
		return nil, fmt.Errorf("--average-time is %v, must not be negative", p.interval)
	}
	named := len(v.Stations) > 0
	if p.exclude != "" {
		if v, err = v.WithoutStations(strings.Split(p.exclude, ",")...); err != nil {
			return nil, withHint(err, "%s", namesHint(named, "--exclude-stations wants names as the file has them; fringe inspect lists them"))
		}
	}
	if p.baselines != "" {
		if v, err = v.WithoutBaselines(strings.Split(p.baselines, ",")...); err != nil {
			return nil, withHint(err, "%s", namesHint(named, "--exclude-baselines wants names as the file has them; fringe inspect lists the stations"))
		}
	}
	if v, err = p.within(v); err != nil {
		return nil, err
	}
	if p.channels > 1 {
		v = v.ChannelAverage(p.channels)
	}
	if p.interval > 0 {
		if !v.HasStations() {
			return nil, withHint(fmt.Errorf("--average-time is for data of known stations"), "leave it out: nothing says which of these visibilities belong together")
		}
		v = v.TimeAverage(p.interval.Seconds())
	}
	return v, nil
}

// namesHint returns the hint for data that name their stations, or else that there are no names.
func namesHint(named bool, hint string) string {
	if !named {
		return "leave it out: npz and text tables do not say which stations their visibilities are from"
	}
	return hint
}

// within returns the visibilities of the time that --time names.
func (p pickFlags) within(v *radio.Visibilities) (*radio.Visibilities, error) {
	if p.times == "" {
		return v, nil
	}
	from, to, _ := strings.Cut(p.times, ",")
	first, ok1 := parseTimeOf(from, v)
	last, ok2 := parseTimeOf(to, v)
	if !ok1 || !ok2 || !(first <= last) {
		return nil, withHint(fmt.Errorf("--time %q is no first and last time", p.times), "write --time 2017-04-11T03:00,2017-04-11T05:30, or --time 03:00,05:30 of the first day")
	}
	if v.RefMJD == 0 {
		return nil, withHint(fmt.Errorf("--time is for data that tell their times"), "leave it out")
	}
	kept := v.TimeRange(first, last)
	if kept.Len() == 0 {
		return nil, withHint(fmt.Errorf("no visibility lies within --time %s", p.times), "fringe inspect tells when the observation was")
	}
	return kept, nil
}

// parseTimeOf returns the modified Julian date of a time; without a date it is of the first day of the data, and may have more than 24 hours.
func parseTimeOf(text string, v *radio.Visibilities) (mjd float64, ok bool) {
	if mjd, ok = data.ParseTime(text); ok {
		return mjd, true
	}
	hours, err := parseAngle(text+strings.Repeat(":00", max(0, 2-strings.Count(text, ":"))), 1)
	if err != nil || !strings.Contains(text, ":") || v.Len() == 0 {
		return 0, false
	}
	earliest := math.Inf(1)
	for _, t := range v.TimeSec {
		earliest = math.Min(earliest, t)
	}
	return math.Floor(v.RefMJD+earliest/86400) + hours/24, true
}
