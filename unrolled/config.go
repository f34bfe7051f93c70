package unrolled

import (
	"fmt"

	"fringe/models"
)

// Config describes an unrolled network. The zero value is valid.
type Config struct {
	Steps      int               `yaml:"steps" json:"steps"`             // gradient steps; 0 means 5
	UNet       models.UNetConfig `yaml:"unet" json:"unet"`               // each step's correction; in, out and zero_output are set here
	IgnoreData bool              `yaml:"ignore_data" json:"ignore_data"` // no gradient steps: a U-net applied to the dirty image (steps must be 0 or 1)
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c Config) WithDefaults() Config {
	if c.Steps == 0 {
		c.Steps = 5
		if c.IgnoreData {
			c.Steps = 1
		}
	}
	c.UNet.In, c.UNet.Out, c.UNet.ZeroOutput = 2, 1, true
	if c.IgnoreData {
		c.UNet.In = 1
	}
	c.UNet = c.UNet.WithDefaults()
	return c
}

// Validate says which field is wrong and what it may be.
func (c Config) Validate() error {
	if c.Steps < 0 || c.Steps > 100 {
		return fmt.Errorf("unrolled: steps is %d, must be between 1 and 100 (0 means 5)", c.Steps)
	}
	if c.IgnoreData && c.Steps > 1 {
		return fmt.Errorf("unrolled: steps is %d, must be 1 with ignore_data", c.Steps)
	}
	return c.WithDefaults().UNet.Validate()
}
