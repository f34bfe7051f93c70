package infer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// REDConfig sets up [RED]. Zero values take the defaults that are named.
type REDConfig struct {
	MaxIterations int     `yaml:"max_iterations" json:"max_iterations"` // 0 for 500
	Anneal        int     `yaml:"anneal" json:"anneal"`                 // first iterations, in which σ falls from SigmaMax to SigmaMin; 0 for none
	SigmaMax      float64 `yaml:"sigma_max" json:"sigma_max"`           // in units of the peak; 0 for 0.2
	SigmaMin      float64 `yaml:"sigma_min" json:"sigma_min"`           // 0 for 0.02
	Strength      float64 `yaml:"strength" json:"strength"`             // λ of the prior; 0 for 1
	Tolerance     float64 `yaml:"tolerance" json:"tolerance"`           // relative change of the image that ends the run; 0 for 1e-4
	PeakJy        float64 `yaml:"peak_jy" json:"peak_jy"`               // scale α in Jy/pixel; 0 for the peak of the image, fixed once σ is at SigmaMin
}

// Validate says which field is wrong.
func (c REDConfig) Validate() error {
	if c.MaxIterations < 0 || c.Anneal < 0 {
		return fmt.Errorf("infer: REDConfig has %d iterations, %d of them annealing, neither may be negative", c.MaxIterations, c.Anneal)
	}
	if !(c.Strength >= 0) || math.IsInf(c.Strength, 0) {
		return fmt.Errorf("infer: REDConfig.Strength is %g, must not be negative", c.Strength)
	}
	if !(c.Tolerance >= 0 && c.Tolerance < 1) {
		return fmt.Errorf("infer: REDConfig.Tolerance is %g, must lie in [0, 1)", c.Tolerance)
	}
	if !(c.PeakJy >= 0) || math.IsInf(c.PeakJy, 0) {
		return fmt.Errorf("infer: REDConfig.PeakJy is %g, must not be negative", c.PeakJy)
	}
	c = c.withDefaults()
	if c.Anneal >= c.MaxIterations {
		return fmt.Errorf("infer: REDConfig.Anneal is %d, must be below the %d iterations", c.Anneal, c.MaxIterations)
	}
	return validateNoise("REDConfig", c.SigmaMax, c.SigmaMin)
}

func (c REDConfig) withDefaults() REDConfig {
	setDefault(&c.MaxIterations, 500)
	setDefault(&c.SigmaMax, 0.2)
	setDefault(&c.SigmaMin, 0.02)
	setDefault(&c.Strength, 1)
	setDefault(&c.Tolerance, 1e-4)
	return c
}

// RED images with a denoiser by regularization by denoising (Romano, Elad & Milanfar 2017, eq. 17): in units y = x/α it
// iterates
//
//	y ← [ y − (∇data(y) + ρ (y − D(y, σ))) / (L + ρ) ]₊ ,   ρ = λ/σ²
//
// towards the point where both forces cancel. A denoiser has no objective in general, so there is no line search on it:
// L is a bound of the curvature of the DATA term alone, raised until data(y⁺) ≤ data(y) + ⟨∇data, y⁺−y⟩ + L/2 ‖y⁺−y‖²
// (Beck & Teboulle 2009, backtracking). The iteration converges when D does not expand distances.
//
// A run that converges returns its last image. One that meets the cap or is cancelled returns, of the images at the final
// noise level (all images, if it was not reached), the one with the smallest data misfit.
func RED(ctx context.Context, p Problem, d Denoiser, c REDConfig) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	r := &red{config: c, problem: &p, denoiser: d, data: &Objective{Parts: p.Terms},
		x: slices.Clone(p.Start), best: p.Start, bestValue: math.Inf(1), result: &Result{Stop: IterationCap}}
	for k := range c.MaxIterations {
		if ctx.Err() != nil {
			r.result.Stop = Cancelled
			break
		}
		converged, err := r.iterate(k)
		if err != nil {
			return nil, err
		}
		if converged {
			r.result.Stop, r.best = Converged, r.x
			break
		}
	}
	return r.result.finish(r.data, r.best)
}

