package evaluate

import (
	"fmt"
	"hash/fnv"

	"fringe/data"
	"fringe/train"
)

// Noisy are images with white Gaussian noise, side × side pixels each.
type Noisy struct {
	Side   int
	Images [][]float64 // FITS order, in units that make the brightest pixel of the sky about 1
	Sigma  []float64   // standard deviation of the noise of each image, in the same units
}

// skies draws the skies of families with noise: equal seeds give equal skies whatever else is asked for.
type skies struct {
	config train.DenoisingConfig
	seed   uint64
}

// familyBits is the room for the skies of one family in an index.
const familyBits = 20

// draw returns count skies of a family of a split from number first on, and the same with noise of standard deviation sigma times the
// brightest pixel. That pixel is log-uniform between PeakMin and PeakMax, as imaging only guesses it. A sky, its brightness
// and the shape of its noise are the same at every level.
func (d skies) draw(split data.Split, family string, first, count int, sigma float64) (truth [][]float64, noisy Noisy, err error) {
	c := d.config.WithDefaults()
	c.Sky = c.Sky.Only(family)
	noisy.Side = c.Pixels
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(family))
	base := hash.Sum64() << familyBits & data.MaxIndex
	for i := first; i < first+count; i++ {
		index := base | uint64(i)
		sky, err := c.Draw(d.seed, split, index)
		if err != nil {
			return nil, noisy, fmt.Errorf("evaluate: %w", err)
		}
		rng := data.Rng(d.seed, split, data.NoiseStream, index)
		peak := train.LogUniform(rng, c.PeakMin, c.PeakMax)
		image := make([]float64, len(sky))
		for k := range sky {
			sky[k] *= peak
			image[k] = sky[k] + sigma*peak*rng.NormFloat64()
		}
		truth = append(truth, sky)
		noisy.Images, noisy.Sigma = append(noisy.Images, image), append(noisy.Sigma, sigma*peak)
	}
	return truth, noisy, nil
}
