package train

import (
	"fmt"
	"slices"

	"fringe/data"
	"fringe/measure"
	"fringe/radio"
	"fringe/shards"
)

// Observed is a batch of simulated observations in network units (see measure.Scaled), in host memory.
type Observed struct {
	Grid     radio.Grid
	Problems []measure.Scaled
	Truth    []float32 // [batch, 1, ny, nx]
	Peak     []float32 // [batch, 1, 1, 1], the largest pixel of each truth
}

// Len returns the number of examples.
func (o *Observed) Len() int { return len(o.Peak) }

// ReconstructionConfig says which observations a network learns to image. The zero value is ready to use.
type ReconstructionConfig struct {
	Sky         data.SkyConfig         `yaml:"sky"`
	Observation data.ObservationConfig `yaml:"observation"`
	Pixels      int                    `yaml:"pixels"`              // side of the images; 0 means 64
	FieldUas    float64                `yaml:"field_uas"`           // side of the field in microarcseconds; 0 means that of the array, 128 for the EHT
	Systematic  float64                `yaml:"systematic"`          // fraction of each amplitude added to its noise, as when imaging; 0 for none
	Transform   data.Transform         `yaml:"transform,omitempty"` // how visibilities are computed; "" means direct
	// Shards is a folder of the training pairs, made by fringe simulate of this config; "" simulates them as they are needed, which
	// gives the same ones. When there are fewer than the training takes, it goes through them again, in another order each time.
	Shards string `yaml:"shards,omitempty"`
	// ShardsSHA256 is the digest of the shards, which a manifest records: so that a run does not go on with other pairs. "" takes those that are there.
	ShardsSHA256 string `yaml:"shards_sha256,omitempty"`

	Loss       string `yaml:"loss"`       // rmse, log_rmse, mse, l1, charbonnier, ssim or ms_ssim, see Reconstruction.Loss; "" means rmse
	Validation int    `yaml:"validation"` // observations of the fixed validation set, rounded up to whole chunks of 16; 0 means 64
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (c ReconstructionConfig) WithDefaults() ReconstructionConfig {
	c.Sky, c.Observation = c.Sky.WithDefaults(), c.Observation.WithDefaults()
	if c.Pixels == 0 {
		c.Pixels = 64
	}
	if c.FieldUas == 0 {
		c.FieldUas = c.Observation.FieldUas(c.Pixels)
	}
	if c.Loss == "" {
		c.Loss = "rmse"
	}
	if c.Validation == 0 {
		c.Validation = 64
	}
	return c
}

// Validate says which field is wrong and what it may be.
func (c ReconstructionConfig) Validate() error {
	if !(c.Systematic >= 0 && c.Systematic < 1) {
		return fmt.Errorf("train: reconstruction.systematic is %g, must be at least 0 and below 1", c.Systematic)
	}
	if c.Loss != "rmse" && c.Loss != "log_rmse" && (LossConfig{Name: c.Loss}).Validate() != nil {
		return fmt.Errorf("train: reconstruction.loss is %q, must be rmse, log_rmse, mse, l1, charbonnier, ssim or ms_ssim", c.Loss)
	}
	if c.Validation < 0 || c.Validation > 4096 {
		return fmt.Errorf("train: reconstruction.validation is %d, must be between 1 and 4096 (0 means 64)", c.Validation)
	}
	if err := c.Pairs(0).Validate(); err != nil {
		return fmt.Errorf("train: reconstruction: %w", err)
	}
	return nil
}

// Load returns the config with the files that it names read, as [data.PairConfig.Load] does.
func (c ReconstructionConfig) Load() (ReconstructionConfig, error) {
	pairs, err := c.Pairs(0).Load()
	c.Sky, c.Observation, c.FieldUas = pairs.Sky, pairs.Observation, pairs.FieldUas
	return c, err
}

// Pin returns the config with the digest of its shards, for the manifest of a run. Shards that have another one than it holds are an error.
func (c ReconstructionConfig) Pin() (ReconstructionConfig, error) {
	if c.Shards == "" {
		return c, nil
	}
	set, err := shards.Open(c.Shards)
	if err != nil {
		return c, err
	}
	digest, err := set.SHA256()
	if err != nil {
		return c, err
	}
	if c.ShardsSHA256 != "" && c.ShardsSHA256 != digest {
		return c, fmt.Errorf("train: reconstruction.shards: %q holds other pairs than before: its SHA-256 is %s, shards_sha256 says %s", c.Shards, digest, c.ShardsSHA256)
	}
	c.ShardsSHA256 = digest
	return c, nil
}

// Grid returns the grid of the images.
func (c ReconstructionConfig) Grid() radio.Grid { return c.Pairs(0).Grid() }

// Pairs returns the examples of a seed.
func (c ReconstructionConfig) Pairs(seed uint64) data.PairConfig {
	return data.PairConfig{Seed: seed, Sky: c.Sky, Observation: c.Observation, Pixels: c.Pixels, FieldUas: c.FieldUas, Transform: c.Transform}
}

// ReconstructionBatches returns the function from step to batch: every observation is new, or from the shards. A file of stations
// is read now and never again.
func ReconstructionBatches(c ReconstructionConfig, seed uint64, batch int) func(step int) (*Observed, error) {
	c, err := c.Load()
	var example func(n int) (shards.Example, error)
	if err == nil {
		example, err = c.examples(seed)
	}
	return func(step int) (*Observed, error) {
		if err != nil {
			return nil, err
		}
		return c.gather(step, batch, example)
	}
}

// examples returns the function from number to training example of a config that is loaded.
func (c ReconstructionConfig) examples(seed uint64) (func(n int) (shards.Example, error), error) {
	if c.Shards != "" {
		return c.stored(seed)
	}
	return func(n int) (shards.Example, error) { return c.Example(seed, data.Training, uint64(n)) }, nil
}

// Example simulates example index of a split.
func (c ReconstructionConfig) Example(seed uint64, split data.Split, index uint64) (shards.Example, error) {
	pair, err := c.Pairs(seed).Pair(split, index)
	if err != nil {
		return shards.Example{}, err
	}
	return shards.NewExample(pair, c.Systematic)
}

// gather returns examples step·size, step·size + 1, …
func (c ReconstructionConfig) gather(step, size int, example func(n int) (shards.Example, error)) (*Observed, error) {
	b := &Observed{Grid: c.Grid()}
	for i := range size {
		e, err := example(step*size + i)
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		b.add(e)
	}
	return b, nil
}

// add appends an example.
func (o *Observed) add(e shards.Example) {
	o.Problems = append(o.Problems, e.Scaled)
	for _, v := range e.Truth {
		o.Truth = append(o.Truth, float32(v/e.Scaled.Scale))
	}
	o.Peak = append(o.Peak, float32(slices.Max(e.Truth)/e.Scaled.Scale))
}
