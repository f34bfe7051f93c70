package radio

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// heaviestCells is the part of the cells that always trains, as in MPoL's random cells: without the few cells that carry
// most of the weight an image is another image.
const heaviestCells = 0.01

// CellFolds deals cells of the (u,v) plane to folds at random: the [Cells] of g, of which (u,v) and (−u,−v) share one. It returns an
// error when a baseline is too long for the grid. The 1 % of the cells with the largest sums of weights always train.
// Neighbours of a test cell are in the training set, so these folds ask: does the image predict what was measured nearby?
func CellFolds(v *Visibilities, g Grid, folds int, rng *rand.Rand) (*Folds, error) {
	plane, err := NewCells(g)
	if err != nil {
		return nil, err
	}
	cells, _ := groups(v, func(k int) int {
		cell, _, e := plane.Index(v.U[k], v.V[k])
		err = cmp.Or(err, e)
		return cell
	})
	if err != nil {
		return nil, err
	}
	byWeight := slices.Clone(cells)
	slices.SortStableFunc(byWeight, func(a, b *group) int { return cmp.Compare(b.weight, a.weight) })
	for _, c := range byWeight[:int(heaviestCells*float64(len(cells)))] {
		c.always = true
	}
	return deal(v.Len(), folds, cells, rng)
}

// Dartboard divides the (u,v) plane into rings, equally wide in the logarithm of the radius, and these into sectors. The
// zero value works.
type Dartboard struct {
	Rings   int // from the shortest to the longest baseline; 0 for 12
	Sectors int // over half a turn, because (u,v) and (−u,−v) are one; 0 for 8
}

// widestDartboard is the largest ratio of the radii of a dartboard: what is nearer to the centre is in the innermost ring.
const widestDartboard = 1e3

// DartboardFolds deals the sectors of a dartboard to folds at random. The innermost ring always trains: nothing else knows
// the flux. Test sectors are wide, so these folds ask: does the image predict a gap in the coverage?
func DartboardFolds(v *Visibilities, d Dartboard, folds int, rng *rand.Rand) (*Folds, error) {
	if d.Rings < 0 || d.Sectors < 0 || d.Rings == 1 {
		return nil, fmt.Errorf("radio: dartboard of %d rings and %d sectors: want at least 2 and 1, or 0 for the usual", d.Rings, d.Sectors)
	}
	d.Rings, d.Sectors = cmp.Or(d.Rings, 12), cmp.Or(d.Sectors, 8)
	longest := v.UVMax()
	if longest == 0 {
		return nil, errors.New("radio: dartboard: all visibilities are flagged or at u = v = 0, or there are none")
	}
	inner := max(v.uvMin(), longest/widestDartboard)
	perRing := math.Log(longest/inner) / float64(d.Rings)
	sectors, keys := groups(v, func(k int) [2]int {
		p, ring := upperHalf(v.U[k], v.V[k]), 0
		if r := v.UVDistance(k); r > inner {
			ring = min(int(math.Log(r/inner)/perRing), d.Rings-1)
		}
		return [2]int{ring, min(int(math.Atan2(p[1], p[0])/math.Pi*float64(d.Sectors)), d.Sectors-1)}
	})
	for i, s := range sectors {
		s.always = keys[i][0] == 0
	}
	return deal(v.Len(), folds, sectors, rng)
}

// uvMin returns the shortest √(u²+v²) among the unflagged visibilities, in wavelengths.
func (v *Visibilities) uvMin() float64 {
	shortest := math.Inf(1)
	for k := range v.Vis {
		if !v.Flagged(k) {
			shortest = math.Min(shortest, v.UVDistance(k))
		}
	}
	return shortest
}

// ScanFolds deals whole scans (see [Visibilities.Scans]) to folds at random. What is measured together stays together, so
// closure quantities can be formed on either side; nothing always trains. Tracks that cross in the (u,v) plane at other
// times may be in other folds.
func ScanFolds(v *Visibilities, gapSec float64, folds int, rng *rand.Rand) (*Folds, error) {
	scan, _ := v.Scans(gapSec)
	scans, _ := groups(v, func(k int) int { return scan[k] })
	return deal(v.Len(), folds, scans, rng)
}

// upperHalf returns of (u,v) and (−u,−v) the one with v > 0, or with u ≥ 0 where v is 0.
func upperHalf(u, v float64) [2]float64 {
	if v < 0 || (v == 0 && u < 0) {
		u, v = -u, -v
	}
	return [2]float64{u, v}
}
