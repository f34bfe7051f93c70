package infer

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"fringe/internal/torch"
	"fringe/proximal"
)

// admm is the state of a run.
type admm struct {
	*stepper
	at     proximal.ADMM
	split  proximal.Splitting
	norms  []proximal.Norm // of the parts
	update proximal.Update
	rho    float64
	origin []float64 // gradient of the terms at the black image
}

// dataSteps caps the conjugate gradients of a data step. They start from the last image.
const dataSteps = 30

// admm runs [proximal.ADMMStep] on terms that are quadratic in the image, with ρ in units of their curvature. ρ stays: to
// double and halve it until the residuals balance (Boyd et al. 2011, section 3.4.1) took four times the iterations in a test
// with total variation.
func (t *task) admm(ctx context.Context) (solution, error) {
	return t.steps(ctx, func(r *stepper) (func() (bool, error), error) {
		a := &admm{stepper: r, split: r.splitting(), norms: []proximal.Norm{proximal.L1{}}, rho: r.config.Balance * r.curvature,
			origin: make([]float64, len(r.x))}
		for _, p := range a.split.Penalties {
			a.norms = append(a.norms, p.Norm)
		}
		if _, err := r.objective.ValueGrad(a.origin, make([]float64, len(r.x))); err != nil {
			return nil, err
		}
		if err := a.checkQuadratic(); err != nil {
			return nil, err
		}
		b := r.problem.tensor(r.s, scaled(-1, a.origin))
		// Far below the tolerance on the image: the data step counts as exact.
		solve := proximal.Conjugate{Iterations: dataSteps, Tolerance: math.Max(r.config.Tolerance/100, 1e-14)}
		a.update = proximal.QuadraticUpdate(a.hessian, b, a.split, solve)
		x := r.problem.tensor(r.s, r.x)
		defer x.Drop()
		var err error
		a.at, err = proximal.NewADMM(r.s, x, a.split)
		return a.step, err
	})
}

// product returns Hp = (∇f(cp) − ∇f(0))/c, with c such that cp is as bright as the start image.
func (a *admm) product(p []float64) ([]float64, error) {
	size := floats.Norm(p, 2)
	out := make([]float64, len(p))
	if size == 0 {
		return out, nil
	}
	c := pixelScale(a.start) * math.Sqrt(float64(len(p))) / size
	if _, err := a.objective.ValueGrad(out, scaled(c, p)); err != nil {
		return nil, err
	}
	floats.Sub(out, a.origin)
	floats.Scale(1/c, out)
	return out, nil
}

func (a *admm) hessian(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
	out, err := a.product(s.Float64s(x))
	if err != nil {
		return nil, err
	}
	return a.problem.tensor(s, out), nil
}

// checkQuadratic returns an error unless the product with the Hessian is linear, as it is when the terms are quadratic.
func (a *admm) checkQuadratic() error {
	rng := rand.New(rand.NewPCG(3, 4))
	p, q, sum := make([]float64, len(a.x)), make([]float64, len(a.x)), make([]float64, len(a.x))
	for i := range p {
		p[i], q[i] = rng.Float64(), rng.Float64()
		sum[i] = p[i] + q[i]
	}
	var products [3][]float64
	for i, x := range [][]float64{p, q, sum} {
		var err error
		if products[i], err = a.product(x); err != nil {
			return err
		}
	}
	floats.Add(products[0], products[1])
	// Rounding leaves 1e-12; a term that is not quadratic bends by far more over the brightness of the image.
	if off := floats.Distance(products[0], products[2], 2) / floats.Norm(products[2], 2); off > 1e-8 {
		return fmt.Errorf("infer: solver %q needs terms that are quadratic in the image (calibrated visibilities, flux, tsv), these are off by %.2g: use solver %q or %q",
			ADMM, off, PrimalDual, FISTA)
	}
	return nil
}

// step makes one iteration, and reports whether the parts agree with the image and stand still to the tolerance.
func (a *admm) step() (settled bool, err error) {
	rho := a.number(a.rho)
	defer rho.Drop()
	next, err := proximal.ADMMStep(a.s, a.at, a.update, a.split, rho)
	if err != nil {
		return false, err
	}
	apart, moved, size, err := a.residuals(next)
	if err != nil {
		return false, err
	}
	a.at.X.Drop()
	dropAll(a.at.Z)
	dropAll(a.at.U)
	a.at = next
	settled = math.Max(apart, moved) <= a.config.Tolerance*size
	return settled, a.move(a.s.Float64s(next.Z[0]))
}

// residuals returns ‖Lx − z‖, ‖z⁺ − z‖ and ‖z⁺‖, over all parts.
func (a *admm) residuals(next proximal.ADMM) (apart, moved, size float64, err error) {
	for i, n := range a.norms {
		lx, err := n.Analyse(a.s, next.X)
		if err != nil {
			return 0, 0, 0, err
		}
		gap, _ := distanceAndSize(a.s, lx, next.Z[i])
		lx.Drop()
		change, z := distanceAndSize(a.s, next.Z[i], a.at.Z[i])
		apart, moved, size = math.Hypot(apart, gap), math.Hypot(moved, change), math.Hypot(size, z)
	}
	return apart, moved, size, nil
}
