package main

import (
	"fmt"
	"math"

	"fringe/radio"
)

// zigzagLimit is the share of zigzags above which the user is warned. Images that were looked at and found smooth have at most 0.004, combed ones 0.18 and more.
const zigzagLimit = 0.05

// zigzagWarning tells of an image by a denoiser whose neighbouring pixels alternate; "" when they hardly do. Data know nothing of such a comb, which
// is finer than any baseline resolves: a denoiser that enlarges stripes draws it, whatever its strength, and χ² is silent.
func (out *outcome) zigzagWarning() string {
	j := out.job
	if j.prior.denoiser == nil {
		return ""
	}
	share := zigzagShare(j.grid, j.meanImage(out.result.Image))
	if share <= zigzagLimit {
		return ""
	}
	return fmt.Sprintf("neighbouring pixels alternate between bright and dark, which is %.2g %% of all variation of the image and finer than any baseline sees: it is not in the data: try %s",
		100*share, j.smoother())
}

// smoother is what to try against a comb.
func (j *job) smoother() string {
	text := ""
	if j.options.method != "red" {
		text = "--method red, or "
	}
	if j.prior.firm() != "" {
		return text + "--prior entropy,tv"
	}
	return text + "a denoiser that is firmly nonexpansive, such as --prior checkpoints/nonexpansive-general"
}

// zigzagShare returns the share of the variation of an image, Σ|x_{i+1} − x_i| over rows and columns, that goes up and down, or down and up, from pixel
// to pixel: a difference whose two neighbours have the other sign counts with the smallest of the three. A single bright pixel has none.
func zigzagShare(g radio.Grid, image []float64) float64 {
	zigzag, total := 0.0, 0.0
	line := func(first, step, n int) {
		difference := func(k int) float64 { return image[first+(k+1)*step] - image[first+k*step] }
		for k := range n - 1 {
			d := difference(k)
			total += math.Abs(d)
			if k == 0 || k == n-2 {
				continue
			}
			if before, after := difference(k-1), difference(k+1); before*d < 0 && d*after < 0 {
				zigzag += min(math.Abs(before), math.Abs(d), math.Abs(after))
			}
		}
	}
	for y := range g.NY {
		line(y*g.NX, 1, g.NX)
	}
	for x := range g.NX {
		line(x, g.NX, g.NY)
	}
	if total == 0 {
		return 0
	}
	return zigzag / total
}
