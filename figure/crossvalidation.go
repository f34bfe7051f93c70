package figure

import (
	"errors"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Size of one panel of a cross-validation in pixels.
const scoreWidth, scoreHeight = 480, 400

// Scores are the candidates of a cross-validation: element i of each slice belongs to candidate i.
type Scores struct {
	Names     []string    // of the strengths
	Strengths [][]float64 // of every candidate, as many as Names, positive
	Mean, Err []float64   // held-out reduced χ² and its error
	Chosen    int
}

// WriteScores draws the held-out score of every candidate with error bars against each of its strengths, a panel side by side for
// each strength, with the choice in orange. Along one strength the lowest points make the curve; others differ from it by their
// other strengths.
func WriteScores(w io.Writer, s Scores) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("figure: draw cross-validation: %w", err)
	}
	canvas := newCanvas(scoreWidth*len(s.Names), scoreHeight)
	whole := draw.Crop(draw.New(canvas), 6, -10, 6, -6)
	width := whole.Size().X / vg.Length(len(s.Names))
	for i, name := range s.Names {
		p, err := s.panel(i, name)
		if err != nil {
			return fmt.Errorf("figure: draw cross-validation: %w", err)
		}
		left := vg.Length(i) * width
		p.Draw(draw.Crop(whole, left, left+width-whole.Size().X, 0, 0))
	}
	return encode(w, canvas.Image())
}

func (s Scores) check() error {
	n := len(s.Mean)
	if n == 0 || len(s.Names) == 0 {
		return errors.New("there are no candidates or no strengths")
	}
	if len(s.Strengths) != n || len(s.Err) != n || s.Chosen < 0 || s.Chosen >= n {
		return fmt.Errorf("%d candidates with %d vectors of strengths, %d errors, number %d chosen", n, len(s.Strengths), len(s.Err), s.Chosen)
	}
	for i, strengths := range s.Strengths {
		if len(strengths) != len(s.Names) {
			return fmt.Errorf("candidate %d has %d strengths, want %d", i, len(strengths), len(s.Names))
		}
		for _, v := range append([]float64{s.Mean[i], s.Err[i]}, strengths...) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%w: candidate %d has score %g ± %g, strengths %g", ErrNotFinite, i, s.Mean[i], s.Err[i], strengths)
			}
		}
		for _, v := range strengths {
			if v <= 0 {
				return fmt.Errorf("candidate %d has the strength %g, which has no place on a logarithmic axis", i, v)
			}
		}
	}
	return nil
}

// panel draws all candidates against strength i.
func (s Scores) panel(i int, name string) (*plot.Plot, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "strength of "+name, "held-out χ²"
	all := make(withErrors, len(s.Mean))
	for k, mean := range s.Mean {
		all[k] = point{x: s.Strengths[k][i], data: mean, sigma: s.Err[k]}
	}
	bars, err := plotter.NewYErrorBars(all)
	if err != nil {
		return nil, err
	}
	bars.Color = dataColour
	dots, err := scatter(all, dataColour, draw.CircleGlyph{}, 2.2)
	if err != nil {
		return nil, err
	}
	chosen, err := scatter(all[s.Chosen:s.Chosen+1], modelColour, draw.CircleGlyph{}, 3.2)
	if err != nil {
		return nil, err
	}
	p.Add(bars, dots, chosen)
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.X.Min, p.X.Max = p.X.Min/1.5, p.X.Max*1.5
	return p, nil
}
