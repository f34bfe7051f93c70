package unrolled

import (
	"errors"
	"math"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// Image returns the network's image of calibrated visibilities: Jy/pixel on g, len g.Len(), row 0 South, column 0 East.
// Negative pixels, which the sky has not, become zero. g should have the pixels that the network was trained on. It returns
// an error for visibilities that are all flagged and for a result that is not finite.
func (n *Network) Image(g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	gram, err := measure.NewGram(g, v)
	if err != nil {
		return nil, err
	}
	scaled, err := gram.NetworkUnits()
	if err != nil {
		return nil, err
	}
	image, err := n.forward(g, scaled)
	if err != nil {
		return nil, err
	}
	for i, x := range image {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, errors.New("unrolled: the network returned a NaN or an infinity; its weights may be damaged")
		}
		image[i] = math.Max(x*scaled.Scale, 0)
	}
	return image, nil
}

// forward returns the image in network units, without recording gradients.
func (n *Network) forward(g radio.Grid, scaled measure.Scaled) (image []float64, err error) {
	err = torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			var p measure.Problem
			var x *torch.Tensor
			if p, err = measure.NewProblem(s, g, []measure.Scaled{scaled}); err != nil {
				return
			}
			if x, err = n.Forward(s, p); err == nil {
				image = s.Float64s(x)
			}
		})
		return err
	})
	return image, err
}
