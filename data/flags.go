package data

import (
	"errors"
	"math"
	"math/rand/v2"

	"fringe/radio"
)

// Flags are data that are lost. Lost visibilities stay, with weight 0. The zero value loses none.
type Flags struct {
	// StationFraction is the fraction of the time for which a station is off, on average, and StationSec the mean length of
	// such an interval (0 means 600). On and off alternate as a Markov process.
	StationFraction float64 `yaml:"station_fraction,omitempty"`
	StationSec      float64 `yaml:"station_sec,omitempty"`
	// Fraction is the fraction of single visibilities that are lost at random.
	Fraction float64 `yaml:"fraction,omitempty"`
}

func (f Flags) validate() error {
	return check("flags", interval{"station_fraction", f.StationFraction, 0, 0.9}, interval{"station_sec", f.StationSec, 0, 1e7},
		interval{"fraction", f.Fraction, 0, 0.99})
}

// Off draws which of n stations are off at the given times (seconds, ascending): off[time][station].
func (f Flags) Off(rng *rand.Rand, n int, timeSec []float64) [][]bool {
	off := make([][]bool, len(timeSec))
	for k := range off {
		off[k] = make([]bool, n)
	}
	// Intervals off last L on average and intervals on L(1−p)/p, so the chance to be off relaxes to p within L(1−p); this is
	// exact for any spacing of the times.
	relax := orDefault(f.StationSec, 600) * (1 - f.StationFraction)
	for s := range n {
		for k := range off {
			p := f.StationFraction
			if k > 0 {
				was := 0.0
				if off[k-1][s] {
					was = 1
				}
				p += (was - p) * math.Exp(-(timeSec[k]-timeSec[k-1])/relax)
			}
			off[k][s] = rng.Float64() < p
		}
	}
	return off
}

// apply flags visibilities. Draws that leave nothing are drawn again.
func (f Flags) apply(rng *rand.Rand, vis *radio.Visibilities) error {
	if f.StationFraction == 0 && f.Fraction == 0 {
		return nil
	}
	times, at := epochs(vis)
	for range maxTries {
		off := f.Off(rng, len(vis.Stations), times)
		lost := make([]bool, vis.Len())
		left := 0
		for k := range lost {
			lost[k] = rng.Float64() < f.Fraction || off[at[k]][vis.Ant1[k]] || off[at[k]][vis.Ant2[k]]
			if !lost[k] {
				left++
			}
		}
		if left == 0 {
			continue
		}
		for k := range lost {
			if lost[k] {
				vis.Weight[k] = 0
			}
		}
		return nil
	}
	return errors.New("data: effects.flags leave no visibility in any of 200 draws; lower station_fraction or fraction")
}
