package calibrate

import (
	"math"
	"math/cmplx"
)

// problem is the fit of the gains of one connected part over one interval. Stations are numbered from 0 within it. Gains are
// g = exp(λ + iφ): then the Jacobian with respect to log amplitudes λ is at right angles to that with respect to phases φ,
// and the normal matrix falls into two of the size of the number of stations n. With p = power·|G|²,
//
//	phases:          Σ p·(e_a − e_b)(e_a − e_b)ᵀ   the Laplacian of the baselines, blind to a common phase
//	log amplitudes:  Σ p·(e_a + e_b)(e_a + e_b)ᵀ   the signless Laplacian
type problem struct {
	n          int
	baselines  []baseline
	amplitudes bool // solve for them too
}

// newProblem renumbers the stations of a part.
func newProblem(p part, amplitudes bool) *problem {
	number := map[int]int{}
	for i, s := range p.stations {
		number[s] = i
	}
	q := &problem{n: len(p.stations), amplitudes: amplitudes}
	for _, l := range p.baselines {
		l.a, l.b = number[l.a], number[l.b]
		q.baselines = append(q.baselines, l)
	}
	return q
}

// gains are those of all stations of a problem.
type gains struct{ logAmp, phase []float64 }

func (g gains) of(l baseline) complex128 {
	return cmplx.Rect(math.Exp(g.logAmp[l.a]+g.logAmp[l.b]), g.phase[l.a]-g.phase[l.b])
}

// level sets all amplitudes to the common one that fits best with the phases of g. The fit of phases alone keeps it up to date, so
// that neither phases nor their errors depend on the flux of the model; the table then has amplitudes of 1.
func (p *problem) level(g gains) {
	data, model := 0.0, 0.0
	for _, l := range p.baselines {
		data += real(l.product * cmplx.Rect(1, g.phase[l.b]-g.phase[l.a]))
		model += l.power
	}
	if !(data > 0) {
		return
	}
	for s := range g.logAmp {
		g.logAmp[s] = math.Log(data/model) / 2
	}
}

// misfit returns Σ power·|G − product/power|², which is χ² but for a constant and has no cancellation near a perfect fit.
func (p *problem) misfit(g gains) float64 {
	sum := 0.0
	for _, l := range p.baselines {
		d := cmplx.Abs(complex(l.power, 0)*g.of(l) - l.product)
		sum += d * d / l.power
	}
	return sum
}

// powers returns p = power·|G|² of each baseline, the square of the model's signal-to-noise ratio.
func (p *problem) powers(g gains) []float64 {
	list := make([]float64, len(p.baselines))
	for i, l := range p.baselines {
		list[i] = l.power * math.Exp(2*(g.logAmp[l.a]+g.logAmp[l.b]))
	}
	return list
}
