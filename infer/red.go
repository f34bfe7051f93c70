package infer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"fringe/proximal"
)

// REDConfig sets up [RED]. Zero values take the defaults that are named.
type REDConfig struct {
	MaxIterations int     `yaml:"max_iterations" json:"max_iterations"` // 0 for 500
	Anneal        int     `yaml:"anneal" json:"anneal"`                 // first iterations, in which σ falls from SigmaMax to SigmaMin; 0 for none
	SigmaMax      float64 `yaml:"sigma_max" json:"sigma_max"`           // in units of the peak; 0 for 0.2
	SigmaMin      float64 `yaml:"sigma_min" json:"sigma_min"`           // 0 for 0.02
	Strength      float64 `yaml:"strength" json:"strength"`             // λ of the prior; 0 for 0.1
	Tolerance     float64 `yaml:"tolerance" json:"tolerance"`           // what may remain of the forces, relative to them; 0 for 1e-3
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
	setDefault(&c.Strength, 0.1)
	setDefault(&c.Tolerance, 1e-3)
	return c
}

// RED images with a denoiser by regularization by denoising (Romano, Elad & Milanfar 2017): in units y = x/α it
// iterates
//
//	x ← [ y − (∇data(y) + ρ (y − D(y, σ))) / (L + ρ) ]₊ ,   ρ = λ/σ²
//
// towards the point where both forces cancel; y is x pushed on along its last change (Nesterov's momentum, as in the
// accelerated RED of Reehorst & Schniter 2019), and the momentum is dropped when it points uphill (O'Donoghue & Candès 2015,
// the rule that needs no objective). A denoiser has no objective in general, so there is no line search on it: L is a bound
// of the curvature of the DATA term alone, raised until data(x) ≤ data(y) + ⟨∇data, x−y⟩ + L/2 ‖x−y‖² (Beck & Teboulle
// 2009), and lowered a little at every iteration. Without momentum a denoiser that does not expand distances makes the
// iteration settle; with it, as here, nothing says that it must: look at Result.Stop.
//
// The run has converged when, at the final noise level, the sum of the forces is below Tolerance times the forces, or the
// image stands still to 1e-9; it then returns its last image. One that meets the cap or is cancelled returns, of the images
// at the final noise level (all images, if it was not reached), the one with the smallest data misfit.
func RED(ctx context.Context, p Problem, d Denoiser, c REDConfig) (*Result, error) {
	if err := p.validateFor(Softplus); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	if err := p.smooth("regularization by denoising"); err != nil {
		return nil, err
	}
	r := &red{record: newRecord(&p, p.start()), config: c, denoiser: d, data: &Objective{Parts: p.Terms}, momentum: 1, x: p.start(), last: p.start()}
	stop, err := outer(ctx, c.MaxIterations, IterationCap, r.iterate)
	if err != nil {
		return nil, err
	}
	if r.result.Stop = stop; stop == Converged {
		r.best = r.x
	}
	return r.result.finish(&p, r.data, r.best)
}

// red is the state of a run. Images are in Jy/pixel; steps are taken in units of scale.
type red struct {
	record
	config    REDConfig
	denoiser  Denoiser
	data      *Objective
	scale     float64   // α
	curvature float64   // L
	momentum  float64   // Nesterov's t
	x, last   []float64 // this image and the one before
}

// sigma returns the noise level of iteration k.
func (r *red) sigma(k int) float64 {
	c := r.config
	if k >= c.Anneal {
		return c.SigmaMin
	}
	return c.SigmaMax * math.Pow(c.SigmaMin/c.SigmaMax, float64(k)/float64(c.Anneal))
}

// iterate makes step k.
func (r *red) iterate(k int) (Stop, error) {
	c, sigma := r.config, r.sigma(k)
	if k <= c.Anneal {
		if err := r.rescale(); err != nil {
			return "", err
		}
	}
	y := r.extrapolate()
	denoised, err := denoise(r.denoiser, r.problem.Grid, y, sigma, 0)
	if err != nil {
		return "", err
	}
	blacken(denoised, r.problem.Mask)
	m, err := r.step(y, denoised, c.Strength/(sigma*sigma))
	if err != nil {
		return "", err
	}
	r.advance(y, m.x)
	if k == c.Anneal {
		r.bestValue = math.Inf(1) // the final noise level begins: what came before no longer counts
	}
	r.keep(r.x, m.value)
	r.add(Step{Iteration: k + 1, Value: m.value, Sigma: sigma})
	if k >= c.Anneal && (m.remaining < c.Tolerance || m.change < 1e-9) {
		return Converged, nil
	}
	return "", nil
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

// extrapolate returns y, in units of the scale.
func (r *red) extrapolate() []float64 {
	var push float64
	r.momentum, push = proximal.NextMomentum(r.momentum)
	y := make([]float64, len(r.x))
	for i, v := range r.x {
		y[i] = math.Max(0, v+push*(v-r.last[i])) / r.scale
	}
	return y
}

// advance makes next the current image, and drops the momentum where the step from y went against it.
func (r *red) advance(y, next []float64) {
	against := 0.0
	for i, v := range next {
		against += (y[i] - v) * (v - r.x[i]/r.scale)
	}
	if against > 0 {
		r.momentum = 1
	}
	r.last, r.x = r.x, scaled(r.scale, next)
}

// move is the outcome of one step, in units of the scale.
type move struct {
	x         []float64
	value     float64 // of the data misfit
	change    float64 // ‖x − y‖/‖x‖
	remaining float64 // (L+ρ)‖x − y‖ over ‖∇data‖ + ρ‖y − D‖
}

// maxDoublings bounds the backtracking: 2¹⁰⁰ exceeds the range of any curvature that data can have. lowering is the factor
// by which the curvature is tried smaller at each iteration.
const (
	maxDoublings = 100
	lowering     = 0.9
)

// step moves from y against both forces.
func (r *red) step(y, denoised []float64, rho float64) (move, error) {
	grad := make([]float64, len(y))
	value, err := r.data.ValueGrad(grad, scaled(r.scale, y))
	if err != nil {
		return move{}, err
	}
	floats.Scale(r.scale, grad)
	if r.curvature == 0 {
		r.curvature = math.Max(floats.Norm(grad, 2), 1e-6)
	}
	r.curvature *= lowering
	forces := floats.Norm(grad, 2) + rho*floats.Distance(y, denoised, 2)
	for range maxDoublings {
		m := move{x: make([]float64, len(y))}
		linear := 0.0
		for i, v := range y {
			m.x[i] = math.Max(0, v-(grad[i]+rho*(v-denoised[i]))/(r.curvature+rho))
		}
		blacken(m.x, r.problem.Mask)
		for i, v := range y {
			linear += grad[i] * (m.x[i] - v)
		}
		distance := floats.Distance(m.x, y, 2)
		if m.value, err = r.data.ValueGrad(nil, scaled(r.scale, m.x)); err != nil {
			return move{}, err
		}
		// The last term forgives rounding of the value, so that a run at its fixed point does not raise L for ever.
		if m.value <= value+linear+0.5*r.curvature*distance*distance+1e-12*math.Abs(value) {
			m.change = distance / math.Max(floats.Norm(m.x, 2), math.SmallestNonzeroFloat64)
			m.remaining = (r.curvature + rho) * distance / math.Max(forces, math.SmallestNonzeroFloat64)
			return m, nil
		}
		r.curvature *= 2
	}
	return move{}, errors.New("infer: regularization by denoising: no step lowers the data misfit as its gradient says: the gradient of a data term is wrong")
}
