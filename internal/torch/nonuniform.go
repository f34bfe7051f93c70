package torch

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

// NonUniformOptions describe a transform between a real image of NY × NX pixels and points of its spectrum.
type NonUniformOptions struct {
	NY, NX int
	MY, MX int       // the spectrum is that of 2MY × 2MX pixels; lengths of [Smooth], at least NY and NX, and 16
	Factor []float64 // what pixels are multiplied by, [ny, nx]: the inverse of the kernel's transform
	Width  int       // of the interpolation kernel, 2 to 16 grid points
	// Coefficients of the kernel at each of its points as a polynomial of −1 ≤ t ≤ 1, the highest power first: [degree+1, 16]. t is twice the
	// distance of the first point from the left end of the kernel, minus 1.
	Coefficients []float64
	// The points: X from 0 to 2MX, Y from 0 to MY, in the order in which they are worked on, and the place of each in the lists of
	// visibilities, complemented (^k) where the point is the mirror image of the one asked for.
	X, Y  []float64
	Index []int32
	// Tiles are the ends of ranges of points, Colours those of ranges of tiles: tiles of one colour touch no common grid point. None descends,
	// and the last end is the number of points, or of tiles.
	Tiles, Colours []int
	Threads        int
}

// NonUniform holds the memory of such a transform until Close. One may run at a time. Bytes do not depend on the number of threads.
type NonUniform struct {
	handle         unsafe.Pointer
	o              NonUniformOptions
	columns, rows  int
	pixels, points int
}

// Smooth returns the smallest length that is not below n and whose transforms are fast, 1 for every n ≤ 1.
func Smooth(n int) int { return int(C.fringe_smooth(C.int64_t(n))) }

// NewNonUniform prepares a transform; it keeps none of the slices.
func NewNonUniform(o NonUniformOptions) (*NonUniform, error) {
	switch {
	case o.NY < 1 || o.NX < 1 || o.MY < max(o.NY, 16) || o.MX < max(o.NX, 16) || Smooth(o.MY) != o.MY || Smooth(o.MX) != o.MX:
		return nil, fmt.Errorf("torch: %d x %d pixels in 2·%d x 2·%d", o.NX, o.NY, o.MX, o.MY)
	case len(o.Factor) != o.NY*o.NX:
		return nil, fmt.Errorf("torch: %d factors for %d x %d pixels", len(o.Factor), o.NX, o.NY)
	case o.Width < 2 || o.Width > 16 || len(o.Coefficients) < 16 || len(o.Coefficients)%16 != 0:
		return nil, fmt.Errorf("torch: a kernel of width %d with %d coefficients", o.Width, len(o.Coefficients))
	case len(o.X) == 0 || len(o.X) != len(o.Y) || len(o.X) != len(o.Index) || o.Threads < 1:
		return nil, fmt.Errorf("torch: %d x, %d y and %d places on %d threads", len(o.X), len(o.Y), len(o.Index), o.Threads)
	}
	if !areEnds(o.Tiles, len(o.X)) || !areEnds(o.Colours, len(o.Tiles)) {
		return nil, fmt.Errorf("torch: the ends of %d tiles or of %d colours do not divide %d points", len(o.Tiles), len(o.Colours), len(o.X))
	}
	for j, x := range o.X {
		if y := o.Y[j]; !(x >= 0 && x <= float64(2*o.MX) && y >= 0 && y <= float64(o.MY)) {
			return nil, fmt.Errorf("torch: point %d is (%g, %g), off the plane", j, x, y)
		}
		if k := o.Index[j]; max(k, ^k) >= int32(len(o.X)) {
			return nil, fmt.Errorf("torch: point %d has the place %d", j, k)
		}
	}
	n := &NonUniform{pixels: o.NY * o.NX, points: len(o.X)}
	text := C.fringe_nonuniform(C.int64_t(o.NY), C.int64_t(o.NX), C.int64_t(o.MY), C.int64_t(o.MX), doubles(o.Factor), C.int(o.Width),
		C.int(len(o.Coefficients)/16-1), doubles(o.Coefficients), C.int64_t(len(o.X)), doubles(o.X), doubles(o.Y),
		(*C.int32_t)(unsafe.Pointer(&o.Index[0])), C.int(o.Threads), &n.handle)
	if text != nil {
		defer C.free(unsafe.Pointer(text))
		return nil, errors.New("torch: " + C.GoString(text))
	}
	var columns, rows C.int64_t
	C.fringe_nonuniform_blocks(n.handle, &columns, &rows)
	n.columns, n.rows = int(columns), int(rows)
	n.o = NonUniformOptions{Tiles: slices.Clone(o.Tiles), Colours: slices.Clone(o.Colours), Threads: o.Threads}
	return n, nil
}

// areEnds reports whether the ends are those of ranges that follow each other and cover count elements.
func areEnds(ends []int, count int) bool {
	return len(ends) > 0 && ends[0] >= 0 && slices.IsSorted(ends) && ends[len(ends)-1] == count
}

// Forward fills vis with the spectrum of the image at the points.
func (n *NonUniform) Forward(vis []complex128, img []float64) error {
	if err := n.check(vis, img); err != nil {
		return err
	}
	n.blocks(C.FRINGE_COLUMNS, n.columns, img)
	n.blocks(C.FRINGE_TO_PLANE, n.rows, nil)
	n.blocks(C.FRINGE_MIRROR, 1, nil)
	n.tiles(C.FRINGE_INTERPOLATE, 0, len(n.o.Tiles), vis)
	return nil
}

// Adjoint fills img with the real part of the sum over the points: the transpose of Forward.
func (n *NonUniform) Adjoint(img []float64, vis []complex128) error {
	if err := n.check(vis, img); err != nil {
		return err
	}
	n.blocks(C.FRINGE_CLEAR, n.rows, nil)
	first := 0
	for _, last := range n.o.Colours {
		n.tiles(C.FRINGE_SPREAD, first, last, vis)
		first = last
	}
	n.blocks(C.FRINGE_UNMIRROR, 1, nil)
	n.blocks(C.FRINGE_FROM_PLANE, n.rows, nil)
	n.blocks(C.FRINGE_BACK, n.columns, img)
	return nil
}

// Close frees the memory. Closing twice does nothing.
func (n *NonUniform) Close() {
	if n.handle != nil {
		C.fringe_nonuniform_free(n.handle)
		n.handle = nil
	}
}

func (n *NonUniform) check(vis []complex128, img []float64) error {
	if n.handle == nil {
		return errors.New("torch: the transform is closed")
	}
	if len(vis) != n.points || len(img) != n.pixels {
		return fmt.Errorf("torch: transform of %d pixels and %d points got %d and %d", n.pixels, n.points, len(img), len(vis))
	}
	return nil
}

// blocks does a step on blocks of lines.
func (n *NonUniform) blocks(step C.int, count int, img []float64) {
	each(n.o.Threads, 0, count, func(i, worker int) {
		C.fringe_nonuniform_step(n.handle, step, C.int64_t(i), 0, C.int(worker), doubles(img))
	})
}

// tiles does a step on the points of tiles.
func (n *NonUniform) tiles(step C.int, first, last int, vis []complex128) {
	data := (*C.double)(unsafe.Pointer(&vis[0]))
	each(n.o.Threads, first, last, func(i, worker int) {
		from := 0
		if i > 0 {
			from = n.o.Tiles[i-1]
		}
		C.fringe_nonuniform_step(n.handle, step, C.int64_t(from), C.int64_t(n.o.Tiles[i]), C.int(worker), data)
	})
}
