package shards

import (
	"fmt"
	"math"
	"slices"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
)

// Example is a training pair, and its visibilities as the linear problem that networks see.
type Example struct {
	data.Pair // Sky is empty when it was read from a file
	Scaled    measure.Scaled
}

// NewExample makes the linear problem of a pair. The visibilities' errors are raised by the fraction systematic of each
// amplitude before, but not in the pair.
func NewExample(p data.Pair, systematic float64) (Example, error) {
	scaled, err := measure.NewScaled(p.Grid, p.Vis.WithSystematic(systematic))
	if err != nil {
		return Example{}, fmt.Errorf("shards: %s pair %d: %w", p.Split, p.Index, err)
	}
	return Example{Pair: p, Scaled: scaled}, nil
}

// Line is what a line of metadata says of a pair.
type Line struct {
	Index        uint64   `json:"index"`
	Seed         uint64   `json:"seed"`
	Split        string   `json:"split"`
	Family       string   `json:"family"`
	Transform    string   `json:"transform"` // how the visibilities were computed, see data.Transform
	FluxJy       float64  `json:"flux_jy"`
	Visibilities int      `json:"visibilities"`
	NoiseJy      float64  `json:"noise_jy"` // median σ of the real part of a visibility
	ScaleJy      float64  `json:"scale_jy"` // Jy/pixel of one network unit
	Gain         float32  `json:"gain"`     // see measure.Scaled
	Stations     []string `json:"stations"` // names, of which the manifest knows positions
	Source       string   `json:"source"`   // name
	RARad        float64  `json:"ra_rad"`   // of the source
	DecRad       float64  `json:"dec_rad"`  // of the source
	RefMJD       float64  `json:"ref_mjd"`  // of time 0
	Checksum     string   `json:"sha256"`   // of the data of the pair's tensors, in the order of the file
}

func newLine(e Example) Line {
	l := Line{
		Index: e.Index, Seed: e.Seed, Split: e.Split.String(), Family: e.Family, Transform: e.Transform.String(), FluxJy: e.FluxJy,
		Visibilities: e.Vis.Len(), NoiseJy: medianSigma(e.Vis), ScaleJy: e.Scaled.Scale, Gain: e.Scaled.Gain,
		Source: e.Vis.Source.Name, RARad: e.Vis.Source.RARad, DecRad: e.Vis.Source.DecRad, RefMJD: e.Vis.RefMJD, Stations: []string{},
	}
	for _, s := range e.Vis.Stations {
		l.Stations = append(l.Stations, s.Name)
	}
	return l
}

// medianSigma returns the median error of the visibilities that are not flagged, 0 when all are.
func medianSigma(v *radio.Visibilities) float64 {
	var sigmas []float64
	for _, w := range v.Weight {
		if w > 0 {
			sigmas = append(sigmas, 1/math.Sqrt(w))
		}
	}
	if len(sigmas) == 0 {
		return 0
	}
	slices.Sort(sigmas)
	return sigmas[len(sigmas)/2]
}
