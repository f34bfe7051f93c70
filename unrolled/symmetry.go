package unrolled

import "fringe/radio"

// symmetry is a map of the sky onto itself that keeps the phase centre: l and m exchanged or not, then signs.
type symmetry struct {
	exchange     bool
	signL, signM int
}

// symmetries returns the maps that keep the grid: eight for a square one, four otherwise. The first changes nothing.
func symmetries(g radio.Grid) []symmetry {
	var all []symmetry
	for _, exchange := range []bool{false, true} {
		if exchange && g.NX != g.NY {
			break
		}
		for _, l := range []int{1, -1} {
			for _, m := range []int{1, -1} {
				all = append(all, symmetry{exchange, l, m})
			}
		}
	}
	return all
}

// visibilities returns those of the mapped sky: (u, v) changes as (l, m) does, which leaves ul + vm as it is.
func (t symmetry) visibilities(v *radio.Visibilities) *radio.Visibilities {
	out := v.Clone()
	if t.exchange {
		out.U, out.V = out.V, out.U
	}
	for k := range out.U {
		out.U[k] *= float64(t.signL)
		out.V[k] *= float64(t.signM)
	}
	return out
}

// add adds scale times the image of the mapped sky, mapped back, to dst and counts, pixel by pixel, how often. On a side with
// an even number of pixels the first row or column has no mirror image in the field: nothing is added there.
func (t symmetry) add(dst []float64, count []int, g radio.Grid, mapped []float64, scale float64) {
	for y := range g.NY {
		for x := range g.NX {
			l, m := g.NX/2-x, y-g.NY/2 // in pixels
			if t.exchange {
				l, m = m, l
			}
			column, row := g.NX/2-t.signL*l, t.signM*m+g.NY/2
			if column < 0 || column >= g.NX || row < 0 || row >= g.NY {
				continue
			}
			dst[y*g.NX+x] += scale * mapped[row*g.NX+column]
			count[y*g.NX+x]++
		}
	}
}
