package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"fringe/figure"
	"fringe/radio"
)

// tell says what the report holds.
func (x *examined) tell(s *subject) {
	s.tellSource(x.all.Source)
	if x.StartMJD != nil {
		s.tell("observed", "%s", x.period())
	}
	if x.Channels == 1 {
		s.tell("frequency", "%.6g GHz", x.FreqHz/1e9)
	} else {
		s.tell("frequency", "%.6g to %.6g GHz in %d channels", x.FreqMinHz/1e9, x.FreqMaxHz/1e9, x.Channels)
	}
	s.tell("visibilities", "%d, %s", x.Visibilities, flaggedText(x.Flagged))
	if x.Stations > 0 {
		silent := ""
		if len(x.Silent) > 0 {
			silent = "; without data: " + strings.Join(x.Silent, ", ")
		}
		s.tell("stations", "%d, %d baselines%s", x.Stations, *x.Baselines, silent)
	}
	s.tell("baselines", "%s to %s", lengthText(x.UVMin), lengthText(x.UVMax))
	if x.ResolutionRad != nil {
		s.tell("resolution", "%s (1/longest baseline); largest scale %s (1/shortest)", angleText(*x.ResolutionRad), scaleText(x.LargestScale))
	}
	if x.Beam != nil {
		s.tell("beam", "%v East of North, natural weighting; noise %s/beam", x.dirty.Restoring, fluxText(*x.NoiseJy))
	}
	inside := ""
	if x.SiteFluxJy != nil {
		inside = fmt.Sprintf("; %s inside a site, %s", fluxText(*x.SiteFluxJy), strings.Join(x.IntraSite, ", "))
	}
	s.tell("flux", "%s, %s%s", fluxText(x.FluxJy), x.fluxFrom, inside)
	s.tell("signal/noise", "median %.3g per visibility", x.MedianSNR)
	if x.scatter != nil {
		s.tell("weights", "visibilities scatter %.3g times as much as they say (%d samples, by %s)", x.scatter.Factor, x.scatter.Samples, x.scatter.Method)
	} else {
		s.tell("weights", "not checked: %s", cmp.Or(x.unchecked, "all baselines have length 0"))
	}
	if x.Suggested != nil {
		s.tell("suggested", "--fov %s --npix %d: pixels of %s; at most %s represents all baselines", x.Suggested.FOV, x.Suggested.NPix, angleText(x.Suggested.CellRad), angleText(*x.LargestCell))
	}
}

// period says when the observation was, in how many scans.
func (x *examined) period() string {
	end := calendar(*x.EndMJD)
	if instant(*x.StartMJD).YearDay() == instant(*x.EndMJD).YearDay() && *x.EndMJD-*x.StartMJD < 2 {
		end = end[len("2006-01-02 "):]
	}
	text := fmt.Sprintf("%s to %s UTC (%.3g h)", calendar(*x.StartMJD), end, 24*(*x.EndMJD-*x.StartMJD))
	if x.Scans != nil {
		text += fmt.Sprintf(", %d scans", *x.Scans)
	}
	if cadence := x.cadence(); cadence != "" {
		text += ", " + cadence
	}
	return text
}

func flaggedText(n int) string {
	if n == 0 {
		return "none flagged"
	}
	return fmt.Sprintf("%d of them flagged", n)
}

// lengthText returns a baseline length with its unit.
func lengthText(lambda float64) string {
	switch {
	case lambda >= 1e9:
		return fmt.Sprintf("%.4g Gl", lambda/1e9)
	case lambda >= 1e6:
		return fmt.Sprintf("%.4g Ml", lambda/1e6)
	}
	return fmt.Sprintf("%.4g kl", lambda/1e3)
}

// scaleText is angleText of an angle that may be as large as the sky, or unbounded.
func scaleText(rad *float64) string {
	if rad == nil || *rad > math.Pi {
		return "the whole sky"
	}
	return angleText(*rad)
}

// fluxText returns a flux with its unit.
func fluxText(jy float64) string {
	if jy < 0.1 {
		return fmt.Sprintf("%.3g mJy", 1e3*jy)
	}
	return fmt.Sprintf("%.3g Jy", jy)
}

// figures lists what can be drawn.
func (x *examined) figures(s *subject) {
	s.add("coverage.png", "Where the visibilities lie in the (u,v) plane, each with its mirror image. Structure that no baseline sees is unknown.",
		func(w io.Writer) error { return figure.WriteCoverage(w, x.usable) })
	s.add("radial.png", "Amplitude and phase against the length of the baseline. Amplitudes that fall resolve the source; phases that scatter at high "+
		"signal-to-noise are structure, or stations that are not calibrated.",
		func(w io.Writer) error { return figure.WriteRadial(w, x.usable) })
	x.closures(s)
	if x.dirty == nil {
		return
	}
	titles := []string{
		"Dirty image: the data by themselves, natural weighting. Of stations that are not calibrated it shows nothing.",
		"Dirty beam: the image of a point.",
	}
	for i, p := range listProducts(x.dirty) {
		style := figure.SkyStyle{Title: p.title, Unit: "Jy/beam", Signed: true, Beam: x.dirty.Restoring}
		s.add(p.name+".png", titles[i], func(w io.Writer) error { return figure.WriteSky(w, p.image, x.grid, style) })
	}
}

// Closure phases are drawn of averages over closureBinSec, above closureSNR, and of the middle channel alone where averages are
// more than closureMany.
const (
	closureBinSec = 300
	closureSNR    = 3
	closureMany   = 50000
)

// closures adds the figure of closure phases, or says why there is none.
func (x *examined) closures(s *subject) {
	v := x.obs.vis
	if x.Stations == 0 {
		return
	}
	v = v.TimeAverage(closureBinSec)
	channel := ""
	if f := v.Frequencies(); v.Len() > closureMany && len(f) > 1 {
		middle := f[len(f)/2]
		v = v.FreqRange(middle, middle)
		channel = fmt.Sprintf(", of the middle channel, %.6g GHz", middle/1e9)
	}
	c := radio.ClosurePhases(v, closureSNR)
	if c.Len() == 0 {
		s.note("no closure phases: no triangle of baselines above %d sigma at one time", closureSNR)
		return
	}
	caption := fmt.Sprintf("Closure phases, which no station's gain changes, of averages over at most %d s%s. A source with a centre of symmetry has 0 or 180°.", closureBinSec, channel)
	s.add("closure_phases.png", caption, func(w io.Writer) error { return figure.WriteTriangles(w, v, c) })
}
