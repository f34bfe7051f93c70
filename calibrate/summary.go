package calibrate

import (
	"math"
	"slices"

	"fringe/radio"
)

// StationSummary is what a table says of one station.
type StationSummary struct {
	Station         string  `json:"station"`
	Solutions       int     `json:"solutions"`
	Missing         int     `json:"missing"` // intervals with data and without a gain
	MedianAmplitude float64 `json:"median_amplitude"`
	AmplitudeRMS    float64 `json:"amplitude_rms"` // of ln|g| about its mean
	PhaseRMSDeg     float64 `json:"phase_rms_deg"` // about zero
	MedianSNR       float64 `json:"median_snr"`
}

// Stations summarises the gains of each station, by name. A station without solutions has amplitude 1.
func (t Table) Stations() []StationSummary {
	sorted := slices.Clone(t)
	sorted.sort()
	var list []StationSummary
	for first := 0; first < len(sorted); {
		end := first
		for end < len(sorted) && sorted[end].Station == sorted[first].Station {
			end++
		}
		list = append(list, summarize(sorted[first:end]))
		first = end
	}
	return list
}

func summarize(t Table) StationSummary {
	s := StationSummary{Station: t[0].Station, MedianAmplitude: 1}
	var amplitudes, snr []float64
	logSum, logSquares, phaseSquares := 0.0, 0.0, 0.0
	for _, g := range t {
		if g.SNR == 0 {
			s.Missing++
			continue
		}
		amplitudes, snr = append(amplitudes, g.Amplitude), append(snr, g.SNR)
		l := math.Log(g.Amplitude)
		logSum, logSquares, phaseSquares = logSum+l, logSquares+l*l, phaseSquares+g.PhaseDeg*g.PhaseDeg
	}
	if s.Solutions = len(amplitudes); s.Solutions == 0 {
		return s
	}
	n := float64(s.Solutions)
	s.MedianAmplitude, s.MedianSNR = radio.Median(amplitudes), radio.Median(snr)
	s.AmplitudeRMS = math.Sqrt(math.Max(logSquares/n-(logSum/n)*(logSum/n), 0))
	s.PhaseRMSDeg = math.Sqrt(phaseSquares / n)
	return s
}
