package train

import (
	"errors"
	"fmt"

	"fringe/data"
	"fringe/radio"
)

// DenoisingConfig says which noisy skies a denoiser learns from. The zero value is ready to use.
type DenoisingConfig struct {
	Sky        data.SkyConfig `yaml:"sky"`
	Pixels     int            `yaml:"pixels"`     // side of the images; 0 means 64
	FieldUas   float64        `yaml:"field_uas"`  // side of the field in microarcseconds; 0 means 128
	SigmaMin   float64        `yaml:"sigma_min"`  // least noise, in units of the brightest pixel; 0 means 0.002
	SigmaMax   float64        `yaml:"sigma_max"`  // most noise; 0 means 0.5
	PeakMin    float64        `yaml:"peak_min"`   // least brightness of the brightest pixel, which is only guessed when imaging; 0 means 0.7
	PeakMax    float64        `yaml:"peak_max"`   // largest brightness of the brightest pixel; 0 means 1.3
	Validation int            `yaml:"validation"` // skies of the fixed validation set; 0 means 64
	Loss       LossConfig     `yaml:"loss,omitempty"`
	Jacobian   JacobianConfig `yaml:"jacobian,omitempty"`
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c DenoisingConfig) WithDefaults() DenoisingConfig {
	for _, f := range []struct {
		p *float64
		v float64
	}{{&c.FieldUas, 128}, {&c.SigmaMin, 0.002}, {&c.SigmaMax, 0.5}, {&c.PeakMin, 0.7}, {&c.PeakMax, 1.3}} {
		if *f.p == 0 {
			*f.p = f.v
		}
	}
	c.Sky = c.Sky.WithDefaults()
	if c.Pixels == 0 {
		c.Pixels = 64
	}
	if c.Validation == 0 {
		c.Validation = 64
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c DenoisingConfig) Validate() error {
	c = c.WithDefaults()
	if err := c.Sky.Validate(); err != nil {
		return fmt.Errorf("train: denoising.sky: %w", err)
	}
	if err := errors.Join(c.Loss.Validate(), c.Jacobian.Validate()); err != nil {
		return err
	}
	if c.Pixels < 32 || c.Pixels > 1024 {
		return fmt.Errorf("train: denoising.pixels is %d, must be between 32 and 1024", c.Pixels)
	}
	if c.Validation < 1 || c.Validation > 4096 {
		return fmt.Errorf("train: denoising.validation is %d, must be between 1 and 4096", c.Validation)
	}
	for _, f := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"field_uas", c.FieldUas, 1e-6, 1e12},
		{"sigma_max", c.SigmaMax, 1e-6, 10}, {"sigma_min", c.SigmaMin, 1e-6, c.SigmaMax},
		{"peak_max", c.PeakMax, 0.01, 100}, {"peak_min", c.PeakMin, 0.01, c.PeakMax},
	} {
		if !(f.value >= f.lo && f.value <= f.hi) {
			return fmt.Errorf("train: denoising.%s is %g, must be between %g and %g", f.name, f.value, f.lo, f.hi)
		}
	}
	return nil
}

// Grid returns the grid of the images.
func (c DenoisingConfig) Grid() radio.Grid {
	c = c.WithDefaults()
	return radio.Grid{NX: c.Pixels, NY: c.Pixels, CellRad: c.FieldUas * radio.Microarcsecond / float64(c.Pixels)}
}
