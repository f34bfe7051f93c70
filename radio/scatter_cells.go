package radio

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
)

// planeParameters is the number of complex parameters of a plane over (u,v).
const planeParameters = 3

// brightSNR is the median |V|/σ of a visibility above which a source may bend within cells by more than the noise. At 3.5
// a source a quarter of the field away leaves about 0.1·3.5 beside the plane, which adds 3 % to the scatter.
const brightSNR = 3.5

// ErrBright says that visibilities are too bright to tell noise from the structure of the source within (u,v) cells.
var ErrBright = errors.New("the source is bright: its structure within (u,v) cells looks like noise")

// ScatterInCells looks at the visibilities in each (u,v) cell of g and takes from them the plane a + b·u + c·v that fits best,
// because a bright source changes across a cell far more than by the noise. With ν = 2(n−3) degrees of freedom what is left has a χ²
// whose median is about ν(1 − 2/(9ν))³ (Wilson & Hilferty 1931, PNAS 17, 684; right to 0.2 % in σ here); Factor is the root of
// the median over cells of χ² divided by that. Cells of fewer than 6 visibilities, or whose points lie on a line, say nothing.
//
// The plane is enough while the source is small against the field of g and the signal-to-noise ratio of a visibility moderate.
// Structure that it does not follow adds to the scatter and never takes from it, so that a factor below 1 is always told, and one
// above 1 only of faint data, whose median |V|/σ is at most 3.5: otherwise the error is [ErrBright], and residuals of an image
// tell more. It returns an error also when there are fewer than 50 such cells.
func (v *Visibilities) ScatterInCells(g Grid) (Scatter, error) {
	c, err := NewCells(g)
	if err != nil {
		return Scatter{}, err
	}
	members := make(map[int][]int)
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		cell, _, err := c.Index(v.U[k], v.V[k])
		if err != nil {
			return Scatter{}, err
		}
		members[cell] = append(members[cell], k)
	}
	var ratios, snr []float64
	for cell, list := range members {
		chi2, ok := v.planeChi2(list, c, cell)
		if nu := 2 * float64(len(list)-planeParameters); ok {
			ratios = append(ratios, chi2/(nu*math.Pow(1-2/(9*nu), 3)))
			for _, k := range list {
				snr = append(snr, cmplx.Abs(v.Vis[k])*math.Sqrt(v.Weight[k]))
			}
		}
	}
	if len(ratios) < minScatterSamples {
		return Scatter{}, fmt.Errorf("radio: scatter: %d (u,v) cells hold 6 visibilities, at least %d are needed", len(ratios), minScatterSamples)
	}
	s := Scatter{Factor: math.Sqrt(Median(ratios)), Samples: len(ratios), Method: "cells"}
	if bright := Median(snr); s.Factor > 1 && bright > brightSNR {
		return Scatter{}, fmt.Errorf("radio: scatter: a median S/N of %.3g: %w", bright, ErrBright)
	}
	return s, nil
}

// planeChi2 returns χ² of the visibilities of a cell about the plane that fits best.
func (v *Visibilities) planeChi2(list []int, c Cells, cell int) (chi2 float64, ok bool) {
	if len(list) < 2*planeParameters {
		return 0, false
	}
	u0, v0 := c.Centre(cell)
	fit := newPlane()
	for _, k := range list {
		du, dv, value := v.U[k], v.V[k], v.Vis[k]
		if _, mirrored, _ := c.Index(du, dv); mirrored {
			du, dv, value = -du, -dv, complex(real(value), -imag(value))
		}
		fit.add([planeParameters]float64{1, (du - u0) / c.DU, (dv - v0) / c.DV}, value, v.Weight[k])
	}
	return fit.chi2()
}
