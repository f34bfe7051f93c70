package infer

import (
	"fmt"
	"math"
	"slices"

	"fringe/internal/torch"
)

// NewL1 returns the sum of absolute brightness per flux, R(I) = Σ|I| / FluxJy, with gradient 0 at black pixels (Tibshirani
// 1996). Of an image without negative pixels it is the total flux: it then favours compact images only against data that
// leave the flux free.
func NewL1(c Scale) (*Regularizer, error) {
	return newRegularizer("l1", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		return s.MulScalar(s.Sum(s.Abs(x)), 1/c.FluxJy)
	})
}

// reweightedFloor is ε of the re-weighted ℓ1: below a tenth of the typical brightness a pixel counts as empty.
const reweightedFloor = 0.1

// ReweightedL1 is an ℓ1 that spares the pixels which a previous image P holds to be bright (Candès, Wakin & Boyd 2008, J. Fourier
// Anal. Appl. 14, 877):
//
//	R(I) = 1/ζ Σ w |I|,   w = m / (|P| + ε m),   m = ΣP²/Σ|P|,   ε = 0.1
//
// m is the typical brightness of P, so that w is about 1 in the source and 1/ε = 10 on empty sky. The weights are constants: the
// gradient does not reach P. Between two rounds [Solve] takes the image of the first as P, by [ReweightedL1.Reweight]; the rounds go
// downhill on Σ ln(|I| + ε m), whose minima are sparse even where the flux is fixed.
type ReweightedL1 struct {
	*Regularizer
	scale Scale
}

// NewReweightedL1 returns a re-weighted ℓ1 with weights from Scale.Prior; without one they are all the same.
func NewReweightedL1(c Scale) (*ReweightedL1, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return reweighted(c, c.planePrior())
}

// Reweight returns the regularizer with weights from another image (Jy/pixel, as many values as the image has pixels).
func (r *ReweightedL1) Reweight(image []float64) (Term, error) {
	return reweighted(r.scale, image)
}

func reweighted(c Scale, previous []float64) (*ReweightedL1, error) {
	weights, err := c.l1Weights(previous)
	if err != nil {
		return nil, err
	}
	r, err := newRegularizer("rl1", c, func(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
		w := s.FromFloat64s(weights, c.shape()...)
		return s.MulScalar(s.Sum(s.Mul(w, s.Abs(x))), 1/c.FluxJy)
	})
	return &ReweightedL1{r, c}, err
}

// l1Weights returns m/(|P| + εm), which is 1/(1+ε) for a flat or black image.
func (c Scale) l1Weights(p []float64) ([]float64, error) {
	if want := c.Grid.Len() * c.planes(); len(p) != want {
		return nil, fmt.Errorf("infer: regularizer rl1 is re-weighted by an image of %d pixels, want %d", len(p), want)
	}
	largest := 0.0
	for i, v := range p {
		if !finite(v) {
			return nil, fmt.Errorf("infer: regularizer rl1 is re-weighted by an image that is %g at pixel %d", v, i)
		}
		largest = math.Max(largest, math.Abs(v))
	}
	if largest == 0 {
		return slices.Repeat([]float64{1 / (1 + reweightedFloor)}, len(p)), nil
	}
	var squares, total float64 // in units of the largest pixel, whose square may overflow
	for _, v := range p {
		squares += (v / largest) * (v / largest)
		total += math.Abs(v / largest)
	}
	m := squares / total
	weights := make([]float64, len(p))
	for i, v := range p {
		weights[i] = m / (math.Abs(v/largest) + reweightedFloor*m)
	}
	return weights, nil
}

// Reweight returns the parts with every term that has a Reweight method, such as [ReweightedL1], replaced by the one for the given
// image, and whether there is any. The parts themselves stay as they are.
func Reweight(parts []Part, image []float64) (next []Part, changed bool, err error) {
	next = slices.Clone(parts)
	for i, p := range parts {
		term, ok := p.Term.(interface {
			Reweight(image []float64) (Term, error)
		})
		if !ok {
			continue
		}
		changed = true
		if next[i].Term, err = term.Reweight(image); err != nil {
			return nil, false, err
		}
	}
	return next, changed, nil
}
