package calibrate

import (
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const (
	// maxSteps is far more than needed: without noise steps shrink quadratically, with noise by a factor of the residual.
	maxSteps = 200
	// settled is the step, of ln|g| and radians, after which the next changes nothing that float64 holds.
	settled = 1e-12
	// rounding is the step below which two misfits differ by rounding only and cannot judge it any more.
	rounding = 1e-8
	// usableStep is the last step with which a solution still counts, far below any error of a gain.
	usableStep = 1e-5
)

// refine descends from g to the least squares by Levenberg's and Marquardt's method, and reports whether it has come to rest.
func (p *problem) refine(g gains) (gains, bool) {
	best, damping, size := p.misfit(g), 1e-3, math.Inf(1)
	for range maxSteps {
		trial, step, ok := p.step(g, damping)
		misfit := p.misfit(trial)
		if !ok || !(misfit <= best || step < rounding) {
			damping = math.Max(10*damping, 1e-3)
			continue
		}
		g, best, size = trial, misfit, step
		if size < settled {
			break
		}
		damping /= 10
	}
	return g, size < usableStep
}

// step returns the gains after one damped step and the largest change of a log amplitude or phase.
func (p *problem) step(g gains, damping float64) (next gains, size float64, ok bool) {
	power := p.powers(g)
	slopeAmp, slopePhase := mat.NewVecDense(p.n, nil), mat.NewVecDense(p.n, nil)
	for i, l := range p.baselines {
		z := cmplx.Conj(g.of(l))*l.product - complex(power[i], 0)
		add(slopeAmp, l.a, real(z))
		add(slopeAmp, l.b, real(z))
		add(slopePhase, l.a, imag(z))
		add(slopePhase, l.b, -imag(z))
	}
	next = gains{slices.Clone(g.logAmp), slices.Clone(g.phase)}
	size, ok = advance(next.phase, p.laplacian(power, -1), slopePhase, damping)
	if ok && !p.amplitudes {
		p.level(next)
	}
	if ok && p.amplitudes {
		var amp float64
		amp, ok = advance(next.logAmp, p.laplacian(power, +1), slopeAmp, damping)
		size = math.Max(size, amp)
	}
	return next, size, ok
}

// laplacian returns Σ p(e_a + s·e_b)(e_a + s·e_b)ᵀ: the Laplacian for s = −1 and the signless one for s = +1. To the former
// the mean of its diagonal is added along the common phase, on which the data do not depend, to make it regular.
func (p *problem) laplacian(power []float64, s float64) *mat.SymDense {
	m := mat.NewSymDense(p.n, nil)
	for i, l := range p.baselines {
		m.SetSym(l.a, l.a, m.At(l.a, l.a)+power[i])
		m.SetSym(l.b, l.b, m.At(l.b, l.b)+power[i])
		m.SetSym(l.a, l.b, s*power[i])
	}
	if s > 0 {
		return m
	}
	common := mat.NewVecDense(p.n, nil)
	for a := range p.n {
		common.SetVec(a, 1)
	}
	m.SymRankOne(m, 2*floats.Sum(power)/float64(p.n*p.n), common)
	return m
}

// advance adds the solution of (m + damping·diag m)·δ = slope to x and returns the largest |δ|.
func advance(x []float64, m *mat.SymDense, slope *mat.VecDense, damping float64) (size float64, ok bool) {
	for a := range x {
		m.SetSym(a, a, m.At(a, a)*(1+damping))
	}
	var factors mat.Cholesky
	if !factors.Factorize(m) {
		return 0, false
	}
	var delta mat.VecDense
	if err := factors.SolveVecTo(&delta, slope); err != nil {
		return 0, false
	}
	for a := range x {
		x[a] += delta.AtVec(a)
		size = math.Max(size, math.Abs(delta.AtVec(a)))
	}
	return size, finite(size)
}

func add(v *mat.VecDense, i int, x float64) { v.SetVec(i, v.AtVec(i)+x) }
