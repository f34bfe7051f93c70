package measure

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// spreading is the kernel of a NUFFT on a grid of twice the image's size: that of Kaiser and Bessel, I₀(β√(1−z²))/I₀(β) for |z| < 1, with the β of
// Beatty et al. 2005 (IEEE Trans. Med. Imaging 24, 799, equation 5), as one polynomial for each of the grid points that it covers. Transform
// and adjoint use the same polynomials, and what an image is divided by is the transform of the polynomials.
type spreading struct {
	width        int
	coefficients []float64 // [degree+1, widest], the highest power first
}

const (
	widest    = 16 // grid points of a kernel, at most
	leastGrid = 16 // half of the smallest grid that the widest kernel fits
)

// newSpreading returns the kernel whose error in the 2-norm is about eps. The width w leaves 10^(1−w) of images that are noise, up to w = 10, and
// twice that for wider ones, which therefore are one wider.
func newSpreading(eps float64) spreading {
	w := int(math.Ceil(-math.Log10(eps)-1e-9)) + 1
	if w > 10 {
		w++
	}
	w = min(max(w, 2), widest)
	beta := math.Pi * math.Sqrt(0.5625*float64(w*w)-0.8)
	degree := w + 1 // misses the kernel by less than a tenth of its error, or by rounding, 1e-14 of its peak, from width 14 on
	k := spreading{width: w, coefficients: make([]float64, widest*(degree+1))}
	for i := range w {
		p := polynomial(degree, func(t float64) float64 {
			z := ((t+1)/2+float64(i))*2/float64(w) - 1
			return bessel0(beta*math.Sqrt(math.Max(0, 1-z*z))) / bessel0(beta)
		})
		for d, c := range p {
			k.coefficients[widest*(degree-d)+i] = c
		}
	}
	return k
}

// bessel0 returns the modified Bessel function I₀ by its power series (Abramowitz & Stegun 1964, 9.6.12), for |x| up to some 100.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-17*sum; k++ {
		term *= x * x / (4 * k * k)
		sum += term
	}
	return sum
}

// polynomial returns the coefficients, lowest first, of the polynomial that equals f at the Chebyshev points of [−1, 1].
func polynomial(degree int, f func(t float64) float64) []float64 {
	n := degree + 1
	series := make([]float64, n) // in Chebyshev polynomials
	for j := range n {
		angle := math.Pi * (float64(j) + 0.5) / float64(n)
		value := f(math.Cos(angle))
		for k := range series {
			series[k] += 2 / float64(n) * value * math.Cos(float64(k)*angle)
		}
	}
	series[0] /= 2
	out := make([]float64, n)
	before, now := make([]float64, n), make([]float64, n) // T_{k−1}, T_k in powers
	now[0] = 1
	for k, c := range series {
		for i, v := range now {
			out[i] += c * v
		}
		next := make([]float64, n)
		for i := range next {
			if i > 0 {
				next[i] = 2 * now[i-1]
			}
			next[i] -= before[i]
		}
		if k == 0 {
			next = make([]float64, n)
			if n > 1 {
				next[1] = 1
			}
		}
		before, now = now, next
	}
	return out
}

// transform returns ∫ φ(x) cos(πkx/m) dx, x in grid points, for the n pixels of a side: k = i − ⌊n/2⌋ and a grid of 2m. Sixteen Gauss points
// for each polynomial are exact to rounding: the cosine turns by less than a quarter of a circle.
func (k spreading) transform(n, m int) []float64 {
	const nodes = 16
	t, weight := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(t, weight, -1, 1)
	at, value := []float64{}, []float64{}
	for i := range k.width {
		for j := range t {
			at = append(at, float64(i)+(t[j]+1)/2-float64(k.width)/2)
			value = append(value, k.at(i, t[j])*weight[j]/2)
		}
	}
	out := make([]float64, n)
	for i := range out {
		for j, x := range at {
			out[i] += value[j] * math.Cos(math.Pi*float64(i-n/2)*x/float64(m))
		}
	}
	return out
}

// at is the polynomial of the grid point i.
func (k spreading) at(i int, t float64) float64 {
	sum := 0.0
	for d := i; d < len(k.coefficients); d += widest {
		sum = sum*t + k.coefficients[d]
	}
	return sum
}
