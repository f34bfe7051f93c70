package infer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// PnPConfig sets up [PnP]. Zero values take the defaults that are named.
type PnPConfig struct {
	Steps     int     `yaml:"steps" json:"steps"`           // denoiser steps K; 0 for 24
	SigmaMax  float64 `yaml:"sigma_max" json:"sigma_max"`   // first noise level, in units of the peak; 0 for 0.2 (49/255 in DPIR)
	SigmaMin  float64 `yaml:"sigma_min" json:"sigma_min"`   // last noise level; 0 for 0.01
	Strength  float64 `yaml:"strength" json:"strength"`     // λ of the prior; 0 for 0.23, the value of DPIR
	DataSteps int     `yaml:"data_steps" json:"data_steps"` // L-BFGS iterations of a data step; 0 for 20
	Tolerance float64 `yaml:"tolerance" json:"tolerance"`   // of a data step, as RMLConfig.Tolerance; 0 for 1e-6
	PeakJy    float64 `yaml:"peak_jy" json:"peak_jy"`       // scale α in Jy/pixel; 0 for the peak of the image at each step
	Recentre  bool    `yaml:"recentre" json:"recentre"`     // roll the centroid to the phase centre before each denoising: for closure data only
	OneView   bool    `yaml:"one_view" json:"one_view"`     // show the denoiser only the upright image, not its flips and rotations in turn
}

// Validate says which field is wrong.
func (c PnPConfig) Validate() error {
	if c.Steps < 0 || c.DataSteps < 0 {
		return fmt.Errorf("infer: PnPConfig has %d steps with %d data steps, neither may be negative", c.Steps, c.DataSteps)
	}
	if !(c.Strength >= 0) || math.IsInf(c.Strength, 0) {
		return fmt.Errorf("infer: PnPConfig.Strength is %g, must not be negative", c.Strength)
	}
	if !(c.Tolerance >= 0 && c.Tolerance < 1) {
		return fmt.Errorf("infer: PnPConfig.Tolerance is %g, must lie in [0, 1)", c.Tolerance)
	}
	if !(c.PeakJy >= 0) || math.IsInf(c.PeakJy, 0) {
		return fmt.Errorf("infer: PnPConfig.PeakJy is %g, must not be negative", c.PeakJy)
	}
	c = c.withDefaults()
	return validateNoise("PnPConfig", c.SigmaMax, c.SigmaMin)
}

func (c PnPConfig) withDefaults() PnPConfig {
	setDefault(&c.Steps, 24)
	setDefault(&c.DataSteps, 20)
	setDefault(&c.SigmaMax, 0.2)
	setDefault(&c.SigmaMin, 0.01)
	setDefault(&c.Strength, 0.23)
	setDefault(&c.Tolerance, 1e-6)
	return c
}

// setDefault replaces a zero.
func setDefault[T int | float64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// PnP images with a denoiser as the prior, by half-quadratic splitting (Zhang et al. 2021, DPIR, eq. 6): for noise levels
// σ_k falling from SigmaMax to SigmaMin, equally spaced in the logarithm,
//
//	z ← α D(x/α, σ_k)
//	x ← argmin_{x ≥ 0} data(x) + (λ/2σ_k²) ‖x/α − z/α‖²
//
// where data(x) = Σ weight·term is ½χ², λ = Strength and α the peak. The second line is solved by a few L-BFGS iterations
// from z. The denoiser sees the image in its 8 (square) or 4 flips and rotations in turn, so that it cannot leave a
// preference for one orientation. The terms may be any, closure quantities with a flux term included. The result is the
// last x; a cancelled run returns the last complete one.
func PnP(ctx context.Context, p Problem, d Denoiser, c PnPConfig) (*Result, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	data := &Objective{Parts: p.Terms}
	result := &Result{Stop: ScheduleFinished}
	x := slices.Clone(p.Start)
	for k, sigma := range noiseLevels(c.SigmaMax, c.SigmaMin, c.Steps) {
		next, err := c.step(ctx, &p, d, x, sigma, k)
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			result.Stop = Cancelled
			break
		}
		x = next
		value, err := data.ValueGrad(nil, x)
		if err != nil {
			return nil, err
		}
		result.Iterations++
		step := Step{Round: k, Iteration: k + 1, Value: value, Sigma: sigma}
		result.History = append(result.History, step)
		p.report(step)
	}
	return result.finish(data, x)
}

// step is one denoising and one data step.
func (c PnPConfig) step(ctx context.Context, p *Problem, d Denoiser, x []float64, sigma float64, k int) ([]float64, error) {
	scale := c.PeakJy
	if scale == 0 {
		scale = peak(x)
	}
	if scale == 0 {
		return nil, errors.New("infer: plug-and-play: the image is black, so it has no peak: give a start image with flux, or PeakJy")
	}
	if c.Recentre {
		x = Recentre(p.Grid, x)
	}
	view := k % views(p.Grid)
	if c.OneView {
		view = 0
	}
	z, err := denoise(d, p.Grid, scaled(1/scale, x), sigma, view)
	if err != nil {
		return nil, err
	}
	near := &Objective{Parts: append(slices.Clone(p.Terms),
		Part{Name: "distance to the denoised image", Weight: c.Strength / (sigma * sigma), Term: distance{z, scale}})}
	// Above a hundredth of the peak softplus is linear to e⁻¹, above a tenth to 5e-5: the quadratic stays one.
	found, err := lbfgs{c.DataSteps, c.Tolerance}.positive(ctx, near, Softplus, softplusBend*scale, scaled(scale, z), func(int, float64) {})
	return found.z, err
}

// softplusBend is the brightness, relative to the peak, at which the softplus of a data step bends.
const softplusBend = 0.01

// distance is the term ½‖x/scale − z‖².
type distance struct {
	z     []float64
	scale float64
}

func (d distance) ValueGrad(grad, x []float64) (float64, error) {
	total := 0.0
	for i, v := range x {
		r := v/d.scale - d.z[i]
		total += 0.5 * r * r
		if grad != nil {
			grad[i] = r / d.scale
		}
	}
	return total, nil
}
