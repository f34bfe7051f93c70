package train

import (
	"errors"
	"fmt"

	"fringe/data"
	"fringe/radio"
)

// DenoisingConfig says which noisy skies a denoiser learns from. The zero value is ready to use.
type DenoisingConfig struct {
	Sky      data.SkyConfig `yaml:"sky"`
	Pixels   int            `yaml:"pixels"`    // side of the images; 0 means 64
	FieldUas float64        `yaml:"field_uas"` // side of the field in microarcseconds; 0 means 128
	// AnyScale says that the size of the pixels means nothing, so that the denoiser is offered for images of any; field_uas must be 0.
	AnyScale   bool           `yaml:"any_scale,omitempty"`
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
	if c.FieldUas == 0 && !c.AnyScale {
		c.FieldUas = 128
	}
	for _, f := range []struct {
		p *float64
		v float64
	}{{&c.SigmaMin, 0.002}, {&c.SigmaMax, 0.5}, {&c.PeakMin, 0.7}, {&c.PeakMax, 1.3}} {
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
	if c.AnyScale && c.FieldUas != 0 {
		return fmt.Errorf("train: denoising.field_uas is %g, but any_scale says that it means nothing: leave one of them away", c.FieldUas)
	}
	for _, f := range []struct {
		name          string
		value, lo, hi float64
	}{
		{"field_uas", c.field(), 1e-6, 1e12},
		{"sigma_max", c.SigmaMax, 1e-6, 10}, {"sigma_min", c.SigmaMin, 1e-6, c.SigmaMax},
		{"peak_max", c.PeakMax, 0.01, 100}, {"peak_min", c.PeakMin, 0.01, c.PeakMax},
	} {
		if !(f.value >= f.lo && f.value <= f.hi) {
			return fmt.Errorf("train: denoising.%s is %g, must be between %g and %g", f.name, f.value, f.lo, f.hi)
		}
	}
	return nil
}

// Load returns the config with the images that it names read, see [data.SkyConfig.Load].
func (c DenoisingConfig) Load() (DenoisingConfig, error) {
	var err error
	if c.Sky, err = c.Sky.Load(); err != nil {
		return c, fmt.Errorf("train: denoising.sky: %w", err)
	}
	return c, nil
}

// Grid returns the grid of the images, with pixels of 1 µas when they may be of any scale.
func (c DenoisingConfig) Grid() radio.Grid {
	c = c.WithDefaults()
	return radio.Grid{NX: c.Pixels, NY: c.Pixels, CellRad: c.field() * radio.Microarcsecond / float64(c.Pixels)}
}

// field returns the side of the field that skies are drawn for, in microarcseconds.
func (c DenoisingConfig) field() float64 {
	if c.AnyScale {
		return float64(c.Pixels)
	}
	return c.FieldUas
}
