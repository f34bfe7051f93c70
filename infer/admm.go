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

// balanceEvery is the number of iterations after which ρ may change, balanceUntil the last one that may change it.
const (
	balanceEvery = 10
	balanceUntil = 200
)

// admm runs [proximal.ADMMStep] on terms that are quadratic in the image. Early on ρ is doubled or halved to keep the two relative
// residuals within a factor of ten (Boyd et al. 2011, section 3.4.1; relative as in Wohlberg 2017, arXiv:1704.06209).
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
	apart, moved, err := a.residuals(next)
	if err != nil {
		return false, err
	}
	a.at.X.Drop()
	dropAll(a.at.Z)
	dropAll(a.at.U)
	a.at = next
	settled = apart.over(apart.size) <= a.config.Tolerance && moved.over(apart.size) <= a.config.Tolerance
	if k := a.round + 1; k%balanceEvery == 0 && k <= balanceUntil && !settled {
		a.balance(apart.over(apart.size), moved.over(moved.size))
	}
	return settled, a.move(a.s.Float64s(next.Z[0]))
}

// length is a norm beside the norm of what it is compared with.
type length struct{ value, size float64 }

func (l length) over(size float64) float64 {
	if size == 0 {
		return l.value
	}
	return l.value / size
}

// residuals returns ‖Lx − z‖ beside ‖z‖, and ‖z⁺ − z‖ beside ‖u‖.
func (a *admm) residuals(next proximal.ADMM) (apart, moved length, err error) {
	for i, n := range a.norms {
		lx, err := n.Analyse(a.s, next.X)
		if err != nil {
			return apart, moved, err
		}
		gap, _ := distanceAndSize(a.s, lx, next.Z[i])
		lx.Drop()
		change, size := distanceAndSize(a.s, next.Z[i], a.at.Z[i])
		_, push := distanceAndSize(a.s, next.U[i], a.at.U[i])
		apart = length{math.Hypot(apart.value, gap), math.Hypot(apart.size, size)}
		moved = length{math.Hypot(moved.value, change), math.Hypot(moved.size, push)}
	}
	return apart, moved, nil
}

// balance doubles or halves ρ.
func (a *admm) balance(apart, moved float64) {
	factor := 1.0
	switch {
	case apart > 10*moved:
		factor = 2
	case moved > 10*apart:
		factor = 0.5
	default:
		return
	}
	a.rho *= factor
	for i, u := range a.at.U {
		a.at.U[i] = a.s.MulScalar(u, 1/factor)
		u.Drop()
	}
}
