package main

import (
	"context"
	"fmt"

	"fringe/infer"
	"fringe/radio"
)

// unroll runs an unrolled network once: a few learned gradient steps on the calibrated visibilities.
func (j *job) unroll(ctx context.Context) (*infer.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var all []*radio.Visibilities
	for _, s := range j.sets {
		if s.weight != 1 {
			return nil, withHint(fmt.Errorf("--dataset-weights is not for %s, an unrolled network, which takes data by their errors", j.prior.name), "leave it out")
		}
		all = append(all, s.fit.vis)
	}
	v, err := radio.Concat(all...)
	if err != nil {
		return nil, err
	}
	image, err := j.prior.network.Image(j.grid, v)
	if err != nil {
		return nil, err
	}
	return &infer.Result{Image: image, Iterations: j.prior.network.Config().Steps, Stop: infer.ScheduleFinished}, nil
}
