package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/radio"
	"fringe/unrolled"
)

// networkConfig is the part of a checkpoint's config that describes its network; which field counts depends on the kind.
type networkConfig struct {
	UNet           models.UNetConfig `json:"unet"`
	Unrolled       unrolled.Config   `json:"unrolled"`
	Denoising      skyGrid           `json:"denoising"`
	Reconstruction skyGrid           `json:"reconstruction"`
}

// skyGrid is the grid of the images that a network was trained on; zeros mean the defaults of the training.
type skyGrid struct {
	Pixels   int     `json:"pixels"`
	FieldUas float64 `json:"field_uas"`
}

func (g skyGrid) cellRad() float64 {
	return g.FieldUas * radio.Microarcsecond / float64(max(g.Pixels, 1))
}

// openCheckpoint turns the checkpoint in dir into a prior.
func openCheckpoint(dir string) (*prior, error) {
	m, weights, err := checkpoints.Load(dir)
	if err != nil {
		return nil, withHint(err, "--prior wants the folder that holds manifest.json, such as checkpoints/denoiser-eht64")
	}
	p := &prior{name: filepath.Base(filepath.Clean(dir))}
	params, err := p.build(m)
	if err == nil {
		err = checkpoints.Assign(params, weights)
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("checkpoint %s: %w", dir, err)
	}
	return p, nil
}

// build makes the network of the manifest's kind and returns its parameters, which the caller overwrites.
func (p *prior) build(m checkpoints.Manifest) ([]torch.Param, error) {
	var c networkConfig
	if err := json.Unmarshal(m.Config, &c); err != nil {
		return nil, fmt.Errorf("field config of the manifest: %w", err)
	}
	rng := rand.New(rand.NewPCG(0, 0)) // every weight is overwritten
	switch m.Kind {
	case "denoiser":
		d, err := models.NewDenoiser(c.UNet, rng)
		if err != nil {
			return nil, err
		}
		p.denoiser, p.cellRad = d, c.Denoising.cellRad()
		return d.Params(), nil
	case "unrolled":
		n, err := unrolled.New(c.Unrolled, rng)
		if err != nil {
			return nil, err
		}
		p.network, p.cellRad = n, c.Reconstruction.cellRad()
		return n.Params(), nil
	}
	return nil, fmt.Errorf("field kind of the manifest is %q: known are denoiser, unrolled", m.Kind)
}
