package train

import (
	"fmt"
	"math"

	"fringe/internal/torch"
)

// LossConfig says how far an image is from the truth. The zero value is the mean square error in units of the noise.
type LossConfig struct {
	// Name is mse, log_mse (the mean over images of the natural logarithm of their mean square error: an easy image counts as much as a
	// hard one, and the loss is a signal-to-noise ratio in decibels but for sign, factor and constant), l1, charbonnier (the mean of
	// √(e² + ε²) − ε; Charbonnier et al. 1994), ssim or ms_ssim (1 minus [SSIM] or [MultiScaleSSIM] with the peak 1); "" means mse.
	Name string `yaml:"name,omitempty"`
	// Form is residual, in which the errors are those of the noise that is removed, in units of its standard deviation, or image, in which
	// they are those of the image, in its unit; "" means residual, for ssim and ms_ssim image, which have no other.
	Form       string  `yaml:"form,omitempty"`
	SigmaPower float64 `yaml:"sigma_power,omitempty"` // an image with noise σ counts σ to the power of minus this times; 0 counts all alike
	Epsilon    float64 `yaml:"epsilon,omitempty"`     // ε of charbonnier; 0 means 1e-3
}

func (c LossConfig) structural() bool { return c.Name == "ssim" || c.Name == "ms_ssim" }

// Validate says which field is wrong and what it may be.
func (c LossConfig) Validate() error {
	switch c.Name {
	case "", "mse", "log_mse", "l1", "charbonnier", "ssim", "ms_ssim":
	default:
		return fmt.Errorf("train: loss.name is %q, must be mse, log_mse, l1, charbonnier, ssim or ms_ssim", c.Name)
	}
	if c.Form != "" && c.Form != "residual" && c.Form != "image" {
		return fmt.Errorf("train: loss.form is %q, must be residual or image", c.Form)
	}
	if c.structural() && c.Form == "residual" {
		return fmt.Errorf("train: loss.form is residual, but %s compares images: say image or leave it away", c.Name)
	}
	if !(math.Abs(c.SigmaPower) <= 4) {
		return fmt.Errorf("train: loss.sigma_power is %g, must be between -4 and 4", c.SigmaPower)
	}
	if c.SigmaPower != 0 && c.Name == "log_mse" {
		return fmt.Errorf("train: loss.sigma_power is %g, but log_mse counts all noise levels alike: leave it away", c.SigmaPower)
	}
	if !(c.Epsilon >= 0 && c.Epsilon <= 1) || (c.Epsilon != 0 && c.Name != "charbonnier") {
		return fmt.Errorf("train: loss.epsilon is %g, must be between 0 and 1, and away without charbonnier", c.Epsilon)
	}
	return nil
}

// value returns the loss of images x [batch, 1, ny, nx] with the given truth and noise sigma [batch, 1, 1, 1], which is nil for images in
// their own unit.
func (c LossConfig) value(s *torch.Scope, x, truth, sigma *torch.Tensor) (*torch.Tensor, error) {
	errors, err := c.errors(s, x, truth, sigma)
	if err != nil {
		return nil, err
	}
	if sigma != nil && c.SigmaPower != 0 {
		errors = s.Mul(errors, s.Exp(s.MulScalar(s.Log(sigma), -c.SigmaPower)))
	}
	return s.Mean(errors), nil
}

// errors returns what value averages: for each pixel, or for each image.
func (c LossConfig) errors(s *torch.Scope, x, truth, sigma *torch.Tensor) (*torch.Tensor, error) {
	compare := map[string]func(*torch.Scope, *torch.Tensor, *torch.Tensor, float64) (*torch.Tensor, error){"ssim": SSIM, "ms_ssim": MultiScaleSSIM}[c.Name]
	if compare != nil {
		same, err := compare(s, x, truth, 1)
		if err != nil {
			return nil, err
		}
		return s.AddScalar(s.MulScalar(same, -1), 1), nil
	}
	e := s.Sub(x, truth)
	if sigma != nil && c.Form != "image" {
		e = s.Div(e, sigma)
	}
	switch c.Name {
	case "log_mse":
		const perfect = 1e-12 // keeps the logarithm of an image without errors finite, 60 dB below errors of 1e-3
		pixels := float64(x.Shape()[2] * x.Shape()[3])
		return s.Log(s.AddScalar(s.MulScalar(s.SumDims(s.Square(e), 1, 2, 3), 1/pixels), perfect)), nil
	case "l1":
		return s.Abs(e), nil
	case "charbonnier":
		epsilon := c.Epsilon
		if epsilon == 0 {
			epsilon = 1e-3
		}
		return s.AddScalar(s.Sqrt(s.AddScalar(s.Square(e), epsilon*epsilon)), -epsilon), nil
	}
	return s.Square(e), nil
}
