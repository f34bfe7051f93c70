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
}

// networkCases are those of a study or of imaging: patches to train on, and whole images.
var networkCases = []networkCase{
	{"U-net of fastMRI", "unet", true, 8, 64, 7, 1},
	{"U-net of fastMRI", "unet", true, 8, 128, 3, 1},
	{"U-net of fastMRI", "unet", false, 8, 64, 9, 1},
	{"U-net of fastMRI", "unet", false, 8, 128, 5, 1},
	{"U-net of fastMRI", "unet", false, 1, 256, 9, 1},
	{"U-net of fastMRI", "unet", false, 1, 512, 5, 1},
	{"our U-net of its size", "unet", true, 8, 64, 7, 0.92},
	{"our U-net of its size", "unet", true, 8, 128, 3, 0.92},
	{"our U-net of its size", "unet", false, 8, 64, 9, 0.75},
	{"our U-net of its size", "unet", false, 8, 128, 5, 0.75},
	{"our U-net of its size", "unet", false, 1, 256, 9, 0.75},
	{"our U-net of its size", "unet", false, 1, 512, 5, 0.75},
	{"DnCNN-17", "dncnn", true, 8, 64, 5, 1},
	{"DnCNN-17", "dncnn", true, 8, 128, 3, 0.7},
	{"DnCNN-17", "dncnn", false, 1, 256, 5, 0.7},
	{"DnCNN-17", "dncnn", false, 1, 512, 3, 0.7},
	{"DRUNet", "drunet", true, 8, 64, 3, 0.9},
	{"DRUNet", "drunet", true, 8, 128, 2, 0.9},
	{"DRUNet", "drunet", false, 1, 256, 3, 0.85},
	{"DRUNet", "drunet", false, 1, 512, 2, 0.85},
}

// networks compares training steps (forward, mean square error, backward, Adam) and inference with a network of eager PyTorch, whose
// kernels are the same: what differs is the layout in memory, the normalisation of our own U-net, and what goes on around the kernels.
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
		return rows, nil
	}
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
	switch c.name {
	case "DnCNN-17":
		net, err := models.NewDnCNN(models.DnCNNConfig{}, rng)
		return imageNetwork{net, net.Forward}, err
	case "DRUNet":
		net, err := models.NewDRUNet(models.DRUNetConfig{}, rng)
		return imageNetwork{net, func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) {
			return net.Forward(s, x, s.To(s.FromFloat64s([]float64{0.05}, 1, 1, 1, 1), torch.Float32))
		}}, err
	}
	config := models.FastMRIUNet(32, 4)
	if c.name != "U-net of fastMRI" {
		config = models.UNetConfig{Width: 32, Pools: 4, Layout: "auto"}
	}
	net, err := models.NewUNet(config, rng)
	return imageNetwork{net, net.Forward}, err
}
