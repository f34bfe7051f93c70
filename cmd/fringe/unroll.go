package main

import (
	"context"

	"fringe/infer"
)

// unroll runs an unrolled network once: a few learned gradient steps on the calibrated visibilities.
func (j *job) unroll(ctx context.Context) (*infer.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	image, err := j.prior.network.Image(j.grid, j.fit.vis)
	if err != nil {
		return nil, err
	}
	return &infer.Result{Image: image, Iterations: j.prior.network.Config().Steps, Stop: infer.ScheduleFinished}, nil
}
