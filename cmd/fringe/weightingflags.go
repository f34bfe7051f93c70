package main

import (
	"fmt"
	"math"
	"strings"

	"fringe/radio"

	"github.com/spf13/pflag"
)

// weightingFlags say how visibilities are weighted in dirty, residual and restored images.
type weightingFlags struct {
	weighting      string
	robust         float64
	taper, uvTaper quantity
}

func newWeightingFlags() weightingFlags {
	return weightingFlags{weighting: string(radio.Briggs), taper: angle(""), uvTaper: length("")}
}

func (w *weightingFlags) register(f *pflag.FlagSet) {
	f.StringVar(&w.weighting, "weighting", w.weighting, "natural, uniform or briggs")
	f.Float64Var(&w.robust, "robust", w.robust, "of briggs: from -2, almost uniform, to 2, almost natural")
	f.Var(&w.taper, "taper", "Gaussian taper: its full width at half maximum on the sky, such as 20uas")
	f.Var(&w.uvTaper, "uv-taper", "the same by its full width at half maximum in wavelengths, such as 4Gl")
}

// checkRobust refuses a --robust that means nothing.
func (w weightingFlags) checkRobust(f *pflag.FlagSet) error {
	if f.Changed("robust") && w.scheme() != radio.Briggs {
		return withHint(fmt.Errorf("--robust is for --weighting briggs, and --weighting is %s", w.weighting), "leave one of them out")
	}
	return nil
}

// scheme returns the value of --weighting in lower case.
func (w weightingFlags) scheme() radio.Scheme { return radio.Scheme(strings.ToLower(w.weighting)) }

// value returns the weighting that the flags ask for.
func (w weightingFlags) value() (radio.Weighting, error) {
	v := radio.Weighting{Scheme: w.scheme(), Robust: w.robust}
	if _, err := radio.ParseScheme(string(v.Scheme)); err != nil {
		return v, withHint(fmt.Errorf("--weighting %q is unknown", w.weighting), "known are natural, uniform, briggs")
	}
	if !(math.Abs(w.robust) <= radio.MaxRobust) {
		return v, fmt.Errorf("--robust is %g, must lie between -%d (uniform) and %d (natural)", w.robust, radio.MaxRobust, radio.MaxRobust)
	}
	width := w.taper.value
	if w.uvTaper.value > 0 {
		if width > 0 {
			return v, withHint(fmt.Errorf("--taper and --uv-taper say the same thing twice"), "give one of them")
		}
		width = radio.BaselineFWHM(w.uvTaper.value)
	}
	v.Taper = radio.Beam{MajRad: width, MinRad: width}
	return v, nil
}
