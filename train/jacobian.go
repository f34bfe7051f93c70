package train

import (
	"context"
	"fmt"
	"slices"

	"fringe/internal/torch"
)

// JacobianConfig says how a denoiser D is held to be firmly nonexpansive, which makes plug-and-play iterations with it converge: that is
// when 2D − I is nonexpansive. The loss gets weight·max(‖∇(2D − I)(x)‖ − 1 + margin, 0), averaged over points x drawn evenly between each truth
// and its denoised image, or its noisy one (Pesquet, Repetti, Terris & Wiaux 2021, SIAM J. Imaging Sci. 14, eq. 3.9 and section 3.3, there with the squared
// norm). The zero value penalises nothing.
type JacobianConfig struct {
	Weight     float64 `yaml:"weight,omitempty"`     // 0 for no penalty
	Margin     float64 `yaml:"margin,omitempty"`     // 0 means 0.05
	Iterations int     `yaml:"iterations,omitempty"` // of the power method, each of which costs two derivatives; 0 means 5
	At         string  `yaml:"at,omitempty"`         // other end of the line from the truth on which points lie: denoised or noisy; empty means denoised
	After      int     `yaml:"after,omitempty"`      // batches without the penalty at the start, in which the denoiser learns its trade
	Every      int     `yaml:"every,omitempty"`      // of the batches after that, each that many-th has the penalty; 0 means 1, all
	Images     int     `yaml:"images,omitempty"`     // of a batch, on which it is measured; 0 for all
}

func (c JacobianConfig) withDefaults() JacobianConfig {
	if c.Margin == 0 {
		c.Margin = 0.05
	}
	if c.Iterations == 0 {
		c.Iterations = 5
	}
	if c.At == "" {
		c.At = "denoised"
	}
	c.Every = max(c.Every, 1)
	return c
}

// Validate says which field is wrong and what it may be.
func (c JacobianConfig) Validate() error {
	d := c.withDefaults()
	switch {
	case !(c.Weight >= 0 && c.Weight <= 1e6):
		return fmt.Errorf("train: denoising.jacobian.weight is %g, must be between 0 and 1e6", c.Weight)
	case !(d.Margin > 0 && d.Margin < 1):
		return fmt.Errorf("train: denoising.jacobian.margin is %g, must lie between 0 and 1", c.Margin)
	case d.At != "denoised" && d.At != "noisy":
		return fmt.Errorf("train: denoising.jacobian.at is %q, must be denoised or noisy", c.At)
	case min(c.After, c.Every, c.Images) < 0:
		return fmt.Errorf("train: denoising.jacobian: after is %d, every %d and images %d, none may be negative", c.After, c.Every, c.Images)
	case d.Iterations < 1 || d.Iterations > 1000:
		return fmt.Errorf("train: denoising.jacobian.iterations is %d, must be between 1 and 1000", c.Iterations)
	}
	return nil
}

// due reports whether batch number step, from 0, has the penalty.
func (c JacobianConfig) due(step int) bool {
	return c.Weight > 0 && step >= c.After && (step-c.After)%max(c.Every, 1) == 0
}

// penalised returns on how many images of batch number step, the first ones, the penalty is measured.
func (c JacobianConfig) penalised(step, batch int) int {
	switch {
	case !c.due(step):
		return 0
	case c.Images == 0:
		return batch
	}
	return min(c.Images, batch)
}

// TensorMap is a map of images [batch, 1, ny, nx].
type TensorMap = func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)

