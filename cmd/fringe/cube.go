package main

import (
	"fmt"
	"math"
	"slices"

	"fringe/infer"
	"fringe/radio"
)

// split divides an observation into n channels of neighbouring frequencies, as many in each as can be, and returns the mean frequency of each.
func (obs *observation) split(n int) (channels []*observation, freqHz []float64, err error) {
	frequencies := obs.vis.Frequencies()
	slices.Sort(frequencies)
	if len(frequencies)%n != 0 {
		return nil, nil, withHint(fmt.Errorf("--cube %d does not divide the %d frequencies of the data", n, len(frequencies)), "give a divisor, or choose frequencies with --channels")
	}
	size := len(frequencies) / n
	for c := range n {
		group := frequencies[c*size : (c+1)*size]
		within := func(v *radio.Visibilities) *radio.Visibilities { return v.FreqRange(group[0], group[size-1]) }
		channels = append(channels, &observation{vis: within(obs.vis), whole: within(obs.whole), averaged: obs.averaged, limited: obs.limited, siteJy: obs.siteJy})
		freqHz = append(freqHz, sum(group)/float64(size))
	}
	step := (freqHz[n-1] - freqHz[0]) / float64(n-1)
	for c, f := range freqHz {
		if math.Abs(f-freqHz[0]-float64(c)*step) > 1e-3*step {
			return nil, nil, withHint(fmt.Errorf("--cube %d: channel %d is at %.6g GHz, even steps have it at %.6g GHz, and a FITS cube has even steps", n, c, f/1e9, (freqHz[0]+float64(c)*step)/1e9),
				"choose frequencies with --channels, or image the channels one by one")
		}
	}
	return channels, freqHz, nil
}

// cubeSets replaces the only data set by one for each channel.
func (j *job) cubeSets() error {
	n := j.options.cube
	if n <= 1 {
		return nil
	}
	o := j.options
	switch {
	case len(j.sets) > 1:
		return withHint(fmt.Errorf("--cube is for one file, got %d", len(j.sets)), "put the channels into one file")
	case isCheckpoint(o.prior):
		return withHint(fmt.Errorf("--cube is for regularizers: %s has learned single images", o.prior), "name regularizers with --prior, such as entropy=1,tsv=1,tv_channel=1")
	case o.selfcal != "none" || o.cv:
		return withHint(fmt.Errorf("--cube goes with neither --selfcal nor --cv"), "calibrate, and choose strengths, with an image of all channels together first")
	}
	channels, freqHz, err := j.sets[0].obs.split(n)
	if err != nil {
		return err
	}
	channels[0].notes = append(channels[0].notes, fmt.Sprintf("%d channels from %.6g to %.6g GHz", n, freqHz[0]/1e9, freqHz[n-1]/1e9))
	j.freqHz, j.problem.Channels = freqHz, n
	first := j.sets[0]
	j.sets = nil
	for c, obs := range channels {
		j.sets = append(j.sets, &dataset{obs: obs, weight: first.weight, plane: c, name: fmt.Sprintf("%s, %.6g GHz", first.name, freqHz[c]/1e9)})
	}
	return nil
}

// planeOf returns the plane of an image that a data set sees: all of it, or a channel of a cube.
func (j *job) planeOf(s *dataset, image []float64) []float64 {
	return image[s.plane*j.grid.Len():][:j.grid.Len()]
}

// meanImage returns the mean of the channels.
func (j *job) meanImage(image []float64) []float64 {
	mean := make([]float64, j.grid.Len())
	for i, v := range image {
		mean[i%len(mean)] += v / float64(j.channels())
	}
	return mean
}

// dataTerm is a term of one image with the reduced χ² of its data.
type dataTerm interface {
	infer.Term
	ReducedChi2(x []float64) (map[string]float64, error)
}

// planeTerm is a data term of one plane of a cube.
type planeTerm struct {
	dataTerm
	first, size int
}

// ValueGrad is the term's at the plane; the gradient is 0 elsewhere.
func (p planeTerm) ValueGrad(grad, x []float64) (float64, error) {
	plane := x[p.first : p.first+p.size]
	if grad == nil {
		return p.dataTerm.ValueGrad(nil, plane)
	}
	clear(grad)
	return p.dataTerm.ValueGrad(grad[p.first:p.first+p.size], plane)
}

// ReducedChi2 is the term's at the plane.
func (p planeTerm) ReducedChi2(x []float64) (map[string]float64, error) {
	return p.dataTerm.ReducedChi2(x[p.first : p.first+p.size])
}
