package measure

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
)

// accuracies ask for each width from 2 to 16 but 11, which none needs.
var accuracies = []float64{1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14}

// The polynomials miss the kernel by less than a tenth of the accuracy, or by rounding, which in powers of t is 1.1e-14 of the peak at most.
func TestPolynomialsEqualTheKernel(t *testing.T) {
	widths := []int{}
	for _, eps := range accuracies {
		k := newSpreading(eps)
		widths = append(widths, k.width)
		beta, worst := math.Pi*math.Sqrt(0.5625*float64(k.width*k.width)-0.8), 0.0
		for i := range k.width {
			for step := range 401 {
				u := float64(step)/200 - 1
				z := 2*(float64(i)+(u+1)/2)/float64(k.width) - 1
				worst = math.Max(worst, math.Abs(k.at(i, u)-bessel0(beta*math.Sqrt(math.Max(0, 1-z*z)))/bessel0(beta)))
			}
		}
		if !(worst <= 0.1*eps+1.2e-14) {
			t.Errorf("width %d: the polynomials are off by %.2g", k.width, worst)
		}
	}
	if want := []int{2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16}; !slices.Equal(widths, want) {
		t.Errorf("widths %d, want %d", widths, want)
	}
}

// I₀ by its integral, (1/π)∫ exp(x cos θ) dθ, whose trapezoidal sums converge geometrically: 64 points are exact for x ≤ 38, the largest β.
func TestBessel0EqualsItsIntegral(t *testing.T) {
	for x := 0.0; x <= 38; x += 0.25 {
		want := 0.0
		for k := range 64 {
			want += math.Exp(x*math.Cos(2*math.Pi*float64(k)/64)) / 64
		}
		if got := bessel0(x); !(math.Abs(got-want) <= 1e-14*want) { // sums of 64 terms
			t.Errorf("I0(%g) is %.17g, want %.17g", x, got, want)
		}
	}
}

// Against 8 × 16 Gauss points for each polynomial, on sides that fill half of the grid and sides that do not: 1e-14 is rounding of sums of
// some hundred terms.
func TestTransformOfTheKernelEqualsADenseQuadrature(t *testing.T) {
	const parts, nodes = 8, 16
	at, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(at, weight, -1, 1)
	for _, eps := range accuracies {
		k := newSpreading(eps)
		for _, size := range [][2]int{{16, 16}, {1, 16}, {23, 24}, {64, 64}} {
			n, m := size[0], size[1]
			got := k.transform(n, m)
			want, largest := make([]float64, n), 0.0
			for i := range k.width {
				for part := range parts {
					for j := range nodes {
						u := (2*float64(part)+1+at[j])/parts - 1
						x := float64(i) + (u+1)/2 - float64(k.width)/2
						for p := range want {
							want[p] += k.at(i, u) * weight[j] / (2 * parts) * math.Cos(math.Pi*float64(p-n/2)*x/float64(m))
						}
					}
				}
			}
			for _, v := range want {
				largest = math.Max(largest, math.Abs(v))
			}
			for p := range want {
				if !(math.Abs(got[p]-want[p]) <= 1e-14*largest) {
					t.Errorf("width %d, pixel %d of %d in %d: %.17g, want %.17g", k.width, p, n, 2*m, got[p], want[p])
				}
			}
		}
	}
}
