package radiotest

import (
	"math"
	"math/rand/v2"
	"testing"

	"fringe/radio"
)

// Adjoint checks on random images and visibilities that Re⟨A x, y⟩ = ⟨x, Aᴴ y⟩: the difference divided by ‖Ax‖·‖y‖ must not
// exceed tol. For float64 arithmetic 1e-12 is what a correct pair of transforms reaches. The results are full of rubbish
// before the call, so an operator that adds to them instead of overwriting fails.
func Adjoint(t testing.TB, op radio.Operator, grid radio.Grid, nvis int, tol float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		x, y := image(rng, grid.Len()), visibilities(rng, nvis)
		ax, aty := visibilities(rng, nvis), image(rng, grid.Len())
		op.Forward(ax, x)
		op.Adjoint(aty, y)
		left, right, normAx, normY := 0.0, 0.0, 0.0, 0.0
		for k := range y {
			left += real(ax[k])*real(y[k]) + imag(ax[k])*imag(y[k])
			normAx += real(ax[k])*real(ax[k]) + imag(ax[k])*imag(ax[k])
			normY += real(y[k])*real(y[k]) + imag(y[k])*imag(y[k])
		}
		for p := range x {
			right += x[p] * aty[p]
		}
		if d := math.Abs(left-right) / math.Sqrt(normAx*normY); !(d <= tol) {
			t.Errorf("adjoint of %d x %d pixels, %d visibilities: ⟨Ax,y⟩ = %.17g, ⟨x,Aᴴy⟩ = %.17g, relative difference %.2g > %g",
				grid.NX, grid.NY, nvis, left, right, d, tol)
		}
	}
}

func image(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func visibilities(rng *rand.Rand, n int) []complex128 {
	y := make([]complex128, n)
	for i := range y {
		y[i] = complex(rng.NormFloat64(), rng.NormFloat64())
	}
	return y
}
