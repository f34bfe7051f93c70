package models

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fringe/internal/torch"
)

// RidgeConfig describes a convex ridge regularizer (Goujon, Neumayer, Bohra, Ducotterd & Unser 2023). The zero value has 13,257
// parameters.
type RidgeConfig struct {
	Filters  int     `yaml:"filters" json:"filters"`                         // ridges per pixel; 0 means 32
	Inner    int     `yaml:"inner" json:"inner"`                             // channels between the two convolutions that make a filter; 0 means 8
	Kernel   int     `yaml:"kernel" json:"kernel"`                           // side of those convolutions, odd: a filter is 2·Kernel − 1 wide; 0 means 7
	Knots    int     `yaml:"knots" json:"knots"`                             // of each activation on either side of zero; 0 means 10
	Steps    int     `yaml:"steps" json:"steps"`                             // gradient steps of the denoiser; 0 means 10
	MaxSlope float64 `yaml:"max_slope,omitempty" json:"max_slope,omitempty"` // of the activations, the bound on the Lipschitz constant of the gradient; 0 for none
	Float64  bool    `yaml:"float64" json:"float64"`                         // compute in float64, for exact comparisons, instead of float32
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c RidgeConfig) WithDefaults() RidgeConfig {
	orElse(&c.Filters, 32)
	orElse(&c.Inner, 8)
	orElse(&c.Kernel, 7)
	orElse(&c.Knots, 10)
	orElse(&c.Steps, 10)
	return c
}

// Validate says which field is wrong and what it may be.
func (c RidgeConfig) Validate() error {
	c = c.WithDefaults()
	if err := checkFields("ridge", field{"filters", c.Filters, 1, 512}, field{"inner", c.Inner, 1, 512}, field{"kernel", c.Kernel, 1, 31},
		field{"knots", c.Knots, 1, 1000}, field{"steps", c.Steps, 1, 10000}); err != nil {
		return err
	}
	if !(c.MaxSlope >= 0 && c.MaxSlope <= 1e6) {
		return fmt.Errorf("models: ridge max_slope is %g, must be between 0, for none, and 1e6", c.MaxSlope)
	}
	return checkOdd("ridge", "kernel", c.Kernel)
}

// Ridge is the convex energy
//
//	R(x, σ) = (σ/μ)² Σ_f Σ_pixels ψ_f(μ (w_f ∗ x)/σ)
//
// with learned filters w_f, which together have norm 1 at most, and learned ψ_f whose derivative φ_f is a linear spline that never falls:
// its slopes are the softplus of free numbers. So R is convex and ∇R has a Lipschitz constant of at most the largest slope, whatever is
// trained. R(a·x, a·σ) = a²·R(x, σ), as for ½‖x − y‖²: the unit of x does not matter.
//
// The knots of φ_f are the whole numbers up to Knots on both sides; beyond them φ_f is constant. The filters have mean zero.
type Ridge struct {
	parameters
	cfg          RidgeConfig
	inner, outer *torch.Tensor // [inner, 1, k, k] and [filters, inner, k, k]
	slopes       *torch.Tensor // [filters, knots], before the softplus; those of negative arguments are the mirror image
	logScale     *torch.Tensor // log μ, [1, 1, 1, 1]
}

// NewRidge makes a regularizer with random filters, small slopes and μ = 10.
func NewRidge(c RidgeConfig, rng *rand.Rand) (*Ridge, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	r := &Ridge{cfg: c.WithDefaults()}
	filters, inner, k := int64(r.cfg.Filters), int64(r.cfg.Inner), int64(r.cfg.Kernel)
	var err error
	r.parameters, err = build(rng, c.Float64, func(b *builder) {
		r.inner = b.uniform("filters.0.weight", k*k, inner, 1, k, k)
		r.outer = b.uniform("filters.1.weight", inner*k*k, filters, inner, k, k)
		r.slopes = b.constant("slopes", -2, filters, int64(r.cfg.Knots)) // softplus(−2) = 0.13
		r.logScale = b.constant("log_scale", math.Log(10), 1, 1, 1, 1)
	})
	return r, err
}

