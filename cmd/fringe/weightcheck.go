package main

import (
	"errors"
	"fmt"

	"fringe/radio"
)

// weightsUnknown says in words why the scatter of the visibilities tells nothing about their weights.
func weightsUnknown(err error) string {
	if errors.Is(err, radio.ErrBright) {
		return "too few consecutive integrations, and a source so bright that its structure within (u,v) cells looks like noise"
	}
	return "too few consecutive integrations, and too few visibilities in each (u,v) cell"
}

// weightsWarning says in words what is wrong with the weights of what, or "" when nothing is.
func weightsWarning(what string, s radio.Scatter) string {
	if s.Check(0) == nil {
		return ""
	}
	if s.Method == "time" && s.Factor > 1 {
		return fmt.Sprintf("the weights of %s are not 1/sigma^2, or phases move within scans: visibilities scatter %.3g times as much as the weights say, "+
			"which chi-square and noise depend on; where phases move do not average (--scan-average=false)", what, s.Factor)
	}
	return fmt.Sprintf("the weights of %s are not 1/sigma^2: visibilities scatter %.3g times as much as they say, which chi-square and noise depend on", what, s.Factor)
}
