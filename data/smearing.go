package data

import (
	"gonum.org/v1/gonum/integrate/quad"

	"fringe/radio"
)

// Smearing averages each visibility over its integration and its channel, as a correlator does, by Gauss-Legendre quadrature
// along the baseline's true track. n points are exact for skies whose visibility turns by less than n radians or so within the
// average, so a few are enough for a field that is worth imaging. The zero value, and 1, evaluate the middle alone.
type Smearing struct {
	TimeSamples    int `yaml:"time_samples,omitempty"`
	ChannelSamples int `yaml:"channel_samples,omitempty"`
}

func (s Smearing) validate() error {
	return check("smearing", interval{"time_samples", float64(s.TimeSamples), 0, 64},
		interval{"channel_samples", float64(s.ChannelSamples), 0, 64})
}

// transform fills vis.Vis with the averages of the sky's visibilities.
func (s Smearing) transform(sky SkyTransform, vis *radio.Visibilities, channelHz float64, frame radio.Frame) {
	if s.TimeSamples <= 1 && s.ChannelSamples <= 1 {
		sky(vis.Vis, vis.U, vis.V)
		return
	}
	clear(vis.Vis)
	dt, wt := nodes(s.TimeSamples)
	df, wf := nodes(s.ChannelSamples)
	part, u, v := make([]complex128, vis.Len()), make([]float64, vis.Len()), make([]float64, vis.Len())
	for i, t := range dt {
		baselines(u, v, vis, t, frame)
		for j, f := range df {
			cu, cv := make([]float64, len(u)), make([]float64, len(v))
			for k := range u {
				scale := 1 + f*channelHz/vis.FreqHz[k]
				cu[k], cv[k] = scale*u[k], scale*v[k]
			}
			sky(part, cu, cv)
			for k, p := range part {
				vis.Vis[k] += complex(wt[i]*wf[j], 0) * p
			}
		}
	}
}

// nodes returns the abscissas within ±1/2 and the weights, of sum 1, of a quadrature with n points.
func nodes(n int) (x, weight []float64) {
	if n <= 1 {
		return []float64{0}, []float64{1}
	}
	x, weight = make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(x, weight, -0.5, 0.5)
	return x, weight
}

// baselines fills u and v with those of vis at a fraction within ±1/2 of each integration from its middle.
func baselines(u, v []float64, vis *radio.Visibilities, fraction float64, frame radio.Frame) {
	if fraction == 0 {
		copy(u, vis.U)
		copy(v, vis.V)
		return
	}
	var at []radio.Projected
	for k, t := range vis.TimeSec {
		if k == 0 || t != vis.TimeSec[k-1] || vis.IntSec[k] != vis.IntSec[k-1] {
			at = radio.Project(vis.Stations, vis.Source, frame, vis.RefMJD+(t+fraction*vis.IntSec[k])/86400)
		}
		a, b, scale := at[vis.Ant1[k]], at[vis.Ant2[k]], vis.FreqHz[k]/radio.SpeedOfLight
		u[k], v[k] = scale*(b.U-a.U), scale*(b.V-a.V)
	}
}
