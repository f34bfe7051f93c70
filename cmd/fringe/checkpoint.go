package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"fringe/checkpoints"
	"fringe/internal/torch"
	"fringe/models"
	"fringe/radio"
	"fringe/train"
	"fringe/unrolled"
)

// openCheckpoint turns the checkpoint in dir into a prior.
func openCheckpoint(dir string) (*prior, error) {
	m, weights, err := checkpoints.Load(dir)
	if err != nil {
		return nil, withHint(err, "name the folder that holds manifest.json, such as checkpoints/denoiser-eht64")
	}
	p := &prior{name: checkpointName(dir)}
	p.doubt = doubt(p.name, m)
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

// checkpointName returns the last part of a path; of the best weights of a run, that with the run before it.
func checkpointName(dir string) string {
	full, err := filepath.Abs(dir)
	if err != nil || filepath.Base(full) != train.BestName {
		return filepath.Base(filepath.Clean(dir))
	}
	return filepath.Join(filepath.Base(filepath.Dir(full)), train.BestName)
}

// doubt says why a network should not be relied on; empty when nothing is known against it.
func doubt(name string, m checkpoints.Manifest) string {
	switch gain, known := m.Metrics[train.GainName]; {
	case m.Imported:
		return fmt.Sprintf("the weights of %s come from elsewhere: what they have seen and how good they are is not known", name)
	case m.Step == 0:
		return fmt.Sprintf("warning: %s has made no step of its training, its weights are random: the image is not to be relied on", name)
	case known && gain <= 0:
		return fmt.Sprintf("warning: %s did not remove noise at its last validation (gain %.1f dB): train it for longer", name, gain)
	}
	return ""
}

// build makes the network of the manifest's kind and returns its weights, which the caller overwrites.
func (p *prior) build(m checkpoints.Manifest) ([]torch.Param, error) {
	rng := rand.New(rand.NewPCG(0, 0)) // every weight is overwritten
	switch m.Kind {
	case "denoiser":
		return p.buildDenoiser(m.Config, rng)
	case "unrolled":
		return p.buildUnrolled(m.Config, rng)
	}
	return nil, fmt.Errorf("field kind of the manifest is %q: known are denoiser, unrolled", m.Kind)
}

func (p *prior) buildDenoiser(config []byte, rng *rand.Rand) ([]torch.Param, error) {
	var c denoiserConfig
	if err := readManifest(config, &c); err != nil {
		return nil, err
	}
	if !c.Denoising.AnyScale {
		if err := p.trainedOn(c.Denoising.Grid()); err != nil {
			return nil, err
		}
	}
	d, _, err := models.NewNetwork(c.NetworkConfig, rng)
	if err != nil {
		return nil, err
	}
	p.denoiser = d
	return models.Weights(d), nil
}

func (p *prior) buildUnrolled(config []byte, rng *rand.Rand) ([]torch.Param, error) {
	var c unrolledConfig
	if err := readManifest(config, &c); err != nil {
		return nil, err
	}
	if err := p.trainedOn(c.Reconstruction.Grid()); err != nil {
		return nil, err
	}
	n, err := unrolled.New(c.Unrolled, rng)
	if err != nil {
		return nil, err
	}
	p.network, p.systematic = n, c.Reconstruction.Systematic
	return n.Params(), nil
}

// readManifest decodes the config of a manifest, which has the fields of the training file.
func readManifest(config []byte, to any) error {
	if err := train.Decode(config, to); err != nil {
		return fmt.Errorf("field config of the manifest: %w", err)
	}
	return nil
}

// trainedOn keeps the pixels of the grid that a network was trained on.
func (p *prior) trainedOn(g radio.Grid) error {
	if err := g.Validate(); err != nil {
		return fmt.Errorf("field config of the manifest: %w", err)
	}
	p.cellRad = g.CellRad
	return nil
}
