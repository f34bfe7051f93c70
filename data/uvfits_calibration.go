package data

import (
	"slices"
	"strings"

	"fringe/radio"
)

// What HISTORY cards of UVFITS files say of self-calibration. Of files of other programs nothing is known: each has its own words.
const (
	phasesCalibrated     = "fringe: self-calibrated station phases"
	amplitudesCalibrated = "fringe: self-calibrated station amplitudes"
)

// calibrationHistory returns the HISTORY that keeps a calibration.
func calibrationHistory(c radio.Calibration) (history []string) {
	if c.Phases {
		history = append(history, phasesCalibrated)
	}
	if c.Amplitudes {
		history = append(history, amplitudesCalibrated)
	}
	return history
}

// readCalibration returns the calibration that a HISTORY tells of.
func readCalibration(history []string) radio.Calibration {
	says := func(line string) bool {
		return slices.ContainsFunc(history, func(h string) bool { return strings.TrimSpace(h) == line })
	}
	return radio.Calibration{Phases: says(phasesCalibrated), Amplitudes: says(amplitudesCalibrated)}
}
