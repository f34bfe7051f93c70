package train

import (
	"fmt"
	"math"

	"fringe/data"
	"fringe/internal/torch"
	"fringe/measure"
	"fringe/shards"
)

// Reconstructor is a network from a linear imaging problem in network units to an image, such as unrolled.Network.
type Reconstructor interface {
	Params() []torch.Param
	// Forward returns images [batch, 1, ny, nx] in network units.
	Forward(s *torch.Scope, p measure.Problem) (*torch.Tensor, error)
}

// Reconstruction is the task to image simulated observations. The network stays the caller's.
type Reconstruction struct {
	Reconstructor
	loss       string
	validation []*Observed
}

var (
	_ Task[*Observed] = (*Reconstruction)(nil)
	_ Validator       = (*Reconstruction)(nil)
	_ Measured        = (*Reconstruction)(nil)
)

// NewReconstruction returns the task for a network, with its fixed validation observations. Shards that are not those of the
// config are an error.
func NewReconstruction(net Reconstructor, c ReconstructionConfig, seed uint64) (*Reconstruction, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c, err := c.WithDefaults().Load()
	if err != nil {
		return nil, err
	}
	if _, err := c.examples(seed); err != nil {
		return nil, err
	}
	r := &Reconstruction{Reconstructor: net, loss: c.Loss}
	for step := range (c.Validation + validationChunk - 1) / validationChunk {
		b, err := c.gather(step, validationChunk, func(n int) (shards.Example, error) { return c.Example(seed, data.Validation, uint64(n)) })
		if err != nil {
			return nil, err
		}
		r.validation = append(r.validation, b)
	}
	return r, nil
}

// Loss returns the mean over the batch of e, the root-mean-square error divided by the peak of the truth (loss rmse), or of
// ln e (loss log_rmse). With e a faint and a bright sky count alike, but the hardest observations decide; ln e weighs a tenth
// less error the same everywhere, and its mean is that of the PSNR up to a factor. The other losses are those of [LossConfig] in the
// form image, of images divided by the peak of the truth.
func (r *Reconstruction) Loss(s *torch.Scope, b *Observed) (loss *torch.Tensor, err error) {
	defer torch.Catch(&err)
	loss = s.Tidy(func(s *torch.Scope) (value *torch.Tensor) {
		if r.loss == "rmse" || r.loss == "log_rmse" {
			value, err = r.relativeLoss(s, b)
		} else {
			value, err = r.plainLoss(s, b)
		}
		return value
	})
	return loss, err
}

// relativeLoss returns the mean of e or of ln e.
func (r *Reconstruction) relativeLoss(s *torch.Scope, b *Observed) (*torch.Tensor, error) {
	mse, err := r.errors(s, b)
	if err != nil {
		return nil, err
	}
	const tiny = 1e-12 // keeps the gradient finite at a perfect image
	mse = s.AddScalar(mse, tiny)
	if r.loss == "log_rmse" {
		return s.MulScalar(s.Mean(s.Log(mse)), 0.5), nil
	}
	return s.Mean(s.Sqrt(mse)), nil
}

func (r *Reconstruction) plainLoss(s *torch.Scope, b *Observed) (*torch.Tensor, error) {
	x, truth, peak, err := r.reconstruct(s, b)
	if err != nil {
		return nil, err
	}
	return LossConfig{Name: r.loss}.value(s, s.Div(x, peak), s.Div(truth, peak), nil)
}

// reconstruct returns the images of a batch, the true ones, and the largest pixel of each of these.
func (r *Reconstruction) reconstruct(s *torch.Scope, b *Observed) (x, truth, peak *torch.Tensor, err error) {
	problem, err := measure.NewProblem(s, b.Grid, b.Problems)
	if err != nil {
		return nil, nil, nil, err
	}
	if x, err = r.Forward(s, problem); err != nil {
		return nil, nil, nil, fmt.Errorf("train: forward: %w", err)
	}
	return x, s.FromFloat32s(b.Truth, x.Shape()...), s.FromFloat32s(b.Peak, int64(b.Len()), 1, 1, 1), nil
}

// errors returns the mean square error over the squared peak of each truth: [batch, 1, 1, 1].
func (r *Reconstruction) errors(s *torch.Scope, b *Observed) (*torch.Tensor, error) {
	x, truth, peak, err := r.reconstruct(s, b)
	if err != nil {
		return nil, err
	}
	relative := s.Div(s.Sub(x, truth), peak)
	pixels := float64(b.Grid.Len())
	return s.MulScalar(s.SumDims(s.Square(relative), 1, 2, 3), 1/pixels), nil
}

// Validate returns "psnr_db", the mean over the validation observations of 10·log10(peak²/mean square error).
func (r *Reconstruction) Validate(s *torch.Scope) (metrics map[string]float64, err error) {
	defer torch.Catch(&err)
	sum, count := 0.0, 0
	for _, b := range r.validation {
		s.Tidy(func(s *torch.Scope) *torch.Tensor {
			var mse *torch.Tensor
			if mse, err = r.errors(s, b); err != nil {
				return nil
			}
			for _, e := range s.Float64s(mse) {
				sum -= 10 * math.Log10(e)
				count++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return map[string]float64{psnrName: sum / float64(count)}, nil
}

// psnrName is the metric of Validate.
const psnrName = "psnr_db"

// MetricNames returns the names of the metrics of Validate.
func (r *Reconstruction) MetricNames() []string { return []string{psnrName} }
