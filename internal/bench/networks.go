package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"fringe/internal/torch"
	"fringe/models"
)

// networkCase is one network at one task, against the same in PyTorch; our default U-net stands against PyTorch's of the same size.
type networkCase struct {
	name, peer  string
	train       bool
	batch, size int64
	runs        int
	target      float64
	narrow      bool // one channel at full resolution, in place of the usual number
}

// networkCases are those of a study or of imaging: patches to train on, and whole images.
var networkCases = []networkCase{
	{"U-net of fastMRI", "unet", true, 8, 64, 7, 1, false},
	{"U-net of fastMRI", "unet", true, 8, 128, 3, 1, false},
	{"U-net of fastMRI", "unet", false, 8, 64, 9, 1, false},
	{"U-net of fastMRI", "unet", false, 8, 128, 5, 1, false},
	{"U-net of fastMRI", "unet", false, 1, 256, 9, 1, false},
	{"U-net of fastMRI", "unet", false, 1, 512, 5, 1, false},
	{"our U-net of its size", "unet", true, 8, 64, 7, 0.92, false},
	{"our U-net of its size", "unet", true, 8, 128, 3, 0.92, false},
	{"our U-net of its size", "unet", false, 8, 64, 9, 0.75, false},
	{"our U-net of its size", "unet", false, 8, 128, 5, 0.75, false},
	{"our U-net of its size", "unet", false, 1, 256, 9, 0.75, false},
	{"our U-net of its size", "unet", false, 1, 512, 5, 0.75, false},
	{"DnCNN-17", "dncnn", true, 8, 64, 5, 1, false},
	{"DnCNN-17", "dncnn", true, 8, 128, 3, 0.7, false},
	{"DnCNN-17", "dncnn", false, 1, 256, 5, 0.7, false},
	{"DnCNN-17", "dncnn", false, 1, 512, 3, 0.7, false},
	{"DRUNet", "drunet", true, 8, 64, 3, 0.9, false},
	{"DRUNet", "drunet", true, 8, 128, 2, 0.9, false},
	{"DRUNet", "drunet", false, 1, 256, 3, 0.85, false},
	{"DRUNet", "drunet", false, 1, 512, 2, 0.85, false},
}

// networks compares training steps (forward, mean square error, backward, Adam) and inference with a network of eager PyTorch: what
// differs is the layout in memory, our fused layers, the normalisation of our own U-net, and what goes on around the kernels.
func networks(peer string) func(*session) ([]Row, error) {
	return func(s *session) (rows []Row, err error) {
		for _, c := range networkCases {
			if c.peer != peer {
				continue
			}
			row, err := c.compare(s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			rows = append(rows, row)
		}
		row, err := overhead(peer)
		return append(rows, row), err
	}
}

// overhead compares a training step of the last network of a kind with the same step where the arithmetic is next to nothing: one narrow
// network, one small image. What is left is what calls cost, in Go, in the C API, and in LibTorch outside its kernels.
func overhead(peer string) (Row, error) {
	var c networkCase
	for _, other := range networkCases {
		if other.peer == peer {
			c = other
		}
	}
	c.train, c.batch, c.size = true, 8, 64
	whole, drop, err := c.step()
	if err != nil {
		return Row{}, err
	}
	defer drop()
	c.batch, c.size, c.narrow = 1, 32, true
	calls, dropCalls, err := c.step()
	if err != nil {
		return Row{}, err
	}
	defer dropCalls()
	time := func(f func() error) func() (float64, error) {
		return func() (float64, error) { return timed(1, time.Millisecond, f) }
	}
	pairs, err := paired(7, time(calls), time(whole))
	if err != nil {
		return Row{}, err
	}
	return newRow(c.name+": a step of calls alone / a step on 8 x 64²", "ms", pairs).atMost(0.05), nil
}

func (c networkCase) compare(s *session) (Row, error) {
	ours, drop, err := c.step()
	if err != nil {
		return Row{}, err
	}
	defer drop()
	task := map[bool]string{true: "train", false: "infer"}[c.train]
	peer, err := s.peer("networks.py", c.peer, task, fmt.Sprint(c.batch), fmt.Sprint(c.size))
	if err != nil {
		return Row{}, err
	}
	defer peer.close()
	pairs, err := paired(c.runs, func() (float64, error) { return timed(1, time.Millisecond, ours) }, peer.asking("step"))
	if err != nil {
		return Row{}, err
	}
	return newRow(fmt.Sprintf("%s, %s %d x %d² / PyTorch", c.name, task, c.batch, c.size), "ms", pairs).atMost(c.target), nil
}

// step returns what is timed and a function that frees the network.
func (c networkCase) step() (step func() error, drop func(), err error) {
	net, err := c.network()
	if err != nil {
		return nil, nil, err
	}
	adam, err := newAdam(net.Params())
	if err != nil {
		net.Drop()
		return nil, nil, err
	}
	step = func() error {
		return torch.Do(func(s *torch.Scope) error {
			x, y := s.Normal(torch.Float32, c.batch, 1, c.size, c.size), s.Normal(torch.Float32, c.batch, 1, c.size, c.size)
			if c.train {
				return adam.step(s, net, x, y)
			}
			var err error
			s.NoGrad(func() { _, err = net.forward(s, x) })
			return err
		})
	}
	return step, func() { adam.drop(); net.Drop() }, nil
}

// imageNetwork is a network of any kind as a map from images to images.
type imageNetwork struct {
	trainable
	forward func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error)
}

type trainable interface {
	Params() []torch.Param
	Drop()
}

func (c networkCase) network() (imageNetwork, error) {
	rng := rand.New(rand.NewPCG(1, 1))
	width := 0
	if c.narrow {
		width = 1
	}
	switch c.name {
	case "DnCNN-17":
		net, err := models.NewDnCNN(models.DnCNNConfig{Width: width}, rng)
		return imageNetwork{net, net.Forward}, err
	case "DRUNet":
		net, err := models.NewDRUNet(models.DRUNetConfig{Width: width}, rng)
		return imageNetwork{net, func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
			return net.Forward(s, x, s.To(s.FromFloat64s([]float64{0.05}, 1, 1, 1, 1), torch.Float32))
		}}, err
	}
	config := models.FastMRIUNet(32, 4)
	config.Layout = "auto"
	if c.name != "U-net of fastMRI" {
		config = models.UNetConfig{Width: 32, Pools: 4, Layout: "auto"}
	}
	if c.narrow {
		config.Width, config.Groups = 1, 1
	}
	net, err := models.NewUNet(config, rng)
	return imageNetwork{net, net.Forward}, err
}
