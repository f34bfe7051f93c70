package radio

import "gonum.org/v1/gonum/mat"

// plane accumulates the normal equations of a weighted fit of complex values by three real functions.
type plane struct {
	normal *mat.SymDense
	re, im *mat.VecDense
	power  float64 // Σ w|V|²
}

func newPlane() *plane {
	return &plane{mat.NewSymDense(planeParameters, nil), mat.NewVecDense(planeParameters, nil), mat.NewVecDense(planeParameters, nil), 0}
}

func (p *plane) add(row [planeParameters]float64, value complex128, weight float64) {
	x := mat.NewVecDense(planeParameters, row[:])
	p.normal.SymRankOne(p.normal, weight, x)
	p.re.AddScaledVec(p.re, weight*real(value), x)
	p.im.AddScaledVec(p.im, weight*imag(value), x)
	p.power += weight * (real(value)*real(value) + imag(value)*imag(value))
}

// chi2 returns Σ w|V − fit|²; ok is false when the points do not fix the plane.
func (p *plane) chi2() (chi2 float64, ok bool) {
	const singular = 1e6 // condition beyond which the points lie on a line for our purposes
	var factor mat.Cholesky
	if !factor.Factorize(p.normal) || factor.Cond() > singular {
		return 0, false
	}
	chi2 = p.power
	for _, right := range []*mat.VecDense{p.re, p.im} {
		var x mat.VecDense
		if factor.SolveVecTo(&x, right) != nil {
			return 0, false
		}
		chi2 -= mat.Dot(&x, right)
	}
	return max(chi2, 0), true
}
