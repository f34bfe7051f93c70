package evaluate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"fringe/data"
	"fringe/metrics"
)

// Method makes an image of a simulated observation. It must not look at the truth.
type Method interface {
	Name() string
	// Image returns Jy/pixel on p.Grid, in FITS order.
	Image(ctx context.Context, p data.Pair) ([]float64, error)
}

// Score is how well one image agrees with its truth.
type Score struct {
	PSNR    float64 `json:"psnr_db"` // the data range is the peak of the truth
	NRMSE   float64 `json:"nrmse"`   // error over truth, Euclidean norms
	NXCorr  float64 `json:"nxcorr"`  // normalised cross-correlation
	Seconds float64 `json:"seconds"` // time to image, without simulating
}

// Suite is a set of simulated observations: Count examples of a split of Pairs.
type Suite struct {
	Pairs data.PairConfig
	Split data.Split
	Count int
	// Progress, when not nil, is called after each example.
	Progress func(done int)
}

// Run images every example with every method: scores[m][i] belongs to method m and example i. It stops at the first error.
// now tells the time.
func (u Suite) Run(ctx context.Context, methods []Method, now func() time.Time) ([][]Score, error) {
	scores := make([][]Score, len(methods))
	for i := range u.Count {
		pair, err := u.Pairs.Pair(u.Split, uint64(i))
		if err != nil {
			return nil, fmt.Errorf("evaluate: %w", err)
		}
		for m, method := range methods {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			start := now()
			image, err := method.Image(ctx, pair)
			if err != nil {
				return nil, fmt.Errorf("evaluate: %s, %s example %d: %w", method.Name(), u.Split, i, err)
			}
			score, err := scoreOf(pair.Truth, image)
			if err != nil {
				return nil, fmt.Errorf("evaluate: %s, %s example %d: %w", method.Name(), u.Split, i, err)
			}
			score.Seconds = now().Sub(start).Seconds()
			scores[m] = append(scores[m], score)
		}
		if u.Progress != nil {
			u.Progress(i + 1)
		}
	}
	return scores, nil
}

func scoreOf(truth, image []float64) (s Score, err error) {
	if s.PSNR, err = metrics.PSNR(truth, image); err != nil {
		return s, err
	}
	if s.NRMSE, err = metrics.NRMSE(truth, image); err != nil {
		return s, err
	}
	s.NXCorr, err = metrics.NXCorr(truth, image)
	return s, err
}

// Compare returns a table with a row per method: means with 95 % bootstrap intervals over the examples, and the mean difference in
// PSNR to the last method, whose interval says whether the two differ.
func Compare(methods []Method, scores [][]Score, rng *rand.Rand) (Table, error) {
	table := Table{
		Columns: []string{"method", "PSNR (dB)", "NRMSE", "correlation", "last − this (dB)", "seconds"},
		Caption: "means with 95 % bootstrap intervals over the same examples; PSNR against the peak of the truth",
	}
	last := scores[len(scores)-1]
	for m, method := range methods {
		row := []string{method.Name()}
		for _, column := range []func(i int) float64{
			func(i int) float64 { return scores[m][i].PSNR },
			func(i int) float64 { return scores[m][i].NRMSE },
			func(i int) float64 { return scores[m][i].NXCorr },
			func(i int) float64 { return last[i].PSNR - scores[m][i].PSNR },
		} {
			cell, err := interval(len(scores[m]), column, rng)
			if err != nil {
				return Table{}, fmt.Errorf("evaluate: %s: %w", method.Name(), err)
			}
			row = append(row, cell)
		}
		seconds := 0.0
		for _, s := range scores[m] {
			seconds += s.Seconds
		}
		table.Rows = append(table.Rows, append(row, fmt.Sprintf("%.3f", seconds/float64(len(scores[m])))))
	}
	return table, nil
}

func interval(n int, value func(i int) float64, rng *rand.Rand) (string, error) {
	values := make([]float64, n)
	for i := range values {
		values[i] = value(i)
	}
	const level = 0.95
	v, err := metrics.MeanInterval(values, level, rng)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", v.Mean, v.Lo, v.Hi), nil
}
