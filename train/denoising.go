package train

import (
	"errors"
	"fmt"
	"math"

	"fringe/data"
	"fringe/internal/torch"
)

// NoiseRemover is the network that [Denoising] fits: x [batch, 1, ny, nx] with noise of standard deviation sigma
// [batch, 1, 1, 1] to an estimate of the image without noise.
type NoiseRemover interface {
	Params() []torch.Param
	Forward(s *torch.Scope, x, sigma *torch.Tensor) (*torch.Tensor, error)
}

// Modal is a network that behaves in training unlike it does in evaluation, in which it is found, and has buffers that training moves.
type Modal interface {
	Train(on bool)
	Buffered
}

// Denoising is the task to remove white Gaussian noise of known level from simulated skies.
type Denoising struct {
	NoiseRemover
	side       int
	dtype      torch.DType // of the network
	loss       LossConfig
	jacobian   JacobianConfig
	levels     []float64        // noise levels of the validation
	validation []DenoisingBatch // chunks for each level, level by level
}

var (
	_ Task[DenoisingBatch] = (*Denoising)(nil)
	_ Validator            = (*Denoising)(nil)
	_ Measured             = (*Denoising)(nil)
)

// ValidationSigmas returns the noise levels at which the task measures itself.
func ValidationSigmas() []float64 { return []float64{0.01, 0.05, 0.2} }

// validationChunk is how many skies a validation looks at in one pass.
const validationChunk = 16

// NewDenoising returns the task for a network, with its fixed validation skies. The network stays the caller's.
func NewDenoising(net NoiseRemover, c DenoisingConfig, seed uint64) (*Denoising, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c, err := c.WithDefaults().Load()
	if err != nil {
		return nil, err
	}
	d := &Denoising{NoiseRemover: net, side: c.Pixels, dtype: torch.Float32, loss: c.Loss, jacobian: c.Jacobian.withDefaults(), levels: ValidationSigmas()}
	if params := d.Params(); len(params) > 0 {
		d.dtype = params[0].Tensor.DType()
	}
	if len(d.Buffers()) > 0 && c.Jacobian.Weight > 0 {
		return nil, errors.New("train: denoising.jacobian needs a network without batch normalisation, which mixes the images of a batch")
	}
	for first := 0; first < c.Validation; first += validationChunk {
		chunks := make([]DenoisingBatch, len(d.levels))
		for index := first; index < min(first+validationChunk, c.Validation); index++ {
			clean, err := c.Draw(seed, data.Validation, uint64(index))
			if err != nil {
				return nil, err
			}
			rng := data.Rng(seed, data.Validation, data.NoiseStream, uint64(index))
			for k, sigma := range d.levels {
				chunks[k].Side = c.Pixels
				chunks[k].add(clean, sigma, rng)
			}
		}
		d.validation = append(d.validation, chunks...)
	}
	return d, nil
}

// Buffers returns those of the network.
func (d *Denoising) Buffers() []torch.Param {
	if m, ok := d.NoiseRemover.(Modal); ok {
		return m.Buffers()
	}
	return nil
}

// Costly reports whether batch number step, from 0, has the penalty, which takes several times as long.
func (d *Denoising) Costly(step int) bool { return d.jacobian.due(step) }

// Loss returns what [LossConfig] says, by default the mean over pixels and examples of (D(y, σ) − x)²/σ², plus the penalty of
// [JacobianConfig]. Without the division by σ² the noisiest images would be all that counts, as the error that can be reached shrinks with
// σ; with it the loss is 1 for a network that changes nothing, at every level (Karras et al. 2022, for σ well below the signal).
func (d *Denoising) Loss(s *torch.Scope, b DenoisingBatch) (loss *torch.Tensor, err error) {
	defer torch.Catch(&err)
	if m, ok := d.NoiseRemover.(Modal); ok {
		m.Train(true)
		defer m.Train(false)
	}
	loss = s.Tidy(func(s *torch.Scope) (value *torch.Tensor) {
		var out, clean, sigma, penalty *torch.Tensor
		if out, clean, sigma, err = d.denoise(s, b); err != nil {
			return nil
		}
		if value, err = d.loss.value(s, out, clean, sigma); err != nil || len(b.Probe) == 0 {
			return value
		}
		if penalty, err = d.penalty(s, b, out, clean, sigma); err != nil {
			return nil
		}
		return s.Add(value, penalty)
	})
	return loss, err
}

