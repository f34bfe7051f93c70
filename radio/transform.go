package radio

import (
	"math"
	"math/cmplx"
)

// Transform fills vis[k] with the visibility of img (Jy/pixel on g) at (u[k], v[k]) (wavelengths), as [DFT.Forward] does, but in
// less time when the visibilities are many and the longest baseline resolves the image into few beams. The difference is
// below 1e-12·Σ|img|.
//
// The visibility function of an image that covers |l| ≤ L is band-limited. Between the direct sums at N Chebyshev points of an
// interval of half-width U it is interpolated to the last digit once N is somewhat more than 2πLU: the Chebyshev coefficients of
// exp(−2πilu) are Bessel functions J_n(2πlU), which vanish faster than exponentially beyond n = 2πLU (Trefethen 2013,
// Approximation Theory and Approximation Practice, chapters 3 and 5; Abramowitz & Stegun 1964, eq. 9.1.44–45). The image is
// real, so half of the (u,v) plane is enough. Where that would take longer than the direct sum, the direct sum it is.
func Transform(vis []complex128, img []float64, g Grid, u, v []float64) {
	d := NewDFT(g, u, v)
	d.check(vis, img)
	t := newBandlimited(d, supportOf(img, g))
	if !t.pays(len(vis)) {
		d.Forward(vis, img)
		return
	}
	t.sample(img)
	for k := range vis {
		vis[k] = t.at(u[k], v[k])
	}
}

// bandlimited holds the visibility function on a product of Chebyshev points over the half plane u ≥ 0, with the middle of the
// image's support as phase centre.
type bandlimited struct {
	grid   Grid
	s      support
	l, m   float64 // middle of the support
	u, v   chebyshev
	re, im []float64 // [point of v, point of u]
	lu, lv []float64 // interpolation weights of a point, reused
}

// chebyshev is a set of n Chebyshev points of the first kind on an interval, and what the barycentric formula divides by the
// distance from each.
type chebyshev struct {
	n               int
	points, factors []float64
}

func newBandlimited(d *DFT, s support) *bandlimited {
	t := &bandlimited{grid: d.grid, s: s}
	t.l = (d.grid.L(s.x0) + d.grid.L(s.x1-1)) / 2
	t.m = (d.grid.M(s.y0) + d.grid.M(s.y1-1)) / 2
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for k := range d.u {
		u, v := fold(d.u[k], d.v[k])
		lo[0], hi[0] = min(lo[0], u), max(hi[0], u)
		lo[1], hi[1] = min(lo[1], v), max(hi[1], v)
	}
	cell := 2 * math.Pi * d.grid.CellRad
	t.u = newChebyshev(lo[0], hi[0], cell*float64(s.columns()-1)/2)
	t.v = newChebyshev(lo[1], hi[1], cell*float64(s.rows()-1)/2)
	return t
}

// fold returns the one of (u, v) and (−u, −v) with u ≥ 0.
func fold(u, v float64) (float64, float64) {
	if u < 0 {
		return -u, -v
	}
	return u, v
}

// newChebyshev returns as many points on [lo, hi] as functions up to the angular frequency bandwidth need; n is 0 when these
// would be more than anybody wants, or the interval is not finite.
func newChebyshev(lo, hi, bandwidth float64) chebyshev {
	const most, negligible = 4096, 1e-17
	middle, half := (lo+hi)/2, (hi-lo)/2
	x := half * bandwidth
	if !(x >= 0 && x < most) {
		return chebyshev{}
	}
	n := int(x) + 1
	for math.Abs(math.Jn(n, x)) > negligible {
		n++
	}
	c := chebyshev{n: n, points: make([]float64, n), factors: make([]float64, n)}
	for i, sign := 0, 1.0; i < n; i, sign = i+1, -sign {
		sin, cos := math.Sincos((float64(i) + 0.5) * math.Pi / float64(n))
		c.points[i], c.factors[i] = middle+half*cos, sign*sin
	}
	return c
}

// pays compares the multiplications of both ways for a number of visibilities. A sine counts as twenty.
func (t *bandlimited) pays(visibilities int) bool {
	if t.u.n == 0 || t.v.n == 0 || t.s.rows() == 0 {
		return false
	}
	const sine = 20
	k, nu, nv := float64(visibilities), float64(t.u.n), float64(t.v.n)
	columns, rows := float64(t.s.columns()), float64(t.s.rows())
	direct := k * (2*columns*rows + sine*(columns+rows))
	ours := nu*(2*columns*rows+4*rows*nv+sine*columns) + nv*sine*rows + k*(2*nu*nv+10*(nu+nv)+2*sine)
	return ours < direct
}

// sample evaluates the visibility function at all points.
func (t *bandlimited) sample(img []float64) {
	nu, nv, rows := t.u.n, t.v.n, t.s.rows()
	t.re, t.im = make([]float64, nu*nv), make([]float64, nu*nv)
	t.lu, t.lv = make([]float64, nu), make([]float64, nv)
	ex, sums := make([]complex128, t.s.columns()), make([]complex128, rows)
	ey := make([]complex128, nv*rows)
	for j := range nv {
		for y := range rows {
			ey[j*rows+y] = phasor(-2 * math.Pi * t.v.points[j] * (t.grid.M(t.s.y0+y) - t.m))
		}
	}
	for i := range nu {
		for x := range ex {
			ex[x] = phasor(-2 * math.Pi * t.u.points[i] * (t.grid.L(t.s.x0+x) - t.l))
		}
		t.s.rowSums(sums, img, ex)
		for j := range nv {
			var sum complex128
			for y, e := range ey[j*rows:][:rows] {
				sum += e * sums[y]
			}
			t.re[j*nu+i], t.im[j*nu+i] = real(sum), imag(sum)
		}
	}
}

// at interpolates at (u, v).
func (t *bandlimited) at(u, v float64) complex128 {
	a, b := fold(u, v)
	t.u.weights(t.lu, a)
	t.v.weights(t.lv, b)
	var re, im float64
	for j, w := range t.lv {
		r, i := dotTwo(t.lu, t.re[j*t.u.n:], t.im[j*t.u.n:])
		re, im = re+w*r, im+w*i
	}
	value := complex(re, im) * phasor(-2*math.Pi*(a*t.l+b*t.m))
	if u < 0 {
		return cmplx.Conj(value)
	}
	return value
}

// dotTwo returns w·a and w·b, each as two sums, as one alone waits for each of its additions.
func dotTwo(w, a, b []float64) (wa, wb float64) {
	a, b = a[:len(w)], b[:len(w)]
	var a0, a1, b0, b1 float64
	k := 0
	for ; k+1 < len(w); k += 2 {
		a0 += w[k] * a[k]
		b0 += w[k] * b[k]
		a1 += w[k+1] * a[k+1]
		b1 += w[k+1] * b[k+1]
	}
	if k < len(w) {
		a0 += w[k] * a[k]
		b0 += w[k] * b[k]
	}
	return a0 + a1, b0 + b1
}

// weights fills w with the values at x of the polynomials that are 1 at one point and 0 at all others, by the second form of
// the barycentric formula (Berrut & Trefethen 2004, SIAM Review 46, 501, eq. 4.2 and 5.3).
func (c chebyshev) weights(w []float64, x float64) {
	sum := 0.0
	for i, p := range c.points {
		if x == p {
			clear(w)
			w[i] = 1
			return
		}
		w[i] = c.factors[i] / (x - p)
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
}
