package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"fringe/data"
	"fringe/models"
	"fringe/train"
)

// denoiserConfig is the training file of a denoiser. [prior.buildDenoiser] reads it back from a checkpoint.
type denoiserConfig struct {
	train.Config         `yaml:",inline"`
	Denoising            train.DenoisingConfig `yaml:"denoising"`
	models.NetworkConfig `yaml:",inline"`
}

func newDenoiserTraining(text []byte, steps int) (*training, error) {
	var c denoiserConfig
	if err := readTraining(text, steps, &c, &c.Config); err != nil {
		return nil, err
	}
	if err := refuseEmptyNetwork(text); err != nil {
		return nil, err
	}
	var err error
	if c.Denoising, err = c.Denoising.WithDefaults().Load(); err != nil {
		return nil, err
	}
	net, network, err := models.NewNetwork(c.NetworkConfig, rand.New(rand.NewPCG(c.Seed, weightsStream)))
	if err != nil {
		return nil, err
	}
	c.NetworkConfig = network
	task, err := train.NewDenoising(net, c.Denoising, c.Seed)
	if err != nil {
		net.Drop()
		return nil, err
	}
	batches := train.DenoisingParts(c.Denoising, c.Seed, c.Loop.Batch, max(c.Loop.Accumulate, 1))
	t, err := assemble(c.Config, c, describeSkies(c.Denoising), net.Drop, task, batches)
	if err != nil {
		return nil, err
	}
	t.network, err = network.Name()
	t.norms, t.certified, t.anyScale = task.JacobianNorms, models.Certified(net), c.Denoising.AnyScale
	return t, err
}

// refuseEmptyNetwork returns an error for a block without a value, which would be taken for one that is not there.
func refuseEmptyNetwork(text []byte) error {
	var blocks map[string]any
	if err := yaml.Unmarshal(text, &blocks); err != nil {
		return err
	}
	for _, name := range models.NetworkNames() {
		if block, there := blocks[name]; there && block == nil {
			return fmt.Errorf("%s is empty: write %s: {} for its defaults", name, name)
		}
	}
	return nil
}

// describeSkies says in words what a denoiser is trained on.
func describeSkies(c train.DenoisingConfig) string {
	field := fmt.Sprintf("of a %g uas field", c.FieldUas)
	if c.AnyScale {
		field = "of any scale"
	}
	return fmt.Sprintf("simulated skies (%s) on %d x %d pixels %s, with white Gaussian noise of %g to %g of a peak of %g to %g",
		familyWeights(c.Sky), c.Pixels, c.Pixels, field, c.SigmaMin, c.SigmaMax, c.PeakMin, c.PeakMax)
}

// familyWeights lists the sky families with their relative frequencies, the folder of images, and the dynamic range if it is raised.
func familyWeights(c data.SkyConfig) string {
	families := c.WithDefaults().Families
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(families)) {
		parts = append(parts, fmt.Sprintf("%s %g", name, families[name]))
	}
	if c.Images != "" {
		parts = append(parts, "images of "+c.Images)
	}
	if r := c.DynamicRange; !r.IsZero() {
		parts = append(parts, fmt.Sprintf("dynamic range %g to %g", r[0], r[1]))
	}
	return strings.Join(parts, ", ")
}
