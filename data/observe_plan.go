package data

import (
	"fmt"
	"math"

	"fringe/radio"
)

// Setup says how the visibilities of a scan are sampled. The zero value is one visibility per baseline and scan, in one channel,
// of a source at a J2000 position, without shadows.
type Setup struct {
	// IntegrationSec is the time per visibility; what a scan has beyond a whole number of integrations is lost. 0, or more than
	// the scan, means the whole scan.
	IntegrationSec float64 `yaml:"integration_sec,omitempty"`
	// Channels is the number of channels into which the bandwidth is split, each with its own visibilities; 0 means 1.
	Channels int `yaml:"channels,omitempty"`
	// DishMetres is the diameter of the dishes: a station is left out while another, nearer to the source, is less than this
	// away in projection. 0 means no shadows.
	DishMetres float64 `yaml:"dish_m,omitempty"`
	// Frame is what the position of the source refers to: "j2000" or "of_date", see [radio.Frame]; "" means j2000.
	Frame string `yaml:"frame,omitempty"`
}

func (s Setup) frame() radio.Frame {
	if s.Frame == "of_date" {
		return radio.OfDate
	}
	return radio.J2000
}

func (s Setup) channels() int { return max(s.Channels, 1) }

func (s Setup) validate() error {
	if t := s.IntegrationSec; t != 0 && !(t >= 1e-3 && t <= 86400) {
		return &FieldError{Of: "observation", Field: "integration_sec", Value: fmt.Sprintf("%g", t), Want: "within 0.001 to 86400", Note: "0 means the whole scan"}
	}
	if s.Channels < 0 || s.Channels > 1<<16 {
		return &FieldError{Of: "observation", Field: "channels", Value: fmt.Sprint(s.Channels), Want: "between 1 and 65536", Note: "0 means 1"}
	}
	if !(s.DishMetres >= 0 && s.DishMetres <= 1000) {
		return &FieldError{Of: "observation", Field: "dish_m", Value: fmt.Sprintf("%g", s.DishMetres), Want: "within 0 to 1000", Note: "0 means no shadows"}
	}
	if s.Frame != "" && s.Frame != "j2000" && s.Frame != "of_date" {
		return &FieldError{Of: "observation", Field: "frame", Value: fmt.Sprintf("%q", s.Frame), Want: "j2000 or of_date"}
	}
	return nil
}

// scan is one stretch of observing.
type scan struct{ startMJD, lengthSec float64 }

// integrations returns the midpoints (MJD) of the scan's integrations and the length of each in seconds.
func (s scan) integrations(sec float64) (mid []float64, length float64) {
	n := 1
	if sec > 0 && sec < s.lengthSec {
		n = int(s.lengthSec/sec + 1e-9) // a whole ratio may be rounded down
	} else {
		sec = s.lengthSec
	}
	for k := range n {
		mid = append(mid, s.startMJD+(float64(k)+0.5)*sec/86400)
	}
	return mid, sec
}

// plan is an observation of which nothing is left to chance.
type plan struct {
	array                                string
	stations                             []radio.Station
	source                               radio.Source
	scans                                []scan
	setup                                Setup
	freqHz, bandwidthHz, minElevationRad float64
	noiseScale                           float64
	intraSite                            bool
}

// maxVisibilities bounds an observation to 8 GB.
const maxVisibilities = 100_000_000

// most returns how many visibilities there are when the source never sets.
func (p plan) most() float64 {
	n := 0.0
	for _, s := range p.scans {
		if sec := p.setup.IntegrationSec; sec > 0 {
			n += math.Max(1, s.lengthSec/sec)
		} else {
			n++
		}
	}
	stations := float64(len(p.stations))
	return n * float64(p.setup.channels()) * stations * (stations - 1) / 2
}

// observing returns how the array observes.
func (p plan) observing() radio.Observing {
	return radio.Observing{Frame: p.setup.frame(), ElevationMinRad: p.minElevationRad, DishMetres: p.setup.DishMetres}
}

// observation returns the visibilities of the stations that see the source, with the weights of [ThermalSigma].
func (p plan) observation() (Observation, error) {
	if n := p.most(); n > maxVisibilities {
		return Observation{}, fmt.Errorf("an observation of up to %.3g visibilities, the most is %d: make integrations longer, or channels or scans fewer", n, maxVisibilities)
	}
	var mid, length []float64
	for _, s := range p.scans {
		times, sec := s.integrations(p.setup.IntegrationSec)
		for _, t := range times {
			mid, length = append(mid, t), append(length, sec)
		}
	}
	n := p.setup.channels()
	width := p.bandwidthHz / float64(n)
	freq := make([]float64, n)
	for k := range freq {
		freq[k] = p.freqHz + (float64(k)-float64(n-1)/2)*width
	}
	how := p.observing()
	vis, err := how.Coverage(p.stations, p.source, mid, freq)
	if err != nil {
		return Observation{}, err
	}
	now := 0
	for k, t := range vis.TimeSec {
		for (mid[now]-vis.RefMJD)*86400 < t {
			now++
		}
		vis.IntSec[k] = length[now]
		sigma := p.noiseScale * ThermalSigma(p.stations[vis.Ant1[k]], p.stations[vis.Ant2[k]], width, length[now])
		vis.Weight[k] = 1 / (sigma * sigma)
	}
	if !p.intraSite {
		vis, _ = vis.WithoutIntraSite()
	}
	return Observation{Vis: vis, ChannelHz: width, Frame: how.Frame}, nil
}