// denoise returns D(y, σ), x and σ of a batch.
func (d *Denoising) denoise(s *torch.Scope, b DenoisingBatch) (out, clean, sigma *torch.Tensor, err error) {
	n, side := int64(len(b.Sigma)), int64(b.Side)
	sigma = d.upload(s, b.Sigma, n, 1, 1, 1)
	if out, err = d.Forward(s, d.upload(s, b.Noisy, n, 1, side, side), sigma); err != nil {
		return nil, nil, nil, err
	}
	return out, d.upload(s, b.Clean, n, 1, side, side), sigma, nil
}

// upload returns values in the element type of the network.
func (d *Denoising) upload(s *torch.Scope, values []float32, shape ...int64) *torch.Tensor {
	x := s.FromFloat32s(values, shape...)
	if d.dtype == torch.Float32 {
		return x
	}
	return s.To(x, d.dtype)
}

// residual returns (D(y, σ) − x)/σ.
func (d *Denoising) residual(s *torch.Scope, b DenoisingBatch) (*torch.Tensor, error) {
	out, clean, sigma, err := d.denoise(s, b)
	if err != nil {
		return nil, err
	}
	return s.Div(s.Sub(out, clean), sigma), nil
}

// Validate returns by how many decibels the denoiser raises the signal-to-noise ratio of the validation skies, the mean
// over skies: "gain_db" over all levels and "gain_db_0.05" and so on for each. The noise of an image is its own, so a
// network that changes nothing scores 0 up to the rounding of float32, below 1e-4 dB.
func (d *Denoising) Validate(s *torch.Scope) (metrics map[string]float64, err error) {
	defer torch.Catch(&err)
	sum, count := make([]float64, len(d.levels)), make([]int, len(d.levels))
	for i, b := range d.validation {
		level := i % len(d.levels)
		s.Tidy(func(s *torch.Scope) *torch.Tensor {
			var residual *torch.Tensor
			if residual, err = d.residual(s, b); err != nil {
				return nil
			}
			after := s.Float64s(s.SumDims(s.Square(residual), 1, 2, 3))
			for k, a := range after {
				sum[level] += 10 * math.Log10(b.noisePower(k)/a)
				count[level]++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	metrics = map[string]float64{}
	for k, sigma := range d.levels {
		gain := sum[k] / float64(count[k])
		metrics[gainNameAt(sigma)] = gain
		metrics[GainName] += gain / float64(len(d.levels))
	}
	return metrics, nil
}

// MetricNames returns the names of the metrics of Validate.
func (d *Denoising) MetricNames() []string {
	names := []string{GainName}
	for _, sigma := range d.levels {
		names = append(names, gainNameAt(sigma))
	}
	return names
}

// GainName is the metric of denoisers over all levels of noise: by how many dB they raise the signal-to-noise ratio.
const GainName = "gain_db"

// gainNameAt returns the name of the metric at one level of noise.
func gainNameAt(sigma float64) string { return fmt.Sprintf("%s_%g", GainName, sigma) }

// noisePower returns the sum of ((y − x)/σ)² over the pixels of example k.
func (b DenoisingBatch) noisePower(k int) float64 {
	n, sum := b.Side*b.Side, 0.0
	for i := k * n; i < (k+1)*n; i++ {
		e := float64(b.Noisy[i]-b.Clean[i]) / float64(b.Sigma[k])
		sum += e * e
	}
	return sum
}
