package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"

	"fringe/infer"
	"fringe/internal/torch"
	"fringe/metrics"
	"fringe/radio"
)

// butterfly compares images of MPoL's mock sky, a butterfly, from the same noisy visibilities on the same pixels: total variation with its
// strength chosen by cross-validation, which sees the data only, and MPoL's gridded fit with entropy and total variation with
// the strengths that are best when one knows the truth. The error is that against the true sky, both at a resolution of 0.06″.
func butterfly(s *session) ([]Row, error) {
	if _, err := os.Stat(mockData); err != nil {
		fmt.Fprintf(os.Stderr, "butterfly: left out, because MPoL's mock data are not at %s\n", mockData)
		return nil, nil
	}
	m, err := newMock()
	if err != nil {
		return nil, err
	}
	chosen, err := m.crossValidated()
	if err != nil {
		return nil, err
	}
	ours, err := m.nrmse(chosen)
	if err != nil {
		return nil, err
	}
	best, err := m.mpolOracle(s)
	if err != nil {
		return nil, err
	}
	row := newRow("butterfly: NRMSE at 0.06″, cross-validated / MPoL oracle", "", []pair{{ours, best}})
	row.Target, row.Met = "ratio < 1", row.Ratio < 1
	return []Row{row}, nil
}

// crossValidated images the data with total variation. The search starts at a strength that is certainly too large: the fits of
// strong priors are the easiest, and each of the others starts from one, so that 150 iterations are enough.
func (m *mock) crossValidated() ([]float64, error) {
	const folds, strongest = 5, "tv=1000"
	scale := infer.Scale{Grid: m.grid, FluxJy: fluxJy, BeamRad: resolution}
	start, err := infer.StartFlat(m.grid, fluxJy)
	if err != nil {
		return nil, err
	}
	p := infer.Problem{Grid: m.grid, Start: start}
	if p.Terms, err = infer.ParseRegularizers(strongest, scale); err != nil {
		return nil, err
	}
	search := infer.StrengthSearch{Vis: m.vis, Solve: func(ctx context.Context, p infer.Problem) (*infer.Result, error) {
		return infer.RML(ctx, p, infer.RMLConfig{MaxIterations: 150})
	}}
	if search.Folds, err = radio.CellFolds(m.vis, m.grid, folds, rand.New(rand.NewPCG(2, 0))); err != nil {
		return nil, err
	}
	// A fold per core, and each on one thread.
	if err := torch.SetThreads(1); err != nil {
		return nil, err
	}
	defer func() { _ = torch.SetThreads(threads) }()
	p, table, err := search.Choose(context.Background(), p, infer.CVConfig{Rule: infer.StrongestAlike, Workers: min(threads, runtime.NumCPU())})
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "butterfly: strengths of tv, as factors of 1000, by 5-fold cross-validation over (u,v) cells")
	if err := table.Write(os.Stderr); err != nil {
		return nil, err
	}
	return m.fit(p)
}

// fit images all data.
func (m *mock) fit(p infer.Problem) ([]float64, error) {
	data, err := infer.GramData(m.grid)(m.vis)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	p.Terms = append(data.Terms, p.Terms...)
	result, err := infer.RML(context.Background(), p, infer.RMLConfig{MaxIterations: 500})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "butterfly: the image of all data: %d iterations, %s, reduced χ² %.4f\n",
		result.Iterations, result.Stop, 2*result.Values["vis"]/float64(data.Len))
	return result.Image, nil
}

// nrmse returns the error of an image (Jy/pixel) at the resolution of the comparison.
func (m *mock) nrmse(image []float64) (float64, error) {
	return metrics.NRMSE(m.truth, infer.Blur(m.grid, image, resolution))
}
