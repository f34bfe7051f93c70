package infer

import (
	"fmt"
	"math"
	"slices"

	"fringe/radio"
)

// StartFlat returns an image of constant brightness with the given total flux.
func StartFlat(g radio.Grid, fluxJy float64) ([]float64, error) {
	return startImage(g, fluxJy, 1, func(l, m float64) float64 { return 1 })
}

// StartGaussian returns a circular Gaussian at the phase centre with the given total flux and FWHM (radians).
func StartGaussian(g radio.Grid, fluxJy, fwhmRad float64) ([]float64, error) {
	return startImage(g, fluxJy, fwhmRad, func(l, m float64) float64 {
		return math.Exp(-4 * math.Ln2 * (l*l + m*m) / (fwhmRad * fwhmRad))
	})
}

// StartDisc returns a uniform disc at the phase centre with the given total flux and diameter (radians). Pixels at the
// limb are filled in proportion, to one part in 25.
func StartDisc(g radio.Grid, fluxJy, diameterRad float64) ([]float64, error) {
	return startImage(g, fluxJy, diameterRad, func(l, m float64) float64 {
		inside := 0.0
		for i := range 25 {
			dl, dm := float64(i%5-2)*g.CellRad/5, float64(i/5-2)*g.CellRad/5
			if math.Hypot(l+dl, m+dm) <= diameterRad/2 {
				inside++
			}
		}
		return inside
	})
}

// startImage samples a profile and scales it to the flux.
func startImage(g radio.Grid, fluxJy, sizeRad float64, profile func(l, m float64) float64) ([]float64, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if !(fluxJy > 0) || math.IsInf(fluxJy, 0) {
		return nil, fmt.Errorf("infer: start image: flux is %g Jy, must be positive and finite", fluxJy)
	}
	if !(sizeRad > 0) || math.IsInf(sizeRad, 0) {
		return nil, fmt.Errorf("infer: start image: size is %g rad, must be positive and finite", sizeRad)
	}
	x := make([]float64, g.Len())
	sum := 0.0
	for i := range x {
		x[i] = profile(g.L(i%g.NX), g.M(i/g.NX))
		sum += x[i]
	}
	for i := range x {
		x[i] *= fluxJy / sum
	}
	return x, nil
}

// Blur returns the image (one or more planes of the grid) convolved with a circular Gaussian of the given FWHM (radians), and
// with the same total flux: [Base.Convolve], whose loss at the border is spread over the rest. It suits start images. Where the
// flux at the border must not move, and for a linear map, use Base.Convolve; for an elliptical restoring beam, [radio.Beam]. FWHM 0
// returns a copy.
func Blur(g radio.Grid, image []float64, fwhmRad float64) []float64 {
	if fwhmRad == 0 {
		return slices.Clone(image)
	}
	out := Base{Kernel: GaussianBase, FWHMRad: fwhmRad}.Convolve(g, image)
	for c := 0; c+g.Len() <= len(image); c += g.Len() {
		plane := out[c : c+g.Len()]
		before, after := sum(image[c:c+g.Len()]), sum(plane)
		if after > 0 {
			for i := range plane {
				plane[i] *= before / after
			}
		}
	}
	return out
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// Recentre returns the image (one or more planes, which move together) rolled by whole pixels, so that its centroid lies
// within half a pixel of the phase centre. Pixels that leave on one side come back on the other. Closure quantities do not see the
// position, so such a shift costs nothing as long as the border is dark. Negative pixels can push the centroid out of the field, where
// no roll makes sense: such an image, and one without positive flux, is returned as it is.
func Recentre(g radio.Grid, image []float64) []float64 {
	var total, cx, cy float64
	for i, v := range image {
		total += v
		cx += v * float64(i%g.NX)
		cy += v * float64(i/g.NX%g.NY)
	}
	out := make([]float64, len(image))
	column, row := math.Round(cx/total), math.Round(cy/total)
	if !(total > 0 && column >= 0 && column < float64(g.NX) && row >= 0 && row < float64(g.NY)) {
		copy(out, image)
		return out
	}
	dx, dy := g.NX/2-int(column), g.NY/2-int(row)
	for i, v := range image {
		x, y := (i%g.NX+dx+g.NX)%g.NX, (i/g.NX%g.NY+dy+g.NY)%g.NY
		out[i/g.Len()*g.Len()+y*g.NX+x] = v
	}
	return out
}
