package main

import (
	"errors"
	"fmt"
	"slices"

	"fringe/data"
	"fringe/evaluate"
	"fringe/train"
)

// denoisersConfig is the file of an evaluation of denoisers.
type denoisersConfig struct {
	Kind      string                    `yaml:"kind"` // "denoising"
	Seed      uint64                    `yaml:"seed"`
	Count     int                       `yaml:"count"`  // skies of each family and level
	Tuning    int                       `yaml:"tuning"` // skies of each family and level that strengths are chosen on; 0 means 8
	Levels    []float64                 `yaml:"levels"` // noise over the brightest pixel; none means 0.01, 0.03, 0.1 and 0.3
	Denoising train.DenoisingConfig     `yaml:"denoising"`
	Groups    []evaluate.DenoisingGroup `yaml:"groups"`
	Methods   []denoiserMethod          `yaml:"methods"`
	Jacobian  evaluate.Jacobians        `yaml:"jacobian"`
}

// denoiserMethod names a classical method or a checkpoint.
type denoiserMethod struct {
	Label      string `yaml:"label"`
	Method     string `yaml:"method"`     // "tv", "wavelet" or "bm3d"
	Checkpoint string `yaml:"checkpoint"` // instead of a method
	Jacobian   bool   `yaml:"jacobian"`   // measure the norms of its Jacobians

	evaluate.BM3DSettings `yaml:",inline"`
}

// readDenoisers reads a config; count replaces the config's number of skies unless it is 0.
func readDenoisers(text []byte, count int) (c denoisersConfig, err error) {
	if err := train.Decode(text, &c); err != nil {
		return c, err
	}
	if count != 0 {
		c.Count = count
	}
	if c.Tuning == 0 {
		c.Tuning = 8
	}
	if len(c.Levels) == 0 {
		c.Levels = []float64{0.01, 0.03, 0.1, 0.3}
	}
	return c, c.validate()
}

func (c denoisersConfig) validate() error {
	if c.Count < 1 || c.Count > 100_000 || c.Tuning < 1 || c.Tuning > 100_000 {
		return fmt.Errorf("count is %d and tuning %d, must be between 1 and 100000", c.Count, c.Tuning)
	}
	for i, sigma := range c.Levels {
		if !(sigma > 0 && sigma <= 10) {
			return fmt.Errorf("levels has %g, must be above 0 and at most 10", sigma)
		}
		if slices.Contains(c.Levels[:i], sigma) {
			return fmt.Errorf("levels has %g twice", sigma)
		}
	}
	if len(c.Groups) == 0 || len(c.Methods) == 0 {
		return errors.New("groups and methods need one entry at least")
	}
	labels := map[string]bool{}
	for i, m := range c.Methods {
		if m.Label == "" || labels[m.Label] || (m.Method == "") == (m.Checkpoint == "") {
			return fmt.Errorf("methods[%d] needs a label of its own, and either method or checkpoint", i)
		}
		if err := m.validate(); err != nil {
			return fmt.Errorf("methods[%d]: %w", i, err)
		}
		labels[m.Label] = true
	}
	for i, g := range c.Groups {
		if g.Name == "" || len(g.Families) == 0 || g.Specialist != "" && !labels[g.Specialist] {
			return fmt.Errorf("groups[%d] needs a name and families; specialist must be the label of a method", i)
		}
		for k, f := range g.Families {
			if slices.Contains(g.Families[:k], f) {
				return fmt.Errorf("groups[%d]: the family %q is there twice", i, f)
			}
			if !slices.ContainsFunc(data.AllFamilies(), func(known data.Family) bool { return known.Name == f }) {
				return fmt.Errorf("groups[%d]: there is no family %q", i, f)
			}
		}
	}
	return errors.Join(c.Denoising.Validate(), c.Jacobian.Validate())
}

// validate refuses settings that the method would ignore.
func (m denoiserMethod) validate() error {
	if m.Method != "bm3d" && m.BM3DSettings != (evaluate.BM3DSettings{}) {
		return errors.New("profile and exact are settings of bm3d: leave them away")
	}
	if m.Jacobian && m.Checkpoint == "" {
		return errors.New("jacobian is for checkpoints: leave it away")
	}
	return m.BM3DSettings.Validate()
}

// families returns the families of all groups, each once.
func (c denoisersConfig) families() (all []string) {
	for _, g := range c.Groups {
		for _, f := range g.Families {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}
