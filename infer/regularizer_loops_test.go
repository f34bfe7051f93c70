package infer_test

import (
	"fmt"
	"math"
	"testing"

	"fringe/radio"
)

// exactSum adds without rounding that matters (Neumaier 1974).
type exactSum struct{ sum, rest float64 }

func (t *exactSum) add(v float64) {
	s := t.sum + v
	if math.Abs(t.sum) >= math.Abs(v) {
		t.rest += (t.sum - s) + v
	} else {
		t.rest += (v - s) + t.sum
	}
	t.sum = s
}

func (t *exactSum) value() float64 { return t.sum + t.rest }

// A second implementation: loops over the pixels. TV and TSV equal them up to the order of summation, 1e-15; the others up to
// the rounding of a few hundred terms and, with Fourier transforms, of phases: 1e-13.
func TestRegularizersEqualLoops(t *testing.T) {
	const channels = 2
	for _, g := range []radio.Grid{grid(), {NX: 9, NY: 11, CellRad: 1e-11}, {NX: 12, NY: 5, CellRad: 3e-11}, {NX: 31, NY: 33, CellRad: 2e-11}} {
		c := scale(g)
		c.BeamRad = 3 * g.CellRad
		c.Channels = channels
		x := randomCube(g, channels, c.FluxJy)
		at := func(k, col, row int) float64 { return x[(k*g.NY+row)*g.NX+col] }
		b, flux := 3.0, c.FluxJy
		var tv, tsv, tvChannel, edge exactSum
		eps, epsChannel := 1e-3*flux/(b*b*b), 1e-3*flux/(b*b)
		for k := range channels {
			for row := range g.NY {
				for col := range g.NX {
					v := at(k, col, row)
					var dx, dy float64
					if col+1 < g.NX {
						dx = at(k, col+1, row) - v
					}
					if row+1 < g.NY {
						dy = at(k, col, row+1) - v
					}
					tv.add(math.Sqrt(dx*dx+dy*dy+eps*eps) - eps)
					tsv.add(dx*dx + dy*dy)
					if k+1 < channels {
						d := at(k+1, col, row) - v
						tvChannel.add(math.Sqrt(d*d+epsChannel*epsChannel) - epsChannel)
					}
					if col == 0 || row == 0 || col == g.NX-1 || row == g.NY-1 {
						edge.add(v * v)
					}
				}
			}
		}
		psd, beyond := fourierLoops(g, x, c.BeamRad, flux)
		for name, want := range map[string]struct{ value, tol float64 }{
			"tv":          {tv.value() * b / flux, 1e-15},
			"tsv":         {tsv.value() * math.Pow(b*b/flux, 2), 1e-15},
			"tv_channel":  {tvChannel.value() / flux, 1e-15},
			"edge":        {edge.value() * math.Pow(b*b/flux, 2) / b, 1e-15},
			"psd":         {psd, 1e-13},
			"uv_sparsity": {beyond, 1e-13},
		} {
			t.Run(fmt.Sprintf("%s/%d_x_%d", name, g.NX, g.NY), func(t *testing.T) {
				if got := value(t, parse(t, name, c)[0], x); !(math.Abs(got/want.value-1) <= want.tol) {
					t.Errorf("got %.17g, the loops give %.17g, off by %.2g", got, want.value, math.Abs(got/want.value-1))
				}
			})
		}
	}
}

// fourierLoops returns psd and uv_sparsity of a cube by direct sums over all cells of the FFT grid, negative u included.
func fourierLoops(g radio.Grid, cube []float64, beam, flux float64) (psd, beyond float64) {
	var u, v []float64
	for ky := range g.NY {
		for kx := range g.NX {
			u = append(u, float64((kx+g.NX/2)%g.NX-g.NX/2)/(float64(g.NX)*g.CellRad))
			v = append(v, float64((ky+g.NY/2)%g.NY-g.NY/2)/(float64(g.NY)*g.CellRad))
		}
	}
	length := beam / math.Sqrt(8*math.Ln2)
	area := 1 / (float64(g.Len()) * g.CellRad * g.CellRad)
	for start := 0; start < len(cube); start += g.Len() {
		for k := range u {
			var re, im float64
			for i, value := range cube[start : start+g.Len()] {
				sin, cos := math.Sincos(-2 * math.Pi * (u[k]*g.L(i%g.NX) + v[k]*g.M(i/g.NX)))
				re, im = re+value*cos, im+value*sin
			}
			amplitude, q := math.Hypot(re, im)/flux, math.Hypot(u[k], v[k])
			psd += 2 * math.Pi * length * length * area * amplitude * amplitude / (math.Exp(-2*math.Pow(math.Pi*length*q, 2)) + 1e-4)
			if q > 1/beam {
				beyond += beam * beam * area * (math.Sqrt(amplitude*amplitude+1e-6) - 1e-3)
			}
		}
	}
	return psd, beyond
}
