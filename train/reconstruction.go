package train

import (
	"fmt"

	"fringe/internal/torch"
	"fringe/measure"
)

// Reconstructor is a network from a linear imaging problem in network units to an image, such as unrolled.Network.
type Reconstructor interface {
	Params() []torch.Param
	// Forward returns images [batch, 1, ny, nx] in network units.
	Forward(s *torch.Scope, p measure.Problem) (*torch.Tensor, error)
}

// Reconstruction trains a Reconstructor end to end.
type Reconstruction struct {
	Network Reconstructor
}

var _ Task[*Observed] = Reconstruction{}

// Params returns the network's parameters.
func (r Reconstruction) Params() []torch.Param { return r.Network.Params() }

// Loss returns the mean over the batch of the root-mean-square error divided by the peak of the truth. A faint and a bright
// sky count alike, and unlike the mean square it does not let the few hardest observations of a batch decide.
func (r Reconstruction) Loss(s *torch.Scope, b *Observed) (loss *torch.Tensor, err error) {
	defer torch.Catch(&err)
	mse, err := r.errors(s, b)
	if err != nil {
		return nil, err
	}
	const tiny = 1e-12 // keeps the gradient of the root finite at a perfect image
	return s.Mean(s.Sqrt(s.AddScalar(mse, tiny))), nil
}

// errors returns the mean square error over the squared peak of each truth: [batch, 1, 1, 1].
func (r Reconstruction) errors(s *torch.Scope, b *Observed) (*torch.Tensor, error) {
	problem, err := measure.NewProblem(s, b.Grid, b.Problems)
	if err != nil {
		return nil, err
	}
	x, err := r.Network.Forward(s, problem)
	if err != nil {
		return nil, fmt.Errorf("train: forward: %w", err)
	}
	truth := s.FromFloat32s(b.Truth, x.Shape()...)
	peak := s.FromFloat32s(b.Peak, int64(b.Len()), 1, 1, 1)
	relative := s.Div(s.Sub(x, truth), peak)
	pixels := float64(b.Grid.Len())
	return s.MulScalar(s.SumDims(s.Square(relative), 1, 2, 3), 1/pixels), nil
}

// PSNR returns the mean over the batch of 10·log10(peak²/mean square error), in dB, without recording gradients.
func (r Reconstruction) PSNR(s *torch.Scope, b *Observed) (psnr float64, err error) {
	defer torch.Catch(&err)
	s.NoGrad(func() {
		var mse *torch.Tensor
		if mse, err = r.errors(s, b); err != nil {
			return
		}
		const decibel = -4.342944819032518 // −10/ln 10
		psnr = decibel * s.Item(s.Mean(s.Log(mse)))
	})
	return psnr, err
}
