package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
	"fringe/train"
)

// simulationRecord says what was done, in the observation's line of JSON.
type simulationRecord struct {
	Program      string          `json:"program"`
	Sky          string          `json:"sky"`
	FluxJy       float64         `json:"flux_jy"`
	NX           int             `json:"nx"`
	NY           int             `json:"ny"`
	CellUas      float64         `json:"cell_uas"`
	Transform    string          `json:"transform"`
	Schedule     json.RawMessage `json:"schedule"`
	Seed         uint64          `json:"seed"`
	Noise        bool            `json:"noise"`
	Visibilities int             `json:"visibilities"`
	UVMax        float64         `json:"uv_max"` // wavelengths
	NoiseJy      float64         `json:"noise_jy"`
}

func (o *observeFlags) record(sky *simulatedSky, s data.Schedule, v *radio.Visibilities, how string) simulationRecord {
	schedule, _ := train.ConfigJSON(s) // a plain struct of numbers and names cannot fail
	noise := sigmas(v)
	return simulationRecord{
		Program: "fringe " + version, Sky: sky.what, FluxJy: sky.fluxJy, NX: sky.grid.NX, NY: sky.grid.NY, CellUas: sky.grid.CellRad / radio.Microarcsecond,
		Transform: how, Schedule: schedule, Seed: o.seed, Noise: o.noise,
		Visibilities: v.Len(), UVMax: v.UVMax(), NoiseJy: noise[len(noise)/2],
	}
}

// sigmas returns the errors (Jy) of the visibilities that are not flagged, sorted.
func sigmas(v *radio.Visibilities) (all []float64) {
	for k := range v.Weight {
		if !v.Flagged(k) {
			all = append(all, v.Sigma(k))
		}
	}
	slices.Sort(all)
	return all
}

// tell prints the coverage, the beam and the noise.
func (r simulationRecord) tell(v *radio.Visibilities, log io.Writer) {
	times, shortest := map[float64]bool{}, math.Inf(1)
	for k, t := range v.TimeSec {
		times[t] = true
		shortest = math.Min(shortest, v.UVDistance(k))
	}
	fmt.Fprintf(log, "sky: %s, %.4g Jy, %d x %d pixels of %s\n", r.Sky, r.FluxJy, r.NX, r.NY, angleText(r.CellUas*radio.Microarcsecond))
	flagged := ""
	if n := v.Len() - v.Unflagged().Len(); n > 0 {
		flagged = fmt.Sprintf(", flagged: %d", n)
	}
	fmt.Fprintf(log, "coverage: %s%s, times: %d, channels: %d, baselines of %.4g to %.4g Ml\n", contents(v), flagged, len(times), len(v.Frequencies()), shortest/1e6, r.UVMax/1e6)
	beam := "not told, " // of two stations, or of baselines so short that they make a pedestal
	if fitted, err := measure.FitBeam(v.U, v.V, v.Weight); err != nil {
		beam += err.Error()
	} else {
		beam = fmt.Sprintf("%v East of North", fitted)
	}
	total := 0.0
	for _, w := range v.Weight {
		total += w
	}
	noise := sigmas(v)
	fmt.Fprintf(log, "beam (natural weighting): %s; noise %.3g Jy/beam\n", beam, 1/math.Sqrt(total))
	fmt.Fprintf(log, "noise per visibility: %.3g Jy, from %.3g to %.3g; mean amplitude %.3g Jy\n", r.NoiseJy, noise[0], noise[len(noise)-1], meanAmplitude(v))
}

func meanAmplitude(v *radio.Visibilities) float64 {
	sum := 0.0
	for _, value := range v.Vis {
		sum += math.Hypot(real(value), imag(value))
	}
	return sum / float64(v.Len())
}
