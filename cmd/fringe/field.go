package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"fringe/radio"
)

// Pixels along a side unless --npix is given; wide fields get as many as they need between the two.
const (
	fewPixels  = 64
	manyPixels = 512
)

// chooseGrid sets the pixel grid: square, of the given field; or with pixels such as the network was trained on; or of the largest scale
// that the shortest baselines see; or with pixels of 1/12 of the resolution.
func (j *job) chooseGrid() error {
	cell, npix := j.cell()
	j.grid = radio.Grid{NX: npix, NY: npix, CellRad: cell}
	longest := 0.0
	for _, s := range j.sets {
		for k := range s.obs.vis.U {
			longest = math.Max(longest, math.Max(math.Abs(s.obs.vis.U[k]), math.Abs(s.obs.vis.V[k])))
		}
	}
	fov := &j.options.fov
	if largest := 0.5 / longest; cell > largest {
		return withHint(fmt.Errorf("the pixels are %s wide, and the longest baseline needs a cell of at most %s", fov.inUnitOf(cell), fov.inUnitOf(largest*(1-1e-4))),
			"make the pixels smaller: more --npix or a smaller --fov")
	}
	if field := cell * float64(npix); field < j.resolution {
		return withHint(fmt.Errorf("the field of view, %s, is smaller than the resolution, %s", fov.inUnitOf(field), fov.inUnitOf(j.resolution)),
			"the source must fit in: give a larger --fov")
	}
	return nil
}

// cell returns the size of the pixels and their number along a side.
func (j *job) cell() (cell float64, npix int) {
	o, p := j.options, j.prior
	npix = cmp.Or(o.npix, fewPixels)
	switch {
	case o.fov.value > 0 && o.npix == 0 && p.cellRad == 0:
		npix = pixelsFor(o.fov.value, j.resolution)
		return o.fov.value / float64(npix), npix
	case o.fov.value > 0:
		cell = o.fov.value / float64(npix)
		if p.cellRad > 0 && math.Abs(math.Log(cell/p.cellRad)) > math.Log(1.25) {
			j.note("%s was trained on pixels of %s, these have %s: it has not learned from such skies", p.name, angleText(p.cellRad), angleText(cell))
		}
		return cell, npix
	case p.cellRad > 0 && suits(p.cellRad, npix, j.resolution):
		j.note("field of view %s: pixels such as %s was trained on (--npix widens it with these pixels)", angleText(p.cellRad*float64(npix)), p.name)
		return p.cellRad, npix
	case p.cellRad > 0:
		j.note("warning: %s was trained on pixels of %s, which do not suit a resolution of %s: it has not learned from such skies",
			p.name, angleText(p.cellRad), angleText(j.resolution))
	case o.npix == 0:
		var wide bool
		if cell, npix, wide = defaultField(j.lengths(), j.integration(), j.resolution, j.wide, j.beamField()); wide {
			field := cell * float64(npix)
			j.note("field of view %s, %d pixels: the largest scale of the shortest baselines, and of the pixels (--fov and --npix set them)", angleText(field), npix)
			if smeared := smearedField(j.resolution, j.integration()); field > smeared {
				j.note("integrations of %.3g s smear what lies more than %s from the centre", j.integration(), angleText(smeared/2))
			}
			return cell, npix
		}
	}
	cell = j.resolution / 12
	j.note("field of view %s: pixels of 1/12 of the resolution (--fov sets it)", angleText(cell*float64(npix)))
	return cell, npix
}

// compactBeams is how many resolutions the largest scale of the shortest baselines of a VLBI array may have for the source to be taken
// for compact: arrays of few stations far apart, such as the EHT, see nothing else.
const compactBeams = 16

// defaultField returns pixels for data that nobody gave a field for: few and fine ones for a compact source, seen by an array that
// is not connected; otherwise (wide) as many as the source may need that baselines of these lengths see, no wider than largest (radians),
// what the dishes see. That integrations smear the edge of a field is no reason for a smaller one where short baselines see what lies there. Of
// arrays that are not connected these are few, and closures have more local minima the wider the field: they get no more than an integration
// does not smear.
func defaultField(lengths []float64, integrationSec, resolution float64, connected bool, largest float64) (cell float64, npix int, wide bool) {
	field := largestScale(lengths)
	if !connected && field <= compactBeams*resolution {
		return resolution / 12, fewPixels, false
	}
	if !connected {
		field = math.Min(field, smearedField(resolution, integrationSec))
	}
	cell, npix = wideField(math.Min(field, largest), resolution)
	return cell, npix, true
}

