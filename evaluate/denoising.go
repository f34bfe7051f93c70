package evaluate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"fringe/data"
	"fringe/metrics"
	"fringe/train"
)

// DenoisingSuite is a set of skies with noise: Count of every family at every level.
type DenoisingSuite struct {
	Seed     uint64
	Split    data.Split // that is judged: Validation or Evaluation
	Skies    train.DenoisingConfig
	Families []string
	Levels   []float64 // standard deviation of the noise over the brightest pixel of the sky
	Count    int       // skies of each family and level that are judged
	Tuning   int       // skies of the validation split, others than those that are judged, on which strengths are chosen
	// Progress, when not nil, is called after each cell.
	Progress func(c DenoisingCell, done, of int)
	// Measured, when not nil, is called after each level of [DenoisingSuite.MeasureJacobians], which takes minutes.
	Measured func(s JacobianSummary)
}

// DenoisingCell is what was found for one family at one level. Outcomes are in the order of the methods.
type DenoisingCell struct {
	Family   string
	Sigma    float64
	Noisy    []float64 // PSNR of the noisy images in dB
	Outcomes []DenoisingOutcome
	Best     int       // which tunable method was best on the tuning skies; −1 when there is none
	Truth    []float64 // the first sky
	First    []float64 // the same with noise
}

// DenoisingOutcome is what one method did to the skies of a cell.
type DenoisingOutcome struct {
	Strength float64   // 1 for a method that is not tuned
	Tuning   float64   // mean PSNR on the tuning skies in dB; NaN for a method that is not tuned
	PSNR     []float64 // of the judged skies in dB, against the peak of each
	First    []float64 // the first image
}

// Run judges every method on every cell, family by family. When ctx ends it returns the finished cells with a [*Stopped].
//
// Every method gets the same images and the level of their noise; what it returns is set to 0 where it is negative, as
// no sky is.
func (u DenoisingSuite) Run(ctx context.Context, methods []DenoisingMethod) (cells []DenoisingCell, err error) {
	of := len(u.Families) * len(u.Levels)
	if u.Skies, err = u.Skies.Load(); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	for _, family := range u.Families {
		for _, sigma := range u.Levels {
			cell, err := u.cell(ctx, methods, family, sigma)
			if cause := ctx.Err(); cause != nil {
				return cells, &Stopped{Done: len(cells), Count: of, What: "families and levels", Cause: cause}
			}
			if err != nil {
				return nil, err
			}
			cells = append(cells, cell)
			if u.Progress != nil {
				u.Progress(cell, len(cells), of)
			}
		}
	}
	return cells, nil
}

func (u DenoisingSuite) cell(ctx context.Context, methods []DenoisingMethod, family string, sigma float64) (DenoisingCell, error) {
	c := DenoisingCell{Family: family, Sigma: sigma, Best: -1}
	tuning, judged, err := u.draw(family, sigma)
	if err != nil {
		return c, err
	}
	c.Truth, c.First = judged.truth[0], judged.noisy.Images[0]
	if c.Noisy, err = judged.psnr(judged.noisy.Images); err != nil {
		return c, err
	}
	for m, method := range methods {
		outcome, err := outcomeOf(ctx, method, tuning, judged)
		if err != nil {
			return c, fmt.Errorf("evaluate: %s on %s with noise %g: %w", method.Name(), family, sigma, err)
		}
		c.Outcomes = append(c.Outcomes, outcome)
		if _, ok := method.(Tunable); ok && (c.Best < 0 || outcome.Tuning > c.Outcomes[c.Best].Tuning) {
			c.Best = m
		}
	}
	return c, nil
}

// draw returns the skies to tune on and those to judge, which share none.
func (u DenoisingSuite) draw(family string, sigma float64) (tuning, judged known, err error) {
	d := skies{u.Skies, u.Seed}
	if tuning.truth, tuning.noisy, err = d.draw(data.Validation, family, 0, u.Tuning, sigma); err != nil {
		return tuning, judged, err
	}
	judged.truth, judged.noisy, err = d.draw(u.Split, family, u.first(), u.Count, sigma)
	return tuning, judged, err
}

// first is the number of the first judged sky of a family: beyond the tuning skies where both are of the validation split.
func (u DenoisingSuite) first() int {
	if u.Split == data.Validation {
		return 1 << (familyBits - 1)
	}
	return 0
}

// known are noisy images whose truth is known.
type known struct {
	truth [][]float64
	noisy Noisy
}

// outcomeOf chooses the strength of a method, when it has one, and judges it.
func outcomeOf(ctx context.Context, method DenoisingMethod, tuning, judged known) (o DenoisingOutcome, err error) {
	o.Strength, o.Tuning = 1, math.NaN()
	if t, ok := method.(Tunable); ok {
		o.Strength, o.Tuning, err = tune(t.Start(), func(strength float64) (float64, error) {
			images, err := tuning.denoise(ctx, method, strength)
			if err != nil {
				return 0, err
			}
			psnr, err := tuning.psnr(images)
			return stat.Mean(psnr, nil), err
		})
		if err != nil {
			return o, err
		}
	}
	images, err := judged.denoise(ctx, method, o.Strength)
	if err != nil {
		return o, err
	}
	o.First = images[0]
	o.PSNR, err = judged.psnr(images)
	return o, err
}

// denoise returns the images of a method without their negative pixels.
func (k known) denoise(ctx context.Context, method DenoisingMethod, strength float64) ([][]float64, error) {
	images, err := method.Denoise(ctx, k.noisy, strength)
	if err != nil {
		return nil, err
	}
	if err := k.noisy.check(images); err != nil {
		return nil, err
	}
	positive := make([][]float64, len(images))
	for i, image := range images {
		positive[i] = make([]float64, len(image))
		for p, v := range image {
			positive[i][p] = max(v, 0)
		}
	}
	return positive, nil
}

// psnr returns the PSNR of each image in dB.
func (k known) psnr(images [][]float64) (psnr []float64, err error) {
	for i, image := range images {
		v, err := metrics.PSNR(k.truth[i], image)
		if err != nil {
			return nil, err
		}
		psnr = append(psnr, v)
	}
	return psnr, nil
}