// red is the state of a run. Images are in Jy/pixel; steps are taken in units of scale.
type red struct {
	config    REDConfig
	problem   *Problem
	denoiser  Denoiser
	data      *Objective
	scale     float64
	curvature float64 // L
	x         []float64
	best      []float64
	bestValue float64
	result    *Result
}

// sigma returns the noise level of iteration k.
func (r *red) sigma(k int) float64 {
	c := r.config
	if k >= c.Anneal {
		return c.SigmaMin
	}
	return c.SigmaMax * math.Pow(c.SigmaMin/c.SigmaMax, float64(k)/float64(c.Anneal))
}

func (r *red) iterate(k int) (converged bool, err error) {
	c, sigma := r.config, r.sigma(k)
	if k <= c.Anneal {
		if err := r.rescale(); err != nil {
			return false, err
		}
	}
	y := scaled(1/r.scale, r.x)
	denoised, err := denoise(r.denoiser, r.problem.Grid, y, sigma, 0)
	if err != nil {
		return false, err
	}
	next, value, err := r.step(y, denoised, c.Strength/(sigma*sigma))
	if err != nil {
		return false, err
	}
	change := floats.Distance(next, y, 2) / math.Max(floats.Norm(next, 2), math.SmallestNonzeroFloat64)
	r.x = scaled(r.scale, next)
	if k == c.Anneal {
		r.bestValue = math.Inf(1) // the final noise level begins: what came before no longer counts
	}
	if value < r.bestValue {
		r.best, r.bestValue = r.x, value
	}
	r.result.Iterations++
	step := Step{Iteration: k + 1, Value: value, Sigma: sigma}
	r.result.History = append(r.result.History, step)
	r.problem.report(step)
	return k >= c.Anneal && change < c.Tolerance, nil
}

// rescale sets the scale to the peak, and keeps the curvature in the new units.
func (r *red) rescale() error {
	before := r.scale
	r.scale = r.config.PeakJy
	if r.scale == 0 {
		r.scale = peak(r.x)
	}
	if r.scale == 0 {
		return errors.New("infer: regularization by denoising: the image is black, so it has no peak: give a start image with flux, or PeakJy")
	}
	if before > 0 {
		r.curvature *= (r.scale / before) * (r.scale / before)
	}
	return nil
}

// maxDoublings bounds the backtracking: 2¹⁰⁰ exceeds the range of any curvature that data can have.
const maxDoublings = 100

// step returns the next y and the data misfit there.
func (r *red) step(y, denoised []float64, rho float64) (next []float64, nextValue float64, err error) {
	grad := make([]float64, len(y))
	value, err := r.data.ValueGrad(grad, r.x)
	if err != nil {
		return nil, 0, err
	}
	floats.Scale(r.scale, grad)
	if r.curvature == 0 {
		r.curvature = math.Max(floats.Norm(grad, 2), 1e-6)
	}
	next = make([]float64, len(y))
	for range maxDoublings {
		linear, square := 0.0, 0.0
		for i, v := range y {
			next[i] = math.Max(0, v-(grad[i]+rho*(v-denoised[i]))/(r.curvature+rho))
			linear += grad[i] * (next[i] - v)
			square += (next[i] - v) * (next[i] - v)
		}
		nextValue, err = r.data.ValueGrad(nil, scaled(r.scale, next))
		// The last term forgives rounding of the value, so that a run at its fixed point does not raise L for ever.
		if err != nil || nextValue <= value+linear+0.5*r.curvature*square+1e-12*math.Abs(value) {
			return next, nextValue, err
		}
		r.curvature *= 2
	}
	return nil, 0, errors.New("infer: regularization by denoising: no step lowers the data misfit as its gradient says: the gradient of a data term is wrong")
}
