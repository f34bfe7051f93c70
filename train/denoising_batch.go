package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"fringe/data"
)

// DenoisingBatch is a number of skies with and without noise, side × side pixels each, one after the other.
type DenoisingBatch struct {
	Clean, Noisy []float32
	Sigma        []float32 // standard deviation of the noise of each sky
	Side         int

	// For the penalty on the Jacobian at the first images, else empty: where it is measured, 0 at the denoised or noisy image and 1 at the clean
	// one, and where the power method begins.
	Mix, Probe []float32
	// PenaltyShare is what the penalty of these images counts in the mean over the parts of a batch: 1 for a whole batch.
	PenaltyShare float64
}

// DenoisingBatches returns the function from step to batch. Every sky is new, turned and mirrored at random; its brightest
// pixel is log-uniform between PeakMin and PeakMax and its noise between SigmaMin and SigmaMax. Images that the skies are drawn from are
// read now and never again.
func DenoisingBatches(c DenoisingConfig, seed uint64, batch int) func(step int) (DenoisingBatch, error) {
	return DenoisingParts(c, seed, batch, 1)
}

// DenoisingParts returns the function from the number of a part, see [LoopConfig.Accumulate], to that part of a batch. Together the parts of a
// batch are what [DenoisingBatches] makes of it, with the penalty on the same images.
func DenoisingParts(c DenoisingConfig, seed uint64, batch, parts int) func(part int) (DenoisingBatch, error) {
	c, err := c.WithDefaults().Load()
	size := batch / parts
	return func(part int) (DenoisingBatch, error) {
		if err != nil {
			return DenoisingBatch{}, err
		}
		b := DenoisingBatch{Side: c.Pixels}
		step, first := part/parts, part%parts*size
		penalised := c.Jacobian.penalised(step, batch)
		for i := first; i < first+size; i++ {
			index := uint64(step)*uint64(batch) + uint64(i)
			clean, err := c.Draw(seed, data.Training, index)
			if err != nil {
				return DenoisingBatch{}, err
			}
			rng := data.Rng(seed, data.Training, data.NoiseStream, index)
			orient(clean, c.Pixels, rng.IntN(8))
			peak := LogUniform(rng, c.PeakMin, c.PeakMax)
			for k := range clean {
				clean[k] *= peak
			}
			b.add(clean, LogUniform(rng, c.SigmaMin, c.SigmaMax), rng)
			if i < penalised {
				b.addProbe(rng)
			}
		}
		if penalised > 0 {
			b.PenaltyShare = float64(parts*len(b.Mix)) / float64(penalised)
		}
		return b, nil
	}
}

// Draw returns sky number index of a split on the grid of the config, in FITS order with a brightest pixel of 1.
func (c DenoisingConfig) Draw(seed uint64, split data.Split, index uint64) ([]float64, error) {
	grid := c.Grid()
	sky, err := c.Sky.Draw(split, data.Rng(seed, split, data.SkyStream, index), grid)
	if err != nil {
		return nil, fmt.Errorf("train: %s sky %d: %w", split, index, err)
	}
	img := sky.Render(grid)
	peak := slices.Max(img)
	if !(peak > 0) || !finite(peak) {
		return nil, fmt.Errorf("train: %s sky %d (%s): its brightest pixel is %g", split, index, sky.Family, peak)
	}
	for k := range img {
		img[k] /= peak
	}
	return img, nil
}

// add appends a sky and the same sky with white Gaussian noise.
func (b *DenoisingBatch) add(clean []float64, sigma float64, rng *rand.Rand) {
	for _, x := range clean {
		b.Clean = append(b.Clean, float32(x))
		b.Noisy = append(b.Noisy, float32(x+sigma*rng.NormFloat64()))
	}
	b.Sigma = append(b.Sigma, float32(sigma))
}

// addProbe draws for the last sky where and how its Jacobian is measured.
func (b *DenoisingBatch) addProbe(rng *rand.Rand) {
	b.Mix = append(b.Mix, float32(rng.Float64()))
	for range b.Side * b.Side {
		b.Probe = append(b.Probe, float32(rng.NormFloat64()))
	}
}

// LogUniform draws a number whose logarithm is uniform between those of lo and hi.
func LogUniform(rng *rand.Rand, lo, hi float64) float64 { return lo * math.Pow(hi/lo, rng.Float64()) }

// orient applies symmetry k of the square, 0 to 7, to an image of side × side pixels in place: a transposition and mirrors
// along both axes, for the bits of k.
func orient(img []float64, side, k int) {
	at := func(y, x int) *float64 { return &img[y*side+x] }
	if k&1 != 0 {
		for y := range side {
			for x := range y {
				a, b := at(y, x), at(x, y)
				*a, *b = *b, *a
			}
		}
	}
	if k&2 != 0 {
		for y := range side {
			slices.Reverse(img[y*side : (y+1)*side])
		}
	}
	if k&4 != 0 {
		for y := range side / 2 {
			for x := range side {
				a, b := at(y, x), at(side-1-y, x)
				*a, *b = *b, *a
			}
		}
	}
}
