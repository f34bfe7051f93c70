package figure

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is a quantity at every iteration.
type Curve struct {
	Name   string
	Values []float64
}

const convergenceWidth, convergenceHeight = 900, 480

// WriteConvergence draws the curves against the iteration, on a logarithmic axis; values that are not positive are left out.
func WriteConvergence(w io.Writer, curves []Curve) error {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "iteration", "value"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	colours := []color.Color{color.Black, dataColour, modelColour, color.RGBA{R: 30, G: 140, B: 90, A: 255}, color.RGBA{R: 150, G: 60, B: 150, A: 255}}
	low, high, last := math.Inf(1), 0.0, 1
	for i, c := range curves {
		var points plotter.XYs
		for k, value := range c.Values {
			if value > 0 && !math.IsInf(value, 0) {
				points = append(points, plotter.XY{X: float64(k), Y: value})
				low, high = math.Min(low, value), math.Max(high, value)
				last = max(last, k)
			}
		}
		if len(points) == 0 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return fmt.Errorf("figure: draw convergence: %w", err)
		}
		line.Color, line.Width = colours[i%len(colours)], vg.Length(1.2)
		p.Add(line)
		p.Legend.Add(c.Name, line)
	}
	if high == 0 {
		return fmt.Errorf("figure: draw convergence: %w: no value is positive", ErrNotFinite)
	}
	p.Legend.Top = true
	p.X.Min, p.X.Max = 0, float64(last)
	p.Y.Min, p.Y.Max = math.Max(low/1.3, high*1e-8), high*1.3
	canvas := newCanvas(convergenceWidth, convergenceHeight)
	p.Draw(draw.Crop(draw.New(canvas), 8, -14, 6, -8))
	return encode(w, canvas.Image())
}
