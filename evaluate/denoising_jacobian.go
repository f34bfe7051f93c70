package evaluate

import (
	"context"
	"fmt"
	"slices"

	"fringe/internal/torch"
	"fringe/train"
)

// Jacobians says how the Jacobians of a denoiser are measured. The zero value is ready to use.
type Jacobians struct {
	Images     int     `yaml:"images"`     // at each level, evenly from the families; 0 means 200
	Iterations int     `yaml:"iterations"` // cap of the power method; 0 means 100
	Tolerance  float64 `yaml:"tolerance"`  // ends it when ten iterations raise no norm by more than this part; 0 means 1e-3
}

// WithDefaults returns the config with its zero fields replaced by what they mean.
func (j Jacobians) WithDefaults() Jacobians {
	if j.Images == 0 {
		j.Images = 200
	}
	if j.Iterations == 0 {
		j.Iterations = 100
	}
	if j.Tolerance == 0 {
		j.Tolerance = 1e-3
	}
	return j
}

// Validate says which field is wrong and what it may be.
func (j Jacobians) Validate() error {
	j = j.WithDefaults()
	switch {
	case j.Images < 1 || j.Images > 100_000:
		return fmt.Errorf("evaluate: jacobian.images is %d, must be between 1 and 100000", j.Images)
	case j.Iterations <= train.SettlingWindow || j.Iterations > 100_000:
		return fmt.Errorf("evaluate: jacobian.iterations is %d, must be between %d and 100000", j.Iterations, train.SettlingWindow+1)
	case !(j.Tolerance > 0 && j.Tolerance < 1):
		return fmt.Errorf("evaluate: jacobian.tolerance is %g, must lie between 0 and 1", j.Tolerance)
	}
	return nil
}

// JacobianLimit is what a norm may be to count as firm: 1 and a little for the rounding of float32.
const JacobianLimit = 1.01

// JacobianSummary is how much a denoiser D expands at one level. The norms are lower bounds that rise with iterations.
type JacobianSummary struct {
	Method    string       `json:"method"`
	Sigma     float64      `json:"sigma"`
	Images    int          `json:"images"`
	Denoiser  LargestNorms `json:"denoiser"`  // ‖∇D‖
	Reflected LargestNorms `json:"reflected"` // ‖∇(2D − I)‖, at most 1 where D is firmly nonexpansive
}

// LargestNorms sums up the norms of a set of Jacobians.
type LargestNorms struct {
	Median    float64 `json:"median"`
	Largest   float64 `json:"largest"`
	Above     float64 `json:"share_above_1.01"`
	Unsettled int     `json:"unsettled"` // images whose iterations hit the cap
}

// MeasureJacobians measures a network at noisy skies of the judged split, at every level of the suite, taking the families in turn.
func (u DenoisingSuite) MeasureJacobians(ctx context.Context, t Trained, families []string, c Jacobians) (found []JacobianSummary, err error) {
	c = c.WithDefaults()
	if u.Skies, err = u.Skies.Load(); err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	for _, sigma := range u.Levels {
		row := JacobianSummary{Method: t.Label, Sigma: sigma}
		var norms [2][]float64
		for k, family := range families {
			count := (c.Images + len(families) - 1 - k) / len(families)
			_, noisy, err := skies{u.Skies, u.Seed}.draw(u.Split, family, u.first(), count, sigma)
			if err != nil {
				return found, err
			}
			for m, change := range []func(denoiser train.TensorMap) train.TensorMap{itself, train.Reflected} {
				some, unsettled, err := c.measure(ctx, t, change, noisy)
				if err != nil {
					return found, fmt.Errorf("evaluate: Jacobian of %s on %s with noise %g: %w", t.Label, family, sigma, err)
				}
				norms[m] = append(norms[m], some...)
				[]*LargestNorms{&row.Denoiser, &row.Reflected}[m].Unsettled += unsettled
			}
		}
		row.Images = len(norms[0])
		row.Denoiser.take(norms[0])
		row.Reflected.take(norms[1])
		found = append(found, row)
		if u.Measured != nil {
			u.Measured(row)
		}
	}
	return found, nil
}

// itself is the denoiser without a change.
func itself(denoiser train.TensorMap) train.TensorMap { return denoiser }

// measure returns the norm of what change makes of a denoiser at each image.
func (c Jacobians) measure(
	ctx context.Context, t Trained, change func(denoiser train.TensorMap) train.TensorMap, noisy Noisy,
) (norms []float64, unsettled int, err error) {
	const together = 4 // images at a time: the derivatives keep every layer of the network
	for first := 0; first < len(noisy.Images); first += together {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		part := noisy.slice(first, min(first+together, len(noisy.Images)))
		err := torch.Do(func(s *torch.Scope) error {
			x, sigma := part.tensors(s)
			at := func(s *torch.Scope, x *torch.Tensor) (*torch.Tensor, error) { return t.forward(s, x, sigma) }
			some, settled, err := train.SettledJacobianNorm(s, change(at), x, x, c.Tolerance, c.Iterations)
			if err != nil {
				return err
			}
			norms = append(norms, some...)
			for _, done := range settled {
				if !done {
					unsettled++
				}
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return norms, unsettled, nil
}

// take sums up norms.
func (l *LargestNorms) take(norms []float64) {
	sorted := slices.Sorted(slices.Values(norms))
	l.Median, l.Largest = sorted[len(sorted)/2], sorted[len(sorted)-1]
	for _, n := range norms {
		if n > JacobianLimit {
			l.Above += 1 / float64(len(norms))
		}
	}
}

// JacobianTable returns a table of norms.
func JacobianTable(rows []JacobianSummary) Table {
	t := Table{
		Columns: []string{"denoiser D", "noise", "images", "‖∇D‖ median", "largest", "above 1.01", "‖∇(2D − I)‖ median", "largest", "above 1.01", "unsettled"},
		Caption: "norms of Jacobians by the power method, from below; D is firmly nonexpansive where ‖∇(2D − I)‖ ≤ 1; unsettled norms would still have risen",
	}
	for _, r := range rows {
		line := []string{r.Method, fmt.Sprint(r.Sigma), fmt.Sprint(r.Images)}
		for _, n := range []LargestNorms{r.Denoiser, r.Reflected} {
			line = append(line, fmt.Sprintf("%.4f", n.Median), fmt.Sprintf("%.4f", n.Largest), fmt.Sprintf("%.1f %%", 100*n.Above))
		}
		t.Rows = append(t.Rows, append(line, fmt.Sprint(r.Denoiser.Unsettled+r.Reflected.Unsettled)))
	}
	return t
}
