package measure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"fringe/radio"
)

// borderPoints returns frequencies on a grid of 2mx × 2my: a quarter of them anywhere, the others within a grid point of borders of tiles.
func borderPoints(rng *rand.Rand, g radio.Grid, mx, my, count int) (u, v []float64) {
	near := func(size, most int) float64 {
		border := float64(size * rng.IntN(most/size+1))
		return math.Min(math.Max(border+[]float64{-1e-9, 0, 1e-9, 2*rng.Float64() - 1}[rng.IntN(4)], 0), float64(most))
	}
	for k := range count {
		x, y := float64(2*mx)*rng.Float64(), float64(my)*rng.Float64()
		if k%4 > 0 {
			x, y = near(tileWidth, 2*mx), near(tileHeight, my)
		}
		if x > float64(mx) {
			x -= float64(2 * mx)
		}
		sign := float64(1 - 2*rng.IntN(2)) // half of them are asked for at their mirror image
		u = append(u, -sign*x/(float64(2*mx)*g.CellRad))
		v = append(v, sign*y/(float64(2*my)*g.CellRad))
	}
	return u, v
}

// Tiles of one colour touch no common grid point: the boxes around what their points touch are disjoint. A kernel touches width rows, and
// columns in whole vectors: 8, or 16 for widths above 8.
func TestTilesOfOneColourTouchNothingInCommon(t *testing.T) {
	const mx, my = 128, 128
	g := radio.Grid{NX: mx, NY: my, CellRad: 2 * radio.Microarcsecond}
	u, v := borderPoints(rand.New(rand.NewPCG(24, 1)), g, mx, my, 20_000)
	points := newTiles(g, u, v, mx, my)
	if len(points.colours) != 4 || points.colours[3] != len(points.ends) || points.ends[len(points.ends)-1] != len(u) {
		t.Fatalf("%d points in %d tiles, the colours end at %d", len(u), len(points.ends), points.colours)
	}
	type box struct{ left, right, below, above int }
	for width := 2; width <= widest; width++ {
		columns := 8
		if width > 8 {
			columns = 16
		}
		tile, k := 0, 0
		for colour, end := range points.colours {
			var boxes []box
			for ; tile < end; tile++ {
				b := box{math.MaxInt, math.MinInt, math.MaxInt, math.MinInt}
				for ; k < points.ends[tile]; k++ {
					x, y := int(math.Ceil(points.x[k]-float64(width)/2)), int(math.Ceil(points.y[k]-float64(width)/2))
					b = box{min(b.left, x), max(b.right, x+columns), min(b.below, y), max(b.above, y+width)}
				}
				for _, o := range boxes {
					if b.left < o.right && o.left < b.right && b.below < o.above && o.below < b.above {
						t.Fatalf("width %d, colour %d: the tiles with %+v and %+v", width, colour, b, o)
					}
				}
				boxes = append(boxes, b)
			}
			if len(boxes) < 2 {
				t.Errorf("colour %d has %d tiles", colour, len(boxes))
			}
		}
	}
}

// Any number of threads gives the same bytes where several tiles of a colour are worked on at the same time, for a narrow kernel, one that
// needs a second vector for its last column, and the widest.
func TestNUFFTGivesTheSameBytesOnAnyNumberOfThreads(t *testing.T) {
	g := radio.Grid{NX: 256, NY: 256, CellRad: 2 * radio.Microarcsecond}
	rng := rand.New(rand.NewPCG(7, 7))
	u, v := borderPoints(rng, g, g.NX, g.NY, 20_000)
	vis, img := make([]complex128, len(u)), make([]float64, g.Len())
	for k := range vis {
		vis[k] = complex(rng.NormFloat64(), rng.NormFloat64())
	}
	for p := range img {
		img[p] = rng.NormFloat64()
	}
	for width, eps := range map[int]float64{2: 1e-1, 9: 1e-8, 16: 1e-14} {
		if got := newSpreading(eps).width; got != width {
			t.Fatalf("%g has width %d, want %d", eps, got, width)
		}
		var want []float64
		var seen []complex128
		for _, threads := range []int{1, 2, 3, 8} {
			op, err := NewNUFFTWith(g, u, v, NUFFTOptions{Eps: eps, Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			for run := range 3 {
				back, there := make([]float64, g.Len()), make([]complex128, len(u))
				op.Adjoint(back, vis)
				op.Forward(there, img)
				if want == nil {
					want, seen = back, there
				}
				if !slices.Equal(back, want) || !slices.Equal(there, seen) {
					t.Errorf("width %d, %d threads, run %d: other bytes than on one thread", width, threads, run)
				}
			}
			op.Close()
		}
	}
}