// JacobianNorm returns the largest singular value of the Jacobian of f at each image of x [batch, 1, ny, nx]: [batch, 1, 1, 1]. f must keep
// images apart. It comes from iterations of the power method on JᵀJ that begin at start, of the shape of x, and is never above the true
// value. The gradient with respect to what f depends on is exact at the singular vectors; they are constants for it.
func JacobianNorm(
	s *torch.Scope, f TensorMap, x, start *torch.Tensor, iterations int,
) (norm *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if iterations < 1 {
		return nil, fmt.Errorf("train: norm of a Jacobian by %d iterations, must be at least 1", iterations)
	}
	norm = s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var j jacobian
		if j, err = jacobianOf(s, f, x); err != nil {
			return nil
		}
		left, right := j.v, unit(s, start)
		for k := range iterations {
			if k > 0 {
				right = j.pull(s, left)
			}
			left = j.push(s, right)
		}
		return length(s, s.VJP(j.y, left, []*torch.Tensor{j.x}, true)[0])
	})
	return norm, err
}

// SettledJacobianNorm returns [JacobianNorm] of each image after as many iterations as it takes until ten more raise none by more than a
// part tolerance, or after most. It is for measuring: without gradients. settled says of which images the last ten iterations raised the norm
// by no more than that; of ten iterations or fewer it says so of none.
func SettledJacobianNorm(
	s *torch.Scope, f TensorMap, x, start *torch.Tensor, tolerance float64, most int,
) (norms []float64, settled []bool, err error) {
	defer torch.Catch(&err)
	var history [][]float64
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var j jacobian
		if j, err = jacobianOf(s, f, x); err != nil {
			return nil
		}
		right := unit(s, start)
		for len(history) < most && (len(settled) == 0 || slices.Contains(settled, false)) {
			former := right
			right = s.Tidy(func(s *torch.Scope) *torch.Tensor {
				back := s.Detach(s.VJP(j.y, j.push(s, former), []*torch.Tensor{j.x}, true)[0])
				history = append(history, s.Float64s(s.To(length(s, back), torch.Float64)))
				return unit(s, back)
			})
			former.Drop()
			settled = settledWithin(history, tolerance)
		}
		return nil
	})
	if err == nil && len(history) > 0 {
		norms = history[len(history)-1]
	}
	return norms, settled, err
}

// SettlingWindow is over how many iterations [SettledJacobianNorm] looks at the rise of a norm. More than these are needed to settle.
const SettlingWindow = 10

// settledWithin reports of which images the last norms rose by no more than a part tolerance.
func settledWithin(history [][]float64, tolerance float64) []bool {
	last := len(history) - 1
	settled := make([]bool, len(history[last]))
	for i, norm := range history[last] {
		settled[i] = last >= SettlingWindow && norm <= history[last-SettlingWindow][i]*(1+tolerance)
	}
	return settled
}

// jacobian is the derivative J of y = f(x) as a linear map in both directions.
type jacobian struct {
	x, y, v, transposed *torch.Tensor // transposed = Jᵀv, whose derivative by v is Jᵀ
}

func jacobianOf(s *torch.Scope, f TensorMap, x *torch.Tensor) (j jacobian, err error) {
	j.x = s.RequireGrad(s.Detach(x))
	if j.y, err = f(s, j.x); err != nil {
		return j, err
	}
	j.v = s.RequireGrad(s.MulScalar(s.Detach(j.y), 0))
	j.transposed = s.VJP(j.y, j.v, []*torch.Tensor{j.x}, true)[0]
	return j, nil
}

// push returns the unit vector along J·right.
func (j jacobian) push(s *torch.Scope, right *torch.Tensor) *torch.Tensor {
	return s.Tidy(func(s *torch.Scope) *torch.Tensor {
		return unit(s, s.VJP(j.transposed, right, []*torch.Tensor{j.v}, true)[0])
	})
}

// pull returns the unit vector along Jᵀ·left.
func (j jacobian) pull(s *torch.Scope, left *torch.Tensor) *torch.Tensor {
	return s.Tidy(func(s *torch.Scope) *torch.Tensor { return unit(s, s.VJP(j.y, left, []*torch.Tensor{j.x}, true)[0]) })
}

// length returns the Euclidean norm of each image: [batch, 1, 1, 1].
func length(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	const tiny = 1e-30 // keeps the gradient finite at zero
	return s.Sqrt(s.AddScalar(s.SumDims(s.Square(x), 1, 2, 3), tiny))
}

