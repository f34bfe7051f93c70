package main

import (
	"fmt"
	"math"
	"strings"

	"fringe/radio"

	"github.com/spf13/pflag"
)

// pickFlags leave out a part of the data, or average it over channels.
type pickFlags struct {
	uvMax    quantity
	exclude  string // names of stations
	channels int    // averaged into one; 0 and 1 leave them
}

func (p *pickFlags) register(f *pflag.FlagSet) {
	p.uvMax = length("")
	f.Var(&p.uvMax, "uv-max", "leave out longer baselines, such as 5Gl, 30kl")
	f.StringVar(&p.exclude, "exclude-stations", "", "leave out all baselines of these stations, such as LM,SR")
	f.IntVar(&p.channels, "average-channels", 0, "average so many adjacent channels into one, which smears what is far from the phase centre (default: as they are)")
}

// longest returns the longest baseline that is kept, in wavelengths.
func (p pickFlags) longest() float64 {
	if p.uvMax.value > 0 {
		return p.uvMax.value
	}
	return math.Inf(1)
}

// apply leaves out stations and averages channels.
func (p pickFlags) apply(v *radio.Visibilities) (_ *radio.Visibilities, err error) {
	if p.channels < 0 {
		return nil, fmt.Errorf("--average-channels is %d, must not be negative", p.channels)
	}
	if p.exclude != "" {
		if v, err = v.WithoutStations(strings.Split(p.exclude, ",")...); err != nil {
			return nil, withHint(err, "--exclude-stations wants names as the file has them; fringe inspect lists them")
		}
	}
	if p.channels > 1 {
		v = v.ChannelAverage(p.channels)
	}
	return v, nil
}
