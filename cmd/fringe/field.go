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
// that the shortest baselines of a connected array see; or with pixels of 1/12 of the resolution.
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
	case o.fov.value > 0 && j.wide && o.npix == 0 && p.cellRad == 0:
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
	case j.wide && o.npix == 0:
		cell, npix = wideField(j.lengths(), j.resolution)
		j.note("field of view %s, %d pixels: the largest scale of the shortest baselines, and of the pixels (--fov and --npix set them)", angleText(cell*float64(npix)), npix)
		return cell, npix
	}
	cell = j.resolution / 12
	j.note("field of view %s: pixels of 1/12 of the resolution (--fov sets it)", angleText(cell*float64(npix)))
	return cell, npix
}

// pixelsFor returns an even number of pixels for a field, 6 to a resolution within the limits.
func pixelsFor(field, resolution float64) int {
	return min(max(2*int(math.Ceil(3*field/resolution)), fewPixels), manyPixels)
}

// wideField returns pixels for a source as large as data of these baseline lengths (wavelengths) can see: twice the angular scale of the
// shortest, those that only one in twenty falls short of; a larger source would not be seen. It sorts lengths.
func wideField(lengths []float64, resolution float64) (cell float64, npix int) {
	slices.Sort(lengths)
	field := 2 / math.Max(lengths[len(lengths)/20], 1)
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
		for k := range s.obs.vis.U {
			lengths = append(lengths, s.obs.vis.UVDistance(k))
		}
	}
	return lengths
}

// suits reports whether pixels of a training make sense for a resolution: the resolution is two pixels at least, and a third of
// the field at most.
func suits(cellRad float64, npix int, resolutionRad float64) bool {
	return resolutionRad >= 2*cellRad && 3*resolutionRad <= float64(npix)*cellRad
}