// unit returns each image divided by its norm, without history.
func unit(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	x = s.Detach(x)
	return s.Div(x, length(s, x))
}

// penalty returns the penalty of a batch, out being the denoised images.
func (d *Denoising) penalty(s *torch.Scope, b DenoisingBatch, out, clean, sigma *torch.Tensor) (*torch.Tensor, error) {
	n, side := int64(len(b.Mix)), int64(b.Side)
	first := func(x *torch.Tensor) *torch.Tensor { return s.Narrow(x, 0, 0, n) }
	end := first(s.Detach(out))
	if d.jacobian.At == "noisy" {
		end = first(d.upload(s, b.Noisy, int64(len(b.Sigma)), 1, side, side))
	}
	mix := d.upload(s, b.Mix, n, 1, 1, 1)
	x := s.Add(end, s.Mul(mix, s.Sub(first(clean), end)))
	norm, err := JacobianNorm(s, Reflected(d.at(first(sigma))), x, d.upload(s, b.Probe, n, 1, side, side), d.jacobian.Iterations)
	if err != nil {
		return nil, err
	}
	return s.MulScalar(s.Mean(s.ReLU(s.AddScalar(norm, d.jacobian.Margin-1))), d.jacobian.Weight*b.PenaltyShare), nil
}

// at returns the denoiser at a noise level.
func (d *Denoising) at(sigma *torch.Tensor) TensorMap {
	return func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) { return d.Forward(s, x, sigma) }
}

// Reflected returns the map 2D − I of a denoiser D.
func Reflected(denoiser TensorMap) TensorMap {
	return func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
		y, err := denoiser(s, x)
		if err != nil {
			return nil, err
		}
		return s.Sub(s.MulScalar(y, 2), x), nil
	}
}

// JacobianNorms is how much a denoiser expands at one noise level: the largest norms over skies of the validation.
type JacobianNorms struct {
	Sigma     float64 `json:"sigma"`
	Denoiser  float64 `json:"denoiser"`  // ‖∇D‖
	Reflected float64 `json:"reflected"` // ‖∇(2D − I)‖, at most 1 where D is firmly nonexpansive
}

// JacobianNorms measures the network at the noisy skies of the first chunk of the validation, for each noise level, by iterations of the power
// method. The norms are lower bounds that rise with iterations; other skies may have larger ones. When ctx ends, between levels, so does it.
func (d *Denoising) JacobianNorms(ctx context.Context, iterations int) ([]JacobianNorms, error) {
	var norms []JacobianNorms
	for k, level := range d.levels {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("train: norm of the Jacobian at noise %g: %w", level, err)
		}
		n := JacobianNorms{Sigma: level}
		err := torch.Do(func(s *torch.Scope) (err error) {
			n.Denoiser, n.Reflected, err = d.largestNorms(s, d.validation[k], iterations)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("train: norm of the Jacobian at noise %g: %w", level, err)
		}
		norms = append(norms, n)
	}
	return norms, nil
}

func (d *Denoising) largestNorms(s *torch.Scope, b DenoisingBatch, iterations int) (denoiser, reflected float64, err error) {
	n, side := int64(len(b.Sigma)), int64(b.Side)
	sigma, x := d.upload(s, b.Sigma, n, 1, 1, 1), d.upload(s, b.Noisy, n, 1, side, side)
	start := s.Sub(x, d.upload(s, b.Clean, n, 1, side, side)) // white noise
	largest := func(f TensorMap) (most float64) {
		var norm *torch.Tensor
		if err != nil {
			return 0
		}
		if norm, err = JacobianNorm(s, f, x, start, iterations); err != nil {
			return 0
		}
		return slices.Max(s.Float64s(norm))
	}
	denoiser = largest(d.at(sigma))
	reflected = largest(Reflected(d.at(sigma)))
	return denoiser, reflected, err
}
