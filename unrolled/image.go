package unrolled

import (
	"errors"
	"math"

	"fringe/internal/torch"
	"fringe/measure"
	"fringe/radio"
)

// Image returns the network's image of calibrated visibilities: Jy/pixel on g, len g.Len(), row 0 South, column 0 East. It is
// the mean over the symmetries of the grid, so a turned or mirrored sky gives a turned or mirrored image, and what the
// network makes of one orientation only is averaged down. Negative pixels, which the sky has not, become zero. g should have
// the pixels that the network was trained on. It returns an error for visibilities that are all flagged and for a result
// that is not finite.
func (n *Network) Image(g radio.Grid, v *radio.Visibilities) ([]float64, error) {
	all := symmetries(g)
	batch := make([]measure.Scaled, len(all))
	for k, m := range all {
		var err error
		if batch[k], err = measure.NewScaled(g, m.visibilities(v)); err != nil {
			return nil, err
		}
	}
	turned, err := n.forward(g, batch)
	if err != nil {
		return nil, err
	}
	image, count := make([]float64, g.Len()), make([]int, g.Len())
	for k, m := range all {
		m.add(image, count, g, turned[k*g.Len():(k+1)*g.Len()], batch[k].Scale)
	}
	for i, x := range image {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, errors.New("unrolled: the network returned a NaN or an infinity; its weights may be damaged")
		}
		image[i] = math.Max(x/float64(count[i]), 0) // the first map keeps every pixel
	}
	return image, nil
}

// forward returns the images in network units, one after the other, without recording gradients.
func (n *Network) forward(g radio.Grid, batch []measure.Scaled) (images []float64, err error) {
	err = torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			var p measure.Problem
			var x *torch.Tensor
			if p, err = measure.NewProblem(s, g, batch); err != nil {
				return
			}
			if x, err = n.Forward(s, p); err == nil {
				images = s.Float64s(x)
			}
		})
		return err
	})
	return images, err
}
