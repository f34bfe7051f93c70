package train

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fringe/checkpoints"
	"fringe/figure"
	"fringe/internal/torch"
	"fringe/metrics"
	"fringe/radio"
)

// Shower is a task that shows what its network makes of a few validation examples, the same each time. The loop calls it right
// after [Validator], and draws the examples with [figure.WriteComparisons].
type Shower interface {
	Show(s *torch.Scope) (radio.Grid, []figure.Comparison, error)
}

// shown is how many examples the tasks of this package show.
const shown = 3

// picturesName is the folder in the run's that holds the pictures of the latest validations and of the best one.
const picturesName = "pictures"

// draws reports whether anybody will see a picture.
func (l *loop) draws() bool {
	return l.shower != nil && l.validator != nil && l.cfg.Dir != "" && l.cfg.pictures() > 0
}

// draw returns the picture of a task as PNG.
func draw(s *torch.Scope, task Shower) ([]byte, error) {
	g, rows, err := task.Show(s)
	if err != nil {
		return nil, err
	}
	var png bytes.Buffer
	if err := figure.WriteComparisons(&png, g, rows); err != nil {
		return nil, err
	}
	return png.Bytes(), nil
}

// picturesTo returns the hook that keeps the latest pictures and the best in the folder of a run.
func picturesTo(run string, latest int) Hook {
	dir := filepath.Join(run, picturesName)
	return Hook{Name: "pictures", Do: func(r Report) error {
		if r.Picture == nil {
			return nil
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make the folder of pictures: %w", err)
		}
		err := checkpoints.ReplaceFile(dir, fmt.Sprintf("step-%06d.png", r.Step), r.Picture)
		if err == nil && r.Best {
			err = checkpoints.ReplaceFile(dir, "best.png", r.Picture)
		}
		return errors.Join(err, removeLeftovers(dir), keepLatest(dir, latest, r.Step))
	}}
}

// removeLeftovers removes what a killed run was just writing.
func removeLeftovers(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("list the pictures: %w", err)
	}
	for _, e := range entries {
		if !checkpoints.IsLeftover(e.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a picture that was cut short: %w", err)
		}
	}
	return nil
}

// Show shows the first skies of the validation, each at another noise level: noisy, denoised and true.
func (d *Denoising) Show(s *torch.Scope) (g radio.Grid, rows []figure.Comparison, err error) {
	defer torch.Catch(&err)
	b := DenoisingBatch{Side: d.side}
	n := d.side * d.side
	for k, chunk := range d.validation[:len(d.levels)] {
		i := min(k, len(chunk.Sigma)-1)
		b.Clean = append(b.Clean, chunk.Clean[i*n:(i+1)*n]...)
		b.Noisy = append(b.Noisy, chunk.Noisy[i*n:(i+1)*n]...)
		b.Sigma = append(b.Sigma, chunk.Sigma[i])
	}
	outputs, err := values(s, func(s *torch.Scope) (*torch.Tensor, error) {
		out, _, _, err := d.denoise(s, b)
		return out, err
	})
	if err != nil {
		return g, nil, err
	}
	for k, sigma := range b.Sigma {
		row := figure.Comparison{Input: wide(b.Noisy[k*n : (k+1)*n]), Output: outputs[k*n : (k+1)*n], Truth: wide(b.Clean[k*n : (k+1)*n])}
		if row.InputTitle, err = withPSNR(fmt.Sprintf("noise %.2g", sigma), row.Truth, row.Input); err != nil {
			return g, nil, err
		}
		if row.OutputTitle, err = withPSNR("output", row.Truth, row.Output); err != nil {
			return g, nil, err
		}
		rows = append(rows, row)
	}
	return radio.Grid{NX: d.side, NY: d.side, CellRad: 1}, rows, nil
}

// Show shows the first observations of the validation: dirty image, reconstruction and truth, in network units.
func (r *Reconstruction) Show(s *torch.Scope) (g radio.Grid, rows []figure.Comparison, err error) {
	defer torch.Catch(&err)
	first := r.validation[0]
	g = first.Grid
	n, count := g.Len(), min(shown, first.Len())
	b := &Observed{Grid: g, Problems: first.Problems[:count], Truth: first.Truth[:count*n], Peak: first.Peak[:count]}
	outputs, err := values(s, func(s *torch.Scope) (*torch.Tensor, error) {
		out, _, _, err := r.reconstruct(s, b)
		return out, err
	})
	if err != nil {
		return g, nil, err
	}
	for k, problem := range b.Problems {
		row := figure.Comparison{
			InputTitle: fmt.Sprintf("dirty image %d", k+1),
			Input:      wide(problem.Dirty), Output: outputs[k*n : (k+1)*n], Truth: wide(b.Truth[k*n : (k+1)*n]), InputPeak: 1,
		}
		for i := range row.Input { // in units of its peak
			row.Input[i] *= float64(problem.Gain)
		}
		if row.OutputTitle, err = withPSNR("output", row.Truth, row.Output); err != nil {
			return g, nil, err
		}
		rows = append(rows, row)
	}
	return g, rows, nil
}

// values returns the numbers of a tensor, and frees all that computing it made.
func values(s *torch.Scope, compute func(s *torch.Scope) (*torch.Tensor, error)) (out []float64, err error) {
	s.Tidy(func(s *torch.Scope) *torch.Tensor {
		var x *torch.Tensor
		if x, err = compute(s); err == nil {
			out = s.Float64s(x)
		}
		return nil
	})
	return out, err
}

// withPSNR returns a title with the PSNR of an image.
func withPSNR(title string, truth, img []float64) (string, error) {
	db, err := metrics.PSNR(truth, img)
	if err != nil {
		return "", fmt.Errorf("train: compare with the truth: %w", err)
	}
	return fmt.Sprintf("%s, %.1f dB", title, db), nil
}

// wide returns the values in float64.
func wide(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}

var (
	_ Shower = (*Denoising)(nil)
	_ Shower = (*Reconstruction)(nil)
)
