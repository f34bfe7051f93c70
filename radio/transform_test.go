package radio_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"fringe/radio"
)

// patch returns an image with random pixels of both signs in a rectangle and zeros around it.
func patch(rng *rand.Rand, g radio.Grid, x0, x1, y0, y1 int) []float64 {
	img := make([]float64, g.Len())
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			img[y*g.NX+x] = rng.NormFloat64()
		}
	}
	return img
}

// directSum is the definition, term by term and row by row.
func directSum(g radio.Grid, img []float64, u, v float64) (sum complex128) {
	for y := range g.NY {
		var row complex128
		for x := range g.NX {
			s, c := math.Sincos(-2 * math.Pi * u * g.L(x))
			row += complex(img[y*g.NX+x]*c, img[y*g.NX+x]*s)
		}
		s, c := math.Sincos(-2 * math.Pi * v * g.M(y))
		sum += complex(c, s) * row
	}
	return sum
}

// The direct sum skips the empty border and adds four rows at a time, and has the bits of the definition all the same: what was
// simulated once can be simulated again. The compiler may fuse multiplications and additions on other processors than amd64,
// hence the tolerance of some roundings of the largest term.
func TestDFTHasTheBitsOfTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	set := randomSet(rng, 4, 2)
	g := radio.Grid{NX: 17, NY: 23, CellRad: 2 * radio.Microarcsecond}
	for name, img := range map[string][]float64{
		"full": patch(rng, g, 0, 17, 0, 23), "inside": patch(rng, g, 3, 9, 2, 13), "one row": patch(rng, g, 0, 17, 22, 23),
		"one pixel": patch(rng, g, 16, 17, 0, 1), "empty": make([]float64, g.Len()),
	} {
		got := make([]complex128, set.Len())
		radio.NewDFT(g, set.U, set.V).Forward(got, img)
		for k, value := range got {
			want := directSum(g, img, set.U[k], set.V[k])
			if tolerance := 1e-13 * fused(); cmplx.Abs(value-want) > tolerance {
				t.Errorf("%s: visibility %d is %v, want %v", name, k, value, want)
			}
		}
	}
}

// fused is 1 when x·y + z is rounded once here, else 0. The values come from memory, so that nothing is folded when compiling.
func fused() float64 {
	x := []float64{1 + 0x1p-30, 1 - 0x1p-30, -1}
	if x[0]*x[1]+x[2] != 0 {
		return 1
	}
	return 0
}

// Interpolation between Chebyshev points agrees with the direct sum to 1e-12 of Σ|img|, whatever the extent of the image, its
// place on the grid, and the interval of baselines. The sizes are chosen so that it is interpolated wherever it says so.
func TestTransformAgreesWithDFT(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, tt := range []struct {
		name           string
		g              radio.Grid
		x0, x1, y0, y1 int
		u0, u1, v0, v1 float64 // Gλ
		n              int
	}{
		{"EHT", radio.Grid{NX: 161, NY: 161, CellRad: 0.8 * radio.Microarcsecond}, 30, 140, 25, 130, -8, 8, -8, 8, 400},
		{"off centre, odd", radio.Grid{NX: 90, NY: 131, CellRad: 0.8 * radio.Microarcsecond}, 0, 40, 90, 131, -6, 3, 1, 2, 300},
		{"one u", radio.Grid{NX: 64, NY: 64, CellRad: radio.Microarcsecond}, 5, 60, 5, 60, 2, 2, -9, 9, 300},
		{"one point", radio.Grid{NX: 64, NY: 64, CellRad: radio.Microarcsecond}, 5, 60, 5, 60, 2, 2, 1, 1, 3},
		{"one pixel", radio.Grid{NX: 64, NY: 64, CellRad: radio.Microarcsecond}, 5, 6, 60, 61, -9, 9, -9, 9, 300},
		{"empty", radio.Grid{NX: 64, NY: 64, CellRad: radio.Microarcsecond}, 0, 0, 0, 0, -9, 9, -9, 9, 300},
		{"many beams", radio.Grid{NX: 64, NY: 64, CellRad: 20 * radio.Microarcsecond}, 0, 64, 0, 64, -5, 5, -5, 5, 3000},
	} {
		img := patch(rng, tt.g, tt.x0, tt.x1, tt.y0, tt.y1)
		u, v := make([]float64, tt.n), make([]float64, tt.n)
		for k := range u {
			u[k] = 1e9 * (tt.u0 + (tt.u1-tt.u0)*rng.Float64())
			v[k] = 1e9 * (tt.v0 + (tt.v1-tt.v0)*rng.Float64())
		}
		got, want := make([]complex128, tt.n), make([]complex128, tt.n)
		radio.Transform(got, img, tt.g, u, v)
		radio.NewDFT(tt.g, u, v).Forward(want, img)
		norm, worst := 0.0, 0.0
		for _, b := range img {
			norm += math.Abs(b)
		}
		for k := range got {
			worst = max(worst, cmplx.Abs(got[k]-want[k]))
		}
		t.Logf("%s: differs by %.1e of Σ|img|", tt.name, worst/max(norm, 1))
		if !(worst <= 1e-12*norm) {
			t.Errorf("%s: differs by %g of Σ|img| = %g", tt.name, worst, norm)
		}
	}
}

// Points that are no numbers give visibilities that are none, and no endless loop.
func TestTransformOfNonsense(t *testing.T) {
	g := radio.Grid{NX: 4, NY: 4, CellRad: 1e-9}
	img := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		u := make([]float64, 500)
		u[7] = bad
		vis := make([]complex128, len(u))
		radio.Transform(vis, img, g, u, make([]float64, len(u)))
		if !cmplx.IsNaN(vis[7]) || vis[8] != 136 {
			t.Errorf("u = %v: visibility %v, its neighbour %v, want NaN and 136", bad, vis[7], vis[8])
		}
	}
	radio.Transform(nil, img, g, nil, nil)
}

func ExampleTransform() {
	g := radio.Grid{NX: 4, NY: 4, CellRad: 10 * radio.Microarcsecond}
	img := make([]float64, g.Len())
	img[2*4+1] = 0.5 // one pixel East of the phase centre
	vis := make([]complex128, 1)
	radio.Transform(vis, img, g, []float64{g.MaxUV()}, []float64{0})
	fmt.Printf("%.2f\n", real(vis[0]))
	// Output: -0.50
}

// BenchmarkTransform is a sky of 64² pixels on its simulation grid, at 300 points.
func BenchmarkTransform(b *testing.B) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{64, 128, 256} {
		side := 5*n/2 + 1
		g := radio.Grid{NX: side, NY: side, CellRad: 128 * radio.Microarcsecond / float64(side)}
		img := patch(rng, g, side/6, 5*side/6, side/6, 5*side/6)
		set := randomSet(rng, 8, 11)
		for name, transform := range map[string]func(){
			"direct":    func() { radio.NewDFT(g, set.U, set.V).Forward(set.Vis, img) },
			"transform": func() { radio.Transform(set.Vis, img, g, set.U, set.V) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for range b.N {
					transform()
				}
			})
		}
	}
}
