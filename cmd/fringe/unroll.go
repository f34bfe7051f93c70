package main

import (
	"context"
	"errors"
	"math"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/measure"
)

// unroll runs an unrolled network once: a few learned gradient steps on the calibrated visibilities. Negative pixels, which
// the sky has not, become zero.
func (j *job) unroll(ctx context.Context) (*infer.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	gram, err := measure.NewGram(j.grid, j.fit.vis)
	if err != nil {
		return nil, err
	}
	problem, err := gram.NetworkUnits()
	if err != nil {
		return nil, err
	}
	image, err := j.forward(problem)
	if err != nil {
		return nil, err
	}
	for i, v := range image {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, withHint(errors.New("the unrolled network returned a NaN or an infinity"), "its checkpoint may be damaged; train it again")
		}
		image[i] = math.Max(v*problem.Scale, 0)
	}
	return &infer.Result{Image: image, Iterations: j.prior.network.Config().Steps, Stop: infer.ScheduleFinished}, nil
}

// forward returns the network's image in network units.
func (j *job) forward(scaled measure.Scaled) (image []float64, err error) {
	err = torch.Do(func(s *torch.Scope) (err error) {
		s.NoGrad(func() {
			var problem measure.Problem
			var x *torch.Tensor
			if problem, err = measure.NewProblem(s, j.grid, []measure.Scaled{scaled}); err != nil {
				return
			}
			if x, err = j.prior.network.Forward(s, problem); err == nil {
				image = s.Float64s(x)
			}
		})
		return err
	})
	return image, err
}
