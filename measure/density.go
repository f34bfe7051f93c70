package measure

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// Density is how complex data scatter about the model: [Gaussian], [Huber] or [StudentT]. Each depends on the modulus r of the
// residual in units of σ (per real component) alone, so that the result does not depend on the phase centre, and falls as
// exp(−ρ(r)) from its peak.
type Density interface {
	// rho returns ρ for squared moduli r² [n].
	rho(s *torch.Scope, r2 *torch.Tensor) *torch.Tensor
	// volume returns ∬ exp(−ρ) over the complex plane, divided by the 2π of a Gaussian.
	volume() float64
	validate() error
}

// Gaussian is the normal density, ρ = ½r².
type Gaussian struct{}

func (Gaussian) rho(s *torch.Scope, r2 *torch.Tensor) *torch.Tensor { return s.MulScalar(r2, 0.5) }
func (Gaussian) volume() float64                                    { return 1 }
func (Gaussian) validate() error                                    { return nil }

// Huber is Gaussian up to a threshold k and exponential beyond, ρ = ½r² for r ≤ k and kr − ½k² above (Huber 1964, Ann. Math.
// Statist. 35, 73): an outlier pulls with the force of a residual of k, however far off it is. ρ is convex, so a fit to
// visibilities keeps its single minimum.
type Huber struct {
	Threshold float64 // k, in σ per real component; 0 for 3, which leaves 1.1 % of good data beyond it
}

func (h Huber) threshold() float64 {
	if h.Threshold == 0 {
		return 3
	}
	return h.Threshold
}

func (h Huber) validate() error {
	if k := h.threshold(); !(k > 0) || k > 1e6 {
		return fmt.Errorf("measure: Huber.Threshold is %g σ, must be above 0 and at most 1e6", h.Threshold)
	}
	return nil
}

// rho is written as ½min(r², k²) + k(√max(r², k²) − k), which is smooth at r = 0.
func (h Huber) rho(s *torch.Scope, r2 *torch.Tensor) *torch.Tensor {
	k := h.threshold()
	inside := s.MulScalar(s.ClampMax(r2, k*k), 0.5)
	root := s.Sqrt(s.AddScalar(s.ReLU(s.AddScalar(r2, -k*k)), k*k))
	return s.Add(inside, s.MulScalar(s.AddScalar(root, -k), k))
}

// volume is 1 − e^(−k²/2) inside plus (1 + 1/k²)·e^(−k²/2) outside.
func (h Huber) volume() float64 {
	k := h.threshold()
	return 1 + math.Exp(-k*k/2)/(k*k)
}

// StudentT is the bivariate t density with Nu degrees of freedom, ρ = ½(ν + 2)·ln(1 + r²/ν) (Lange, Little & Taylor 1989, JASA
// 84, 881): a distant outlier loses its pull altogether. ρ is not convex, so start near the solution. σ is that of the
// density's core; its standard deviation is σ√(ν/(ν−2)), and infinite for ν ≤ 2.
type StudentT struct {
	Nu float64 // ν; 0 for 4
}

func (t StudentT) nu() float64 {
	if t.Nu == 0 {
		return 4
	}
	return t.Nu
}

func (t StudentT) validate() error {
	if nu := t.nu(); !(nu > 0) || nu > 1e6 {
		return fmt.Errorf("measure: StudentT.Nu is %g, must be above 0 and at most 1e6", t.Nu)
	}
	return nil
}

func (t StudentT) rho(s *torch.Scope, r2 *torch.Tensor) *torch.Tensor {
	nu := t.nu()
	return s.MulScalar(s.Log(s.AddScalar(s.MulScalar(r2, 1/nu), 1)), (nu+2)/2)
}

// volume is that of a Gaussian, because ∫ r·(1 + r²/ν)^(−(ν+2)/2) dr over r > 0 is 1.
func (t StudentT) volume() float64 { return 1 }