// Config returns the config with all defaults filled in.
func (r *Ridge) Config() RidgeConfig { return r.cfg }

// Lipschitz returns a bound on the Lipschitz constant of ∇R, the largest slope of the activations.
func (r *Ridge) Lipschitz(s *torch.Scope) (bound float64, err error) {
	defer torch.Catch(&err)
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		bound = s.Item(s.Max(r.positive(s)))
		return nil
	})
	return bound, nil
}

// positive returns the slopes [filters, knots]: the softplus of the parameters, or MaxSlope times their sigmoid.
func (r *Ridge) positive(s *torch.Scope) *torch.Tensor {
	if limit := r.cfg.MaxSlope; limit > 0 {
		return s.MulScalar(s.AddScalar(s.Tanh(s.MulScalar(r.slopes, 0.5)), 1), limit/2)
	}
	return s.Softplus(r.slopes)
}

// Certified reports whether the denoiser is firmly nonexpansive whatever its parameters, which a MaxSlope of 2 or less sees to: a step
// z ← z − α(z − x + ∇R(z)) makes Q = (1 − α − αH)Q + α(I − H) of the Jacobian Q of 2z − x, with the Hessian H between 0 and the bound L ≤ 2
// and α = 2/(2 + L). As ‖(1 − α)I − αH‖ ≤ 1 − α and ‖I − H‖ ≤ 1, ‖Q‖ stays at most 1, which it is at the start.
func (r *Ridge) Certified() bool { return r.cfg.MaxSlope > 0 && r.cfg.MaxSlope <= 2 }

// Forward returns the result of Steps gradient steps on ½‖z − x‖² + R(z, σ) from z = x [batch, 1, ny, nx], with noise levels sigma
// [batch or 1, 1, 1, 1]. The steps 2/(2 + L) contract by L/(2 + L), for the bound L of Lipschitz.
func (r *Ridge) Forward(s *torch.Scope, x, sigma *torch.Tensor) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := r.check(x, sigma); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		t := r.terms(s, sigma)
		two := s.AddScalar(s.MulScalar(t.bound, 0), 2)
		step := s.Div(two, s.Add(two, t.bound))
		z := x
		for range r.cfg.Steps {
			z = s.Tidy(func(s *torch.Scope) *torch.Tensor {
				return s.Sub(z, s.Mul(step, s.Add(s.Sub(z, x), t.gradient(s, z))))
			})
		}
		return z
	}), nil
}

// Gradient returns ∇R of images x [batch, 1, ny, nx] at noise levels sigma [batch or 1, 1, 1, 1].
func (r *Ridge) Gradient(s *torch.Scope, x, sigma *torch.Tensor) (g *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := r.check(x, sigma); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return r.terms(s, sigma).gradient(s, x) }), nil
}

// Energy returns R of each image x [batch, 1, ny, nx] at noise levels sigma [batch or 1, 1, 1, 1]: [batch, 1, 1, 1].
func (r *Ridge) Energy(s *torch.Scope, x, sigma *torch.Tensor) (e *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if err := r.check(x, sigma); err != nil {
		return nil, err
	}
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return r.terms(s, sigma).energy(s, x) }), nil
}

func (r *Ridge) check(x, sigma *torch.Tensor) error {
	if err := checkImages("ridge", x, 1); err != nil {
		return err
	}
	return checkLevel("ridge", x, sigma)
}

// Denoise removes noise of standard deviation sigma from x [batch, 1, ny, nx], in any unit. No gradient is recorded. The result has the
// element type of x.
func (r *Ridge) Denoise(s *torch.Scope, x *torch.Tensor, sigma float64) (y *torch.Tensor, err error) {
	defer torch.Catch(&err)
	return denoise(s, x, sigma, r.cfg.Float64, r.Forward)
}
