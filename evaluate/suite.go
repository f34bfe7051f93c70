package evaluate

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/floats"

	"fringe/data"
	"fringe/metrics"
	"fringe/radio"
)

// Method makes an image of calibrated visibilities. It never sees the truth.
type Method interface {
	Name() string
	// Image returns Jy/pixel on g, in FITS order, len g.Len(). v is the caller's and stays as it is. An image that was cut
	// short because ctx ended is not scored, whether it comes with an error or not.
	Image(ctx context.Context, g radio.Grid, v *radio.Visibilities) ([]float64, error)
}

// Unitless is a Method whose images have no unit in common with the truth, such as dirty images in Jy/beam. The suite
// multiplies each by the factor that brings it closest to its truth (least squares) before it is scored, which is more than a
// user could do.
type Unitless interface {
	Method
	// Unitless only marks the method.
	Unitless()
}

// Score is how well one image agrees with its truth.
type Score struct {
	PSNR    float64 `json:"psnr_db"` // the data range is the peak of the truth
	NRMSE   float64 `json:"nrmse"`   // error over truth, Euclidean norms
	NXCorr  float64 `json:"nxcorr"`  // normalised cross-correlation
	Seconds float64 `json:"seconds"` // time to image, without simulating
}

// Suite is a set of simulated observations: examples 0 to Count−1 of a split of Pairs.
type Suite struct {
	Pairs data.PairConfig
	Split data.Split
	Count int
	// Progress, when not nil, is called after each example.
	Progress func(done int)
}

// Stopped is the error of a run whose context ended: the scores of Done of Count observations are complete.
type Stopped struct {
	Done, Count int
	What        string // is counted; "" for observations
	Cause       error  // of the context
}

// Error says how far the run came.
func (e *Stopped) Error() string {
	return fmt.Sprintf("evaluate: stopped after %d of %d %s: %v", e.Done, e.Count, cmp.Or(e.What, "observations"), e.Cause)
}

// Unwrap returns the cause.
func (e *Stopped) Unwrap() error { return e.Cause }

// Run images every example with every method: scores[m][i] belongs to method m and example i. It stops at the first error.
// When ctx ends it returns the scores of the examples that all methods have imaged, with a [*Stopped]. now tells the time.
func (u Suite) Run(ctx context.Context, methods []Method, now func() time.Time) ([][]Score, error) {
	var err error
	if u.Pairs, err = u.Pairs.Load(); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	scores := make([][]Score, len(methods))
	for i := range u.Count {
		row, err := u.example(ctx, uint64(i), methods, now)
		if cause := ctx.Err(); cause != nil {
			return scores, &Stopped{Done: i, Count: u.Count, Cause: cause}
		}
		if err != nil {
			return nil, err
		}
		for m, score := range row {
			scores[m] = append(scores[m], score)
		}
		if u.Progress != nil {
			u.Progress(i + 1)
		}
	}
	return scores, nil
}

// example returns the score of every method on one example. When ctx ends it returns early, and what it returns means nothing.
func (u Suite) example(ctx context.Context, index uint64, methods []Method, now func() time.Time) ([]Score, error) {
	pair, err := u.Pairs.Pair(u.Split, index)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	var row []Score
	for _, method := range methods {
		if ctx.Err() != nil {
			return nil, nil
		}
		start := now()
		image, err := method.Image(ctx, pair.Grid, pair.Vis)
		seconds := now().Sub(start).Seconds()
		if ctx.Err() != nil {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("evaluate: %s, %s example %d: %w", method.Name(), u.Split, index, err)
		}
		if _, ok := method.(Unitless); ok {
			image = closest(image, pair.Truth)
		}
		score, err := scoreOf(pair.Truth, image)
		if err != nil {
			return nil, fmt.Errorf("evaluate: %s, %s example %d: %w", method.Name(), u.Split, index, err)
		}
		score.Seconds = seconds
		row = append(row, score)
	}
	return row, nil
}

// closest returns the multiple of the image that is closest to the truth: c·image with c = ⟨image, truth⟩/⟨image, image⟩. A
// black image stays black. Images of different lengths are left for the metrics to refuse.
func closest(image, truth []float64) []float64 {
	if len(image) != len(truth) {
		return image
	}
	norm := floats.Dot(image, image)
	if norm == 0 {
		return image
	}
	return floats.ScaleTo(make([]float64, len(image)), floats.Dot(image, truth)/norm, image)
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