// suggestedGrid returns the pixels that fringe image takes for an observation unless told otherwise.
func (obs *observation) suggestedGrid() radio.Grid {
	v := obs.asImaged()
	cell, npix, _ := defaultField(lengthsOf(v), medianIntegration(cmp.Or(obs.whole, obs.vis)), 1/v.UVMax(), obs.calibrated(), math.Inf(1))
	return radio.Grid{NX: npix, NY: npix, CellRad: cell}
}

// beamField returns the size of the field in which the dishes see anything, the smallest of all files, infinite when that is unknown.
func (j *job) beamField() float64 {
	field := math.Inf(1)
	for _, s := range j.sets {
		field = math.Min(field, beamField(j.options.beam, meanFreqHz(s.obs.vis)))
	}
	return field
}

// earthRate is the angle by which the Earth turns, in rad/s.
const earthRate = 7.2921e-5

// smearedField returns the field of view (radians) at whose edge the phase of a source turns by one radian within an interval (s) on the
// longest baseline B = 1/resolution, where an average loses 4 % of the amplitude. The phase 2πBl turns by 2πBlωt at most, with ω the rate
// at which the Earth turns and l half of the field. It is infinite for an interval of 0.
func smearedField(resolution, intervalSec float64) float64 {
	return resolution / (math.Pi * earthRate * intervalSec)
}

// smearingInterval returns the interval (s) for which [smearedField] is a field (radians).
func smearingInterval(resolution, field float64) float64 {
	return resolution / (math.Pi * earthRate * field)
}

// limitAverages averages over less than a scan where that would smear the edge of the field.
func (j *job) limitAverages() {
	field := j.grid.CellRad * float64(j.grid.NX)
	for i, s := range j.sets {
		if !s.obs.limited {
			continue
		}
		longest := smearingInterval(1/s.obs.vis.UVMax(), field)
		if longest < s.obs.whole.LongestScan() {
			s.obs.binSec = longest
			s.obs.average()
		}
		switch first := i == 0 || j.channels() == 1; {
		case first && s.obs.binSec > 0:
			s.obs.noteAverages(fmt.Sprintf("%.3g s at most, because whole scans smear the edge of the field", longest))
		case first:
			s.obs.noteAverages("scans")
		}
	}
}

// integration returns the median integration in seconds of the file with the longest ones, 0 when it is not known.
func (j *job) integration() (sec float64) {
	for _, s := range j.sets {
		sec = math.Max(sec, medianIntegration(s.obs.whole))
	}
	return sec
}

// medianIntegration returns the median integration in seconds, which is no longer than the time from one to the next, whatever the file says.
func medianIntegration(v *radio.Visibilities) float64 {
	sec := radio.Median(slices.Clone(v.IntSec))
	if step := v.TimeStep(); step > 0 {
		sec = math.Min(sec, step)
	}
	return sec
}

// pixelsFor returns an even number of pixels for a field, 6 to a resolution within the limits.
func pixelsFor(field, resolution float64) int {
	return min(max(2*int(math.Ceil(3*field/resolution)), fewPixels), manyPixels)
}

// largestScale returns the size of the largest source that data of these baseline lengths (wavelengths) can see: twice the angular scale
// of the shortest, those that only one in twenty falls short of.
func largestScale(lengths []float64) float64 {
	ascending := slices.Sorted(slices.Values(lengths))
	return 2 / math.Max(ascending[len(ascending)/20], 1)
}

// wideField returns pixels for a field, within the limits.
func wideField(field, resolution float64) (cell float64, npix int) {
	npix = pixelsFor(field, resolution)
	if cell = field / float64(npix); cell > resolution/coarse {
		cell = resolution / (1.25 * coarse)
	}
	return cell, npix
}

// lengths returns the baseline lengths of all visibilities, in wavelengths.
func (j *job) lengths() []float64 {
	var lengths []float64
	for _, s := range j.sets {
		lengths = append(lengths, lengthsOf(s.obs.vis)...)
	}
	return lengths
}

// lengthsOf returns the baseline lengths of visibilities, in wavelengths.
func lengthsOf(v *radio.Visibilities) []float64 {
	lengths := make([]float64, v.Len())
	for k := range lengths {
		lengths[k] = v.UVDistance(k)
	}
	return lengths
}

// suits reports whether pixels of a training make sense for a resolution: the resolution is two pixels at least, and a third of
// the field at most.
func suits(cellRad float64, npix int, resolutionRad float64) bool {
	return resolutionRad >= 2*cellRad && 3*resolutionRad <= float64(npix)*cellRad
}
