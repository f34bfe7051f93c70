package wavelet_test

import (
	"math"
	"math/cmplx"
	"testing"

	"gonum.org/v1/gonum/mat"

	"fringe/wavelet"
)

// The definition: dbN has 2N coefficients with sum √2 that are orthonormal to their shifts by even numbers, and its high-pass
// mirror has N vanishing moments. Moments are taken of (t − centre)/centre, which lies in [−1, 1], so that 1e-10 is no rounding.
func TestFiltersAreDaubechies(t *testing.T) {
	const tol = 1e-10
	for n := 1; n <= 8; n++ {
		h := wavelet.Daubechies(n)
		if len(h) != 2*n {
			t.Fatalf("db%d has %d coefficients, want %d", n, len(h), 2*n)
		}
		for shift := 0; shift < n; shift++ {
			want := 0.0
			if shift == 0 {
				want = 1
			}
			if got := dot(h[2*shift:], h); math.Abs(got-want) > tol {
				t.Errorf("db%d: product with the shift by %d is %g, want %g", n, 2*shift, got, want)
			}
		}
		centre := float64(n) - 0.5
		for p := range n {
			moment := 0.0
			for k, v := range h {
				moment += v * math.Pow((float64(k)-centre)/centre, float64(p)) * math.Pow(-1, float64(k))
			}
			if math.Abs(moment) > tol {
				t.Errorf("db%d: moment %d of the wavelet is %g, want 0", n, p, moment)
			}
		}
	}
}

// A second opinion: spectral factorisation in float64. The roots of a polynomial of degree 7 are good to about 1e-12.
func TestFiltersEqualSpectralFactorisation(t *testing.T) {
	for n := 1; n <= 8; n++ {
		if d := distance(wavelet.Daubechies(n), factorise(t, n)); d > 1e-10 {
			t.Errorf("db%d is off by %g", n, d)
		}
	}
}

// factorise follows Daubechies 1988: the filter's zeros are −1, N times, and those zeros z inside the unit circle for which
// y = (2 − z − 1/z)/4 is a root of Σ C(N−1+k, k) yᵏ, k < N.
func factorise(t *testing.T, n int) []float64 {
	poly := []complex128{1}
	times := func(zero complex128) {
		next := make([]complex128, len(poly)+1)
		for i, c := range poly {
			next[i] += c
			next[i+1] -= c * zero
		}
		poly = next
	}
	for range n {
		times(-1)
	}
	for _, y := range roots(t, n) {
		half := 1 - 2*y
		z := half + cmplx.Sqrt(half*half-1)
		if cmplx.Abs(z) > 1 {
			z = 1 / z
		}
		times(z)
	}
	sum := complex(0, 0)
	for _, c := range poly {
		sum += c
	}
	h := make([]float64, len(poly))
	for i, c := range poly {
		h[i] = real(c/sum) * math.Sqrt2
	}
	return h
}

// roots returns the eigenvalues of the companion matrix of Σ C(n−1+k, k) yᵏ.
func roots(t *testing.T, n int) []complex128 {
	if n == 1 {
		return nil
	}
	c := make([]float64, n)
	c[0] = 1
	for k := 1; k < n; k++ {
		c[k] = c[k-1] * float64(n-1+k) / float64(k)
	}
	companion := mat.NewDense(n-1, n-1, nil)
	for i := range n - 1 {
		companion.Set(i, n-2, -c[i]/c[n-1])
		if i > 0 {
			companion.Set(i, i-1, 1)
		}
	}
	var eigen mat.Eigen
	if !eigen.Factorize(companion, mat.EigenNone) {
		t.Fatal("the companion matrix has no eigenvalues")
	}
	return eigen.Values(nil)
}
