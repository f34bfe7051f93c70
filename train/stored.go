package train

import (
	"errors"
	"fmt"

	"fringe/data"
	"fringe/shards"
)

// ShardsManifest returns the manifest of the pairs first, first + 1, … of a split that the config trains or validates on, with the
// stations and the digest of the images that they are drawn from. The caller sets Program and PerShard.
func (c ReconstructionConfig) ShardsManifest(seed uint64, split data.Split, first uint64, count int) (shards.Manifest, error) {
	if err := c.Validate(); err != nil {
		return shards.Manifest{}, err
	}
	c, err := c.WithDefaults().Load()
	if err != nil {
		return shards.Manifest{}, err
	}
	pairs := c.Pairs(seed)
	pairs.Transform = data.Transform(pairs.Transform.String())
	config, err := ConfigJSON(struct {
		data.PairConfig `yaml:",inline"`
		Systematic      float64 `yaml:"systematic"`
	}{pairs, c.Systematic})
	if err != nil {
		return shards.Manifest{}, err
	}
	g := pairs.Grid()
	return shards.Manifest{
		Config: config, Seed: seed, Split: split.String(), First: first, Count: count,
		NX: g.NX, NY: g.NY, CellRad: g.CellRad, Stations: c.Observation.Stations,
	}, nil
}

// stored returns the function from number to example of the shards, which must be those of the config.
func (c ReconstructionConfig) stored(seed uint64) (func(n int) (shards.Example, error), error) {
	if _, err := c.Pin(); err != nil {
		return nil, err
	}
	set, err := shards.Open(c.Shards)
	if err != nil {
		return nil, err
	}
	want, err := c.ShardsManifest(seed, data.Training, 0, set.Len())
	if err != nil {
		return nil, err
	}
	want.PerShard, want.Program = set.Manifest.PerShard, set.Manifest.Program
	if field := set.Manifest.Difference(want); field != "" {
		if field == "config" {
			var a, b any
			if errors.Join(decodeExactly(set.Manifest.Config, &a), decodeExactly(want.Config, &b)) == nil {
				field = difference(a, b, field)
			}
		}
		return nil, fmt.Errorf("train: reconstruction.shards: %q holds other pairs than this config trains on: field %s of its manifest differs", c.Shards, field)
	}
	return func(n int) (shards.Example, error) { return set.Example(set.Order(n)) }, nil
}
