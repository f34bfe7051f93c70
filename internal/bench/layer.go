package main

import (
	"time"

	"fringe/internal/torch"

	"github.com/sugarme/gotch"
	"github.com/sugarme/gotch/nn"
	"github.com/sugarme/gotch/ts"
)

// tensorLayer compares a training step of nine small operations (draw, convolve, rectify, convolve, subtract, square, mean,
// gradient, Adam) on a 16×16 image through internal/torch and through gotch's own tensors. The kernels are the same
// LibTorch ones: the difference is what a layer costs.
func tensorLayer(*session) ([]Row, error) {
	const steps = 1000
	ours, drop, err := layerStep()
	if err != nil {
		return nil, err
	}
	defer drop()
	peer, err := gotchStep()
	if err != nil {
		return nil, err
	}
	pairs, err := paired(7,
		func() (float64, error) { return timed(steps, time.Microsecond, ours) },
		func() (float64, error) { return timed(steps, time.Microsecond, peer) })
	if err != nil {
		return nil, err
	}
	return []Row{newRow("training step of 9 operations / gotch ts", "us", pairs)}, nil
}

// layerStep returns one step through internal/torch and a function that frees its parameters.
func layerStep() (step func() error, drop func(), err error) {
	var params, m, v []*torch.Tensor
	err = torch.Do(func(s *torch.Scope) error {
		for _, shape := range [][]int64{{8, 1, 3, 3}, {8}, {1, 8, 3, 3}, {1}} {
			p := s.MulScalar(s.Normal(torch.Float32, shape...), 0.1)
			params = append(params, s.Keep(s.RequireGrad(p)))
			m = append(m, s.Keep(s.Zeros(torch.Float32, shape...)))
			v = append(v, s.Keep(s.Zeros(torch.Float32, shape...)))
		}
		return nil
	})
	adam := torch.Adam{LearningRate: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	step = func() error {
		return torch.Do(func(s *torch.Scope) error {
			x := s.Normal(torch.Float32, 1, 1, 16, 16)
			y := s.Conv2D(s.ReLU(s.Conv2D(x, params[0], params[1], 1, 1)), params[2], params[3], 1, 1)
			loss := s.Mean(s.Square(s.Sub(y, x)))
			adam.Step++
			s.AdamStep(adam, params, s.Grad(loss, params, false), m, v)
			return nil
		})
	}
	drop = func() {
		for i := range params {
			params[i].Drop()
			m[i].Drop()
			v[i].Drop()
		}
	}
	return step, drop, err
}

// gotchStep returns the same step through gotch's ts and nn.
func gotchStep() (func() error, error) {
	store := nn.NewVarStore(gotch.CPU)
	config := nn.NewConv2DConfig(nn.WithPadding2D(1), nn.WithWsInit2D(nn.NewUniformInit(-0.1, 0.1)))
	first := nn.NewConv2D(store.Root().Sub("a"), 1, 8, 3, config)
	second := nn.NewConv2D(store.Root().Sub("b"), 8, 1, 3, config)
	opt, err := nn.DefaultAdamConfig().Build(store, 1e-3)
	if err != nil {
		return nil, err
	}
	return func() error {
		x := ts.MustRandn([]int64{1, 1, 16, 16}, gotch.Float, gotch.CPU)
		h := first.Forward(x).MustRelu(true)
		y := second.Forward(h)
		h.MustDrop()
		loss := y.MustSub(x, true).MustSquare(true).MustMean(gotch.Float, true)
		err := opt.BackwardStep(loss)
		loss.MustDrop()
		x.MustDrop()
		return err
	}, nil
}
