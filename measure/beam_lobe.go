package measure

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// lobeSample is one sample of the main lobe at (l, m), in units of the grid's, and how much it counts.
type lobeSample struct{ l, m, value, weight float64 }

// mainLobe returns the samples above beamCut that hang together with the centre.
func mainLobe(samples []float64) []lobeSample {
	g := lobeGrid()
	centre := g.NY/2*g.NX + g.NX/2
	seen := make([]bool, len(samples))
	queue := []int{centre}
	seen[centre] = true
	var lobe []lobeSample
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		x, y := p%g.NX, p/g.NX
		lobe = append(lobe, lobeSample{g.L(x), g.M(y), samples[p], math.Min(1, (samples[p]-beamCut)/(beamWhole-beamCut))})
		for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			nx, ny := x+d[0], y+d[1]
			if nx < 0 || nx >= g.NX || ny < 0 || ny >= g.NY {
				continue
			}
			if q := ny*g.NX + nx; !seen[q] && samples[q] >= beamCut {
				seen[q] = true
				queue = append(queue, q)
			}
		}
	}
	return lobe
}

// fitLobe returns the inverse covariance Q of the Gaussian exp(−½ xᵀQx) that fits the samples best, by the method of Levenberg
// and Marquardt from Q = 1.
func fitLobe(lobe []lobeSample) symmetric {
	q := symmetric{1, 0, 1}
	damping := 1e-3
	normal, right, cost := lobeEquations(lobe, q)
	for range 100 {
		trial, ok := lobeStep(normal, right, q, damping)
		if ok {
			n, r, c := lobeEquations(lobe, trial)
			if ok = c <= cost; ok {
				settled := cost-c <= 1e-14*cost || c < 1e-28*float64(len(lobe)) // rounding of the values squared
				normal, right, cost, q = n, r, c, trial
				damping /= 10
				if settled {
					break
				}
			}
		}
		if !ok {
			if damping *= 10; damping > 1e10 {
				break
			}
		}
	}
	return q
}

// lobeEquations returns JᵀwJ, Jᵀwr and Σwr² of the residuals r = value − exp(−½(q.ll·l² + 2·q.lm·lm + q.mm·m²)).
func lobeEquations(lobe []lobeSample, q symmetric) (*mat.SymDense, *mat.VecDense, float64) {
	normal, right, cost := mat.NewSymDense(3, nil), mat.NewVecDense(3, nil), 0.0
	for _, s := range lobe {
		model := math.Exp(-0.5 * (q.ll*s.l*s.l + 2*q.lm*s.l*s.m + q.mm*s.m*s.m))
		r := s.value - model
		j := mat.NewVecDense(3, []float64{-0.5 * s.l * s.l * model, -s.l * s.m * model, -0.5 * s.m * s.m * model})
		normal.SymRankOne(normal, s.weight, j)
		right.AddScaledVec(right, s.weight*r, j)
		cost += s.weight * r * r
	}
	return normal, right, cost
}

// lobeStep returns q plus the damped step; ok is false where that is no ellipse.
func lobeStep(normal *mat.SymDense, right *mat.VecDense, q symmetric, damping float64) (symmetric, bool) {
	damped := mat.NewSymDense(3, nil)
	damped.CopySym(normal)
	for i := range 3 {
		damped.SetSym(i, i, normal.At(i, i)*(1+damping))
	}
	var factor mat.Cholesky
	var step mat.VecDense
	if !factor.Factorize(damped) || factor.SolveVecTo(&step, right) != nil {
		return q, false
	}
	next := symmetric{q.ll + step.AtVec(0), q.lm + step.AtVec(1), q.mm + step.AtVec(2)}
	return next, next.ll > 0 && next.det() > 0
}
