package radio_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"fringe/radio"
)

// randomSet returns n visibilities of the given stations with u, v of a few Gλ, values near 1 Jy and weights near 1e4.
func randomSet(rng *rand.Rand, stations, times int) *radio.Visibilities {
	v := &radio.Visibilities{RefMJD: 57854}
	for a := range stations {
		v.Stations = append(v.Stations, radio.Station{Name: fmt.Sprintf("S%02d", a)})
	}
	for t := range times {
		for a := range stations {
			for b := a + 1; b < stations; b++ {
				v.U, v.V = append(v.U, 4e9*rng.NormFloat64()), append(v.V, 4e9*rng.NormFloat64())
				v.Vis = append(v.Vis, cmplx.Rect(0.3+rng.Float64(), 2*math.Pi*rng.Float64()))
				v.Weight = append(v.Weight, 1e4*(0.5+rng.Float64()))
				v.Ant1, v.Ant2 = append(v.Ant1, a), append(v.Ant2, b)
				v.TimeSec, v.IntSec = append(v.TimeSec, 600*float64(t)), append(v.IntSec, 10)
				v.FreqHz = append(v.FreqHz, 227e9)
			}
		}
	}
	return v
}

var grids = []radio.Grid{
	{NX: 16, NY: 16, CellRad: 2 * radio.Microarcsecond},
	{NX: 17, NY: 16, CellRad: 2 * radio.Microarcsecond},
	{NX: 12, NY: 19, CellRad: 3 * radio.Microarcsecond},
	{NX: 1, NY: 1, CellRad: radio.Microarcsecond},
}

// A point source in any pixel has V = I exp(−2πi(ul+vm)).
func TestDFTPointSource(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	v := randomSet(rng, 5, 2)
	for _, g := range grids {
		x, y := g.NX/3, 2*g.NY/3
		img := make([]float64, g.Len())
		img[y*g.NX+x] = 0.6
		got := make([]complex128, v.Len())
		radio.NewDFT(g, v.U, v.V).Forward(got, img)
		for k := range got {
			want := cmplx.Rect(0.6, -2*math.Pi*(v.U[k]*g.L(x)+v.V[k]*g.M(y)))
			// Angles reach some 10 rad, so 1e-14 of rounding is all that may be lost.
			if cmplx.Abs(got[k]-want) > 1e-13 {
				t.Fatalf("grid %+v, visibility %d: got %v, want %v", g, k, got[k], want)
			}
		}
	}
}

func TestDFTAdjoint(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	v := randomSet(rng, 6, 3)
	for _, g := range grids {
		a := radio.NewDFT(g, v.U, v.V)
		img, back := make([]float64, g.Len()), make([]float64, g.Len())
		for i := range img {
			img[i] = rng.NormFloat64()
		}
		vis := make([]complex128, v.Len())
		a.Forward(vis, img)
		a.Adjoint(back, v.Vis)
		var left, right, norm float64
		for k := range vis {
			left += real(vis[k])*real(v.Vis[k]) + imag(vis[k])*imag(v.Vis[k])
			norm += cmplx.Abs(vis[k]) * cmplx.Abs(v.Vis[k])
		}
		for i := range img {
			right += img[i] * back[i]
		}
		// Both sides are sums of some ten thousand rounded products.
		if math.Abs(left-right) > 1e-13*norm {
			t.Errorf("grid %+v: <A x, y> = %.16g, <x, Aᴴ y> = %.16g", g, left, right)
		}
	}
}

func ExampleDFT() {
	g := radio.Grid{NX: 4, NY: 4, CellRad: 10 * radio.Microarcsecond}
	img := make([]float64, g.Len())
	img[2*4+1] = 0.5 // one pixel East of the phase centre
	u := []float64{0, g.MaxUV()}
	vis := make([]complex128, 2)
	radio.NewDFT(g, u, []float64{0, 0}).Forward(vis, img)
	fmt.Printf("%.2f %.2f\n", real(vis[0]), real(vis[1]))
	// Output: 0.50 -0.50
}
