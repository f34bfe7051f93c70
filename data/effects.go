package data

import (
	"errors"
	"math/rand/v2"

	"fringe/radio"
)

// Effects are what an instrument does to visibilities beyond thermal noise. The zero value does nothing. Each effect draws from
// a stream of its own, so that switching one on leaves the numbers of all others, and the noise, as they were.
type Effects struct {
	Smearing Smearing `yaml:"smearing,omitempty"`
	Leakage  Leakage  `yaml:"leakage,omitempty"`
	Drift    Drift    `yaml:"drift,omitempty"`
	Flags    Flags    `yaml:"flags,omitempty"`
}

// Validate says which field is wrong and what it may be.
func (e Effects) Validate() error {
	return errors.Join(e.Smearing.validate(), e.Leakage.validate(), e.Drift.validate(), e.Flags.validate())
}

// interval is a field of an effect and what it may be.
type interval struct {
	name          string
	value, lo, hi float64
}

// check returns an error for the first value outside its interval.
func check(effect string, fields ...interval) error {
	for _, f := range fields {
		if !(f.lo <= f.value && f.value <= f.hi) {
			return outside("", "effects."+effect+"."+f.name, f.value, f.lo, f.hi)
		}
	}
	return nil
}

// SkyTransform fills vis[k] with the visibility of a sky, in Jy, at (u[k], v[k]) wavelengths.
type SkyTransform func(vis []complex128, u, v []float64)

// ImageTransform returns the exact transform of an image (Jy/pixel) on g. The image is kept, not copied.
func ImageTransform(img []float64, g radio.Grid) SkyTransform {
	return func(vis []complex128, u, v []float64) { radio.NewDFT(g, u, v).Forward(vis, img) }
}

// Simulate returns the visibilities of the observation with data: those of the sky, smeared, with leakage and gains, with
// Gaussian noise of variance 1/Weight in real and imaginary part, and then flagged (weight 0), in this order. rng gives the
// generator of each purpose, as [Rng] does for a seed.
func (o Observation) Simulate(sky SkyTransform, e Effects, rng func(Stream) *rand.Rand) (*radio.Visibilities, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	return o.simulate(sky, GainConfig{}, e, rng)
}

// simulate applies the gains of scans too, which share the generator of the noise.
func (o Observation) simulate(sky SkyTransform, gains GainConfig, e Effects, rng func(Stream) *rand.Rand) (*radio.Visibilities, error) {
	out := o.Vis.Clone()
	e.Smearing.transform(sky, out, o.ChannelHz, o.Frame)
	e.Leakage.apply(rng(LeakageStream), out, o.Frame)
	e.Drift.apply(rng(DriftStream), out)
	noise := rng(NoiseStream)
	gains.apply(noise, out)
	addNoise(noise, out)
	if err := e.Flags.apply(rng(FlagStream), out); err != nil {
		return nil, err
	}
	return out, nil
}

// epochs returns the distinct times of a set in ascending order of first appearance, and for each visibility the index of its
// time. Times in vis ascend.
func epochs(vis *radio.Visibilities) (times []float64, at []int) {
	at = make([]int, vis.Len())
	for k, t := range vis.TimeSec {
		if k == 0 || t != vis.TimeSec[k-1] {
			times = append(times, t)
		}
		at[k] = len(times) - 1
	}
	return times, at
}
