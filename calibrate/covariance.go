package calibrate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// sigmas returns the standard deviations of ln|g| (nil when amplitudes are not solved for) and of the phase (rad) from thermal noise,
// and false when amplitudes have none. The covariances are the inverses of the normal matrices. As only differences of phases have
// errors, that of station a is against the mean of the others, each weighted with the p of its baseline to a. This is
// (Lφ)_a/L_aa with the Laplacian L; the covariance of φ being the pseudo-inverse of L, its variance is (L·L⁺·L)_aa/L_aa² = 1/L_aa:
// it depends on no reference, and a poor station spoils the error of no other.
func (p *problem) sigmas(g gains) (logAmp, phase []float64, ok bool) {
	power := p.powers(g)
	phase = make([]float64, p.n)
	for i, l := range p.baselines {
		phase[l.a] += power[i]
		phase[l.b] += power[i]
	}
	for a, sum := range phase {
		phase[a] = 1 / math.Sqrt(sum)
	}
	if !p.amplitudes {
		return nil, phase, true
	}
	logAmp, ok = inverseDiagonal(p.laplacian(power, +1))
	for a, variance := range logAmp {
		logAmp[a] = math.Sqrt(variance)
	}
	return logAmp, phase, ok
}

// inverseDiagonal returns the diagonal of the inverse, and false when there is none.
func inverseDiagonal(m *mat.SymDense) ([]float64, bool) {
	var factors mat.Cholesky
	if !factors.Factorize(m) {
		return nil, false
	}
	var inverse mat.SymDense
	if err := factors.InverseTo(&inverse); err != nil {
		return nil, false
	}
	diagonal := make([]float64, m.SymmetricDim())
	for a := range diagonal {
		if diagonal[a] = inverse.At(a, a); !(diagonal[a] >= 0) || !finite(diagonal[a]) {
			return nil, false
		}
	}
	return diagonal, true
}
