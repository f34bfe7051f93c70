package measure

import (
	"math"

	"fringe/radio"
)

// tiles are points of a grid's half plane v ≥ 0, sorted so that those that touch the same part of it follow each other. A tile is wider than a
// kernel, so tiles that are not neighbours touch nothing in common: four colours, as of a chessboard in both directions, are worked on one
// after the other, the tiles of one colour at the same time. Sums are made in the same order on any number of threads.
type tiles struct {
	x, y          []float64 // grid points from the origin
	index         []int32   // place in the list of points, complemented where the other half holds the point
	ends, colours []int     // of the points of a tile; of the tiles of a colour
}

const tileHeight, tileWidth = 16, 64

// newTiles sorts the points u, v on a grid of 2mx × 2my.
func newTiles(g radio.Grid, u, v []float64, mx, my int) *tiles {
	across, down := 2*mx/tileWidth+1, my/tileHeight+1
	key := func(x, y float64) int {
		tx, ty := int(x)/tileWidth, int(y)/tileHeight
		return ((ty%2*2+tx%2)*down+ty)*across + tx
	}
	start := make([]int, 4*down*across+1)
	for k := range u {
		x, y, _ := position(g, u[k], v[k], mx, my)
		start[key(x, y)+1]++
	}
	t := &tiles{x: make([]float64, len(u)), y: make([]float64, len(u)), index: make([]int32, len(u))}
	for i := range 4 * down * across {
		if start[i+1] > 0 {
			t.ends = append(t.ends, start[i]+start[i+1])
		}
		start[i+1] += start[i]
		if (i+1)%(down*across) == 0 {
			t.colours = append(t.colours, len(t.ends))
		}
	}
	for k := range u {
		x, y, mirrored := position(g, u[k], v[k], mx, my)
		at := start[key(x, y)]
		start[key(x, y)]++
		t.x[at], t.y[at], t.index[at] = x, y, int32(k)
		if mirrored {
			t.index[at] = ^int32(k)
		}
	}
	return t
}

// position returns where the frequency (u, v) is on the half plane, and whether that is its mirror image. l decreases and m increases with a
// pixel's index.
func position(g radio.Grid, u, v float64, mx, my int) (x, y float64, mirrored bool) {
	wide, high := float64(2*mx), float64(2*my)
	x, y = -u*g.CellRad*wide, v*g.CellRad*high
	if y < 0 {
		x, y, mirrored = -x, -y, true
	}
	if x < 0 {
		x += wide
	}
	return math.Min(x, wide), math.Min(y, high/2), mirrored
}
