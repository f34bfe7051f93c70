package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// images is the name of the family of skies that are pictures of the user's, see [SkyConfig].
const images = "images"

// picture is what is kept of an image file: its central square of n × n pixels, brightness from 0 to 1, row 0 South, column 0 East.
type picture struct {
	name   string
	n      int
	values []float32
}

// largestPicture is the side in pixels to which larger images are averaged: enough for fields of 512 pixels.
const largestPicture = 512

// newPicture takes the central square of an image. Pixels that are negative or have no value count as dark.
func newPicture(name string, img []float64, nx, ny int) (picture, error) {
	side := min(nx, ny)
	if side < 8 {
		return picture{}, fmt.Errorf("it has %d x %d pixels, and needs at least 8 each way", nx, ny)
	}
	x0, y0 := (nx-side)/2, (ny-side)/2
	square := make([]float64, 0, side*side)
	for y := range side {
		for _, b := range img[(y0+y)*nx+x0:][:side] {
			if !(b > 0) || !finite(b) {
				b = 0
			}
			square = append(square, b)
		}
	}
	if slices.Max(square) == 0 {
		return picture{}, errors.New("none of its pixels is positive and finite, so it shows no source")
	}
	return picture{name, side, relative(square)}.averaged(min(side, largestPicture)), nil
}

// relative returns values in units of the largest.
func relative(values []float64) []float32 {
	peak, out := slices.Max(values), make([]float32, len(values))
	for k, b := range values {
		out[k] = float32(b / peak)
	}
	return out
}

// averaged returns the picture on n × n pixels, each the mean over its area.
func (p picture) averaged(n int) picture {
	width, values := float64(p.n)/float64(n), make([]float64, n*n)
	for k := range values {
		values[k] = p.at((float64(k%n)+0.5)*width, (float64(k/n)+0.5)*width, width)
	}
	return picture{p.name, n, relative(values)}
}

// at returns the mean brightness over the square of the given width around (x, y), in pixels from the corner of the picture.
func (p picture) at(x, y, width float64) float64 {
	span := func(x float64) (lo, hi float64) { return max(0, x-width/2), min(float64(p.n), x+width/2) }
	x0, x1 := span(x)
	y0, y1 := span(y)
	sum := 0.0
	for j := int(y0); float64(j) < y1; j++ {
		high := min(y1, float64(j+1)) - max(y0, float64(j))
		for i := int(x0); float64(i) < x1; i++ {
			sum += float64(p.values[j*p.n+i]) * high * (min(x1, float64(i+1)) - max(x0, float64(i)))
		}
	}
	return sum / (width * width)
}

// fewestCells is the smallest side of a lattice, in cells, that shows something of a picture.
const fewestCells = 4

// lattice returns the picture on a lattice of the given diameter whose cells are not smaller than the picture's pixels nor than least. What
// is outside the largest circle in the picture is left out, and brightness fades over the outermost eighth of its radius. A diameter of fewer
// than fewestCells is widened to as many.
func (p picture) lattice(diameter, least float64) lattice {
	diameter = max(diameter, fewestCells*least)
	n := max(fewestCells, min(p.n, int(diameter/least)))
	width, radius := float64(p.n)/float64(n), float64(n)/2
	return newLattice(n, diameter/float64(n), diameter/2, func(u, v float64) float64 {
		r := math.Hypot(u, v) / radius
		if r >= 1 {
			return 0
		}
		fade := 1.0
		if r > 7.0/8 {
			fade = 0.5 + 0.5*math.Cos(8*math.Pi*(r-7.0/8))
		}
		return fade * p.at((radius-u)*width, (radius+v)*width, width)
	})
}

// image shows the picture of the draw, mirrored (half of them), turned by any angle, and 0.5 to 1 of the largest extent wide; [drawer.place] moves it. A
// lattice of 1.5 cells per smallest width spreads a cell over one.
func (d drawer) image() []part {
	l := d.picture.lattice(d.span(0.5*d.extent, d.extent), d.width/1.5)
	l.mirrored = d.IntN(2) == 1
	return []part{{1, l.turned(d.angle())}}
}
