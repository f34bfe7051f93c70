package infer

import (
	"fmt"
	"math"

	"fringe/radio"
)

// Regrid returns an image (Jy/pixel) on another grid with the same phase centre: every pixel gives its flux to the pixels that
// it overlaps, in proportion to the area. Flux inside the new field is kept to rounding, flux outside is lost. On much smaller
// pixels the old ones stay visible; [Blur] smooths them.
func Regrid(from radio.Grid, image []float64, to radio.Grid) ([]float64, error) {
	if err := from.Validate(); err != nil {
		return nil, fmt.Errorf("infer: regrid from: %w", err)
	}
	if err := to.Validate(); err != nil {
		return nil, fmt.Errorf("infer: regrid to: %w", err)
	}
	if len(image) != from.Len() {
		return nil, fmt.Errorf("infer: regrid: the image has %d pixels, its grid %d", len(image), from.Len())
	}
	ratio := from.CellRad / to.CellRad
	columns, rows := overlaps(from.NX, to.NX, ratio), overlaps(from.NY, to.NY, ratio)
	out := make([]float64, to.Len())
	for y, shares := range rows {
		for _, row := range shares {
			for x, parts := range columns {
				for _, column := range parts {
					out[row.pixel*to.NX+column.pixel] += row.share * column.share * image[y*from.NX+x]
				}
			}
		}
	}
	return out, nil
}

// overlap says which share of an old pixel lies in a new one.
type overlap struct {
	pixel int
	share float64
}

// overlaps returns, for each of n old pixels along an axis, the m new pixels that it overlaps; ratio is the old pixel's size over
// the new one's. Rows count to the North and columns to the West, but both from the phase centre's pixel ⌊n/2⌋.
func overlaps(n, m int, ratio float64) [][]overlap {
	all := make([][]overlap, n)
	for i := range all {
		low := (float64(i-n/2)-0.5)*ratio + 0.5 + float64(m/2) // edges, where new pixel j spans j to j+1
		high := low + ratio
		for j := max(0, int(math.Floor(low))); j < m && float64(j) < high; j++ {
			if shared := math.Min(high, float64(j+1)) - math.Max(low, float64(j)); shared > 0 {
				all[i] = append(all[i], overlap{j, shared / ratio})
			}
		}
	}
	return all
}

// StartImage returns an image, read from a FITS file for example, as a start on grid g: [Regrid], then negative pixels at 0,
// then scaled to the total flux (Jy); fluxJy 0 keeps the flux that is inside g.
func StartImage(g radio.Grid, image []float64, from radio.Grid, fluxJy float64) ([]float64, error) {
	x, err := Regrid(from, image, g)
	if err != nil {
		return nil, err
	}
	return clipped(x, fluxJy)
}

// StartDirty returns a start image from a dirty image (Jy/beam, on the grid of the problem): negative pixels at 0, scaled to the total flux
// (Jy). Sidelobes of the beam stay in it as they are.
func StartDirty(dirty []float64, fluxJy float64) ([]float64, error) {
	if fluxJy == 0 {
		return nil, fmt.Errorf("infer: a start from the dirty image needs a total flux: a dirty image is in Jy/beam")
	}
	return clipped(dirty, fluxJy)
}

// clipped sets negative pixels to 0 and scales to the flux, 0 for no scaling.
func clipped(image []float64, fluxJy float64) ([]float64, error) {
	if !(fluxJy >= 0) || math.IsInf(fluxJy, 0) {
		return nil, fmt.Errorf("infer: start image: flux is %g Jy, must be positive and finite", fluxJy)
	}
	x := make([]float64, len(image))
	for i, v := range image {
		if !finite(v) {
			return nil, fmt.Errorf("infer: start image: pixel %d is %g, must be finite", i, v)
		}
		x[i] = math.Max(0, v)
	}
	total := sum(x)
	if total == 0 {
		return nil, fmt.Errorf("infer: start image: no pixel inside the field is positive")
	}
	if fluxJy > 0 {
		return scaled(fluxJy/total, x), nil
	}
	return x, nil
}
