package calibrate

import (
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// start returns first gains. Phases are those of the leading eigenvector of D^(−½)·P·D^(−½), where P is the Hermitian matrix of the
// baselines' products and D the diagonal one of its rows' absolute sums (Singer 2011, Appl. Comput. Harmon. Anal. 30, 20: the spectral
// relaxation of max Σ Re conj(g_a)·P_ab·g_b over unit gains). Without noise P_ab is a positive number times
// exp(i(φ_a − φ_b)), so by Perron and Frobenius they are exact, however large the phases; with noise they are near enough for the
// refinement not to end in a local minimum. D keeps a few sensitive stations from being all that the vector sees.
// Amplitudes all start at their common level.
func (p *problem) start() gains {
	g := gains{make([]float64, p.n), p.leadingPhases()}
	p.level(g)
	return g
}

// leadingPhases solves the Hermitian eigenproblem A + iB as the real symmetric one of [A −B; B A].
func (p *problem) leadingPhases() []float64 {
	degree := make([]float64, p.n)
	for _, l := range p.baselines {
		degree[l.a] += cmplx.Abs(l.product)
		degree[l.b] += cmplx.Abs(l.product)
	}
	m := mat.NewSymDense(2*p.n, nil)
	for _, l := range p.baselines {
		z := l.product / complex(math.Sqrt(degree[l.a])*math.Sqrt(degree[l.b]), 0)
		m.SetSym(l.a, l.b, real(z))
		m.SetSym(p.n+l.a, p.n+l.b, real(z))
		m.SetSym(l.a, p.n+l.b, -imag(z))
		m.SetSym(l.b, p.n+l.a, imag(z))
	}
	phase := make([]float64, p.n)
	var eigen mat.EigenSym
	if !eigen.Factorize(m, true) {
		return phase
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	leading := 2*p.n - 1 // values ascend
	for s := range phase {
		phase[s] = math.Atan2(vectors.At(p.n+s, leading), vectors.At(s, leading))
	}
	return phase
}
