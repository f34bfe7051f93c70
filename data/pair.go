package data

import (
	"fmt"
	"math/rand/v2"

	"fringe/radio"
)

// PairConfig says how training pairs are made: skies, observations and the grid of the images. Its zero value lacks the
// grid.
type PairConfig struct {
	Seed        uint64            `yaml:"seed"`
	Sky         SkyConfig         `yaml:"sky"`
	Observation ObservationConfig `yaml:"observation"`
	Pixels      int               `yaml:"pixels"`              // 0 means 64
	FieldUas    float64           `yaml:"field_uas"`           // side of the field in microarcseconds; 0 means the array's, see [ObservationConfig.FieldUas]
	Transform   Transform         `yaml:"transform,omitempty"` // how visibilities are computed; "" means direct
}

// Pair is one simulated example: a sky and what an array saw of it.
type Pair struct {
	Truth  []float64 // Jy/pixel on Grid
	Grid   radio.Grid
	Vis    *radio.Visibilities
	FluxJy float64 // sum of Truth
	Sky    Sky     // to be rendered elsewhere, with flux 1
	Family string

	Transform Transform // how Vis was computed
	Seed      uint64
	Split     Split
	Index     uint64
}

// Grid returns the grid of the images. It reads the array when FieldUas is 0; the cells of one that cannot be read are 0.
func (c PairConfig) Grid() radio.Grid {
	n := c.side()
	return radio.Grid{NX: n, NY: n, CellRad: c.field() * radio.Microarcsecond / float64(n)}
}

func (c PairConfig) side() int {
	if c.Pixels == 0 {
		return 64
	}
	return c.Pixels
}

func (c PairConfig) field() float64 {
	if c.FieldUas == 0 {
		return c.Observation.FieldUas(c.side())
	}
	return c.FieldUas
}

// Validate says which field is wrong and what it may be.
func (c PairConfig) Validate() error {
	if n := c.Pixels; n != 0 && (n < minSide || n > 4096) {
		return fmt.Errorf("data: pair pixels is %d, must be between %d and 4096 (0 means 64)", n, minSide)
	}
	if f := c.FieldUas; f != 0 && !(f > 0 && f < 1e12) {
		return fmt.Errorf("data: pair field_uas is %g, must be positive and below 1e12 (0 means the array's)", f)
	}
	if err := c.Transform.Validate(); err != nil {
		return err
	}
	if err := c.Sky.Validate(); err != nil {
		return err
	}
	return c.Observation.Validate()
}

// Load returns the config with the stations, band and field of its array and its images read, see [ObservationConfig.Load] and
// [SkyConfig.Load]. No file is read for a pair then.
func (c PairConfig) Load() (_ PairConfig, err error) {
	if c.Sky, err = c.Sky.Load(); err != nil {
		return c, err
	}
	c.FieldUas = c.field()
	c.Observation, err = c.Observation.Load()
	return c, err
}

// Pair returns example index of a split. It depends on nothing but the configuration and its arguments, so examples can
// be made in any order and by any number of goroutines.
func (c PairConfig) Pair(split Split, index uint64) (Pair, error) {
	if err := c.Validate(); err != nil {
		return Pair{}, err
	}
	if index > MaxIndex {
		return Pair{}, fmt.Errorf("data: pair %d, the largest index is %d", index, uint64(MaxIndex))
	}
	g := c.Grid()
	sky, err := c.Sky.Draw(split, Rng(c.Seed, split, SkyStream, index), g)
	if err != nil {
		return Pair{}, fmt.Errorf("data: %s pair %d: %w", split, index, err)
	}
	obs, err := c.Observation.Draw(Rng(c.Seed, split, ObservationStream, index))
	if err != nil {
		return Pair{}, fmt.Errorf("data: %s pair %d: %w", split, index, err)
	}
	truth := sky.Render(g)
	scaleTo(truth, obs.FluxJy)
	vis, err := obs.simulate(c.Transform.Of(sky, obs.FluxJy, g), c.Observation.Gains, c.Observation.Effects, func(s Stream) *rand.Rand {
		return Rng(c.Seed, split, s, index)
	})
	if err != nil {
		return Pair{}, fmt.Errorf("data: %s pair %d: %w", split, index, err)
	}
	return Pair{Truth: truth, Grid: g, Vis: vis, FluxJy: obs.FluxJy, Sky: sky, Family: sky.Family,
		Transform: Transform(c.Transform.String()), Seed: c.Seed, Split: split, Index: index}, nil
}
