package measure

import (
	"fmt"
	"math"

	"fringe/internal/finufft"
	"fringe/radio"
)

// gramEps is the accuracy of the transforms behind a Gram, relative to the beam's peak; close to what float64 allows.
const gramEps = 1e-14

// gramImages sums the dirty image, and the beam on a grid of twice the size, over blocks of visibilities.
type gramImages struct {
	grid   radio.Grid
	vis    *radio.Visibilities
	size   int   // of a block, at most
	starts []int // where the blocks begin, and the end of the last
	blocks Blocks
}

// starts returns the indices at which blocks of size unflagged visibilities begin, and the end of the last: flagged ones do not
// move the borders.
func starts(v *radio.Visibilities, size int) []int {
	at, count := []int{0}, 0
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		if count == size {
			at, count = append(at, k), 0
		}
		count++
	}
	return append(at, v.Len())
}

// gramLane holds what one thread has summed, and its working memory.
type gramLane struct {
	dirty, beam  []float64
	u, v         []float64
	weights, vis []complex128
	modes        []complex128
}

func newGramLane(pixels, size int) *gramLane {
	return &gramLane{
		dirty: make([]float64, pixels), beam: make([]float64, 4*pixels), modes: make([]complex128, 4*pixels),
		u: make([]float64, 0, size), v: make([]float64, 0, size), weights: make([]complex128, 0, size), vis: make([]complex128, 0, size),
	}
}

// sum returns Re Aᴴ Wd/sumW and, on the doubled grid, Re Aᴴ W1/sumW.
func (g *gramImages) sum(sumW float64) (dirty, beam []float64, err error) {
	count := len(g.starts) - 1
	lanes := make([]*gramLane, g.blocks.lanes(count))
	err = g.blocks.run(count, func(i int) error {
		lanes[i] = newGramLane(g.grid.Len(), g.size)
		for b := i; b < count; b += len(lanes) {
			if err := g.add(lanes[i], g.starts[b], g.starts[b+1]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	dirty, beam = lanes[0].dirty, lanes[0].beam
	for _, l := range lanes[1:] {
		addTo(dirty, l.dirty)
		addTo(beam, l.beam)
	}
	for _, img := range [][]float64{dirty, beam} {
		for p := range img {
			img[p] /= sumW
		}
	}
	return dirty, beam, nil
}

func addTo(sum, x []float64) {
	for p, v := range x {
		sum[p] += v
	}
}

// add adds the visibilities from first to the one before last.
func (g *gramImages) add(l *gramLane, first, last int) error {
	l.u, l.v, l.weights, l.vis = l.u[:0], l.v[:0], l.weights[:0], l.vis[:0]
	for k := first; k < last; k++ {
		if g.vis.Flagged(k) {
			continue
		}
		w := complex(g.vis.Weight[k], 0)
		l.u, l.v = append(l.u, g.vis.U[k]), append(l.v, g.vis.V[k])
		l.weights, l.vis = append(l.weights, w), append(l.vis, w*g.vis.Vis[k])
	}
	if err := l.transform(l.dirty, g.grid, l.vis); err != nil {
		return err
	}
	double := radio.Grid{NX: 2 * g.grid.NX, NY: 2 * g.grid.NY, CellRad: g.grid.CellRad}
	return l.transform(l.beam, double, l.weights)
}

// transform adds Re Aᴴ vis on a grid to sum.
func (l *gramLane) transform(sum []float64, g radio.Grid, vis []complex128) error {
	if err := checkPoints(g, l.u, l.v); err != nil {
		return err
	}
	plan, err := newPlan(g, l.u, l.v)
	if err != nil {
		return err
	}
	defer plan.Close()
	modes := l.modes[:g.Len()]
	if err := plan.Type1(modes, vis); err != nil {
		return err
	}
	for p := range sum {
		sum[p] += real(modes[p])
	}
	return nil
}

// newPlan returns FINUFFT's transform of images on g at the points u, v, on one thread.
func newPlan(g radio.Grid, u, v []float64) (*finufft.Plan, error) {
	// l decreases and m increases with the index, hence the signs.
	x, y := make([]float64, len(u)), make([]float64, len(v))
	for k := range u {
		x[k] = -2 * math.Pi * u[k] * g.CellRad
		y[k] = 2 * math.Pi * v[k] * g.CellRad
	}
	plan, err := finufft.NewPlan(g.NX, g.NY, x, y, finufft.Options{Eps: gramEps})
	if err != nil {
		return nil, fmt.Errorf("measure: NUFFT of %d x %d pixels, %d points: %w", g.NX, g.NY, len(u), err)
	}
	return plan, nil
}

// dirty fills img with Re Aᴴ vis/sumW on g.
func dirty(img []float64, g radio.Grid, u, v []float64, vis []complex128, sumW float64) error {
	op, err := NewNUFFT(g, u, v, gramEps)
	if err != nil {
		return err
	}
	defer op.Close()
	op.Adjoint(img, vis)
	for p := range img {
		img[p] /= sumW
	}
	return nil
}
