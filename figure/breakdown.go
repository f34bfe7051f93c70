package figure

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Breakdown is the reduced χ² of parts of one kind of data.
type Breakdown struct {
	Name   string    // of the kind
	Labels []string  // of the parts: stations, or ranges of baselines
	Chi2   []float64 // as many as labels
}

const breakdownWidth, breakdownHeight = 900, 420

// WriteBreakdown draws the reduced χ² of every part for all kinds together, which share their labels, with a line at 1. title says
// what the parts are.
func WriteBreakdown(w io.Writer, title string, kinds []Breakdown) error {
	if len(kinds) == 0 || len(kinds[0].Labels) == 0 {
		return fmt.Errorf("figure: draw %s: there is nothing", title)
	}
	labels := kinds[0].Labels
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = title, "reduced χ²"
	one := plotter.NewFunction(func(float64) float64 { return 1 })
	one.Color = color.Gray{140}
	p.Add(one)
	colours := []color.Color{dataColour, modelColour, color.RGBA{R: 30, G: 140, B: 90, A: 255}, color.RGBA{R: 150, G: 60, B: 150, A: 255}, color.Gray{80}}
	top := 2.0
	for i, kind := range kinds {
		if len(kind.Chi2) != len(labels) || len(kind.Labels) != len(labels) {
			return fmt.Errorf("figure: draw %s: %s has %d values for %d labels", title, kind.Name, len(kind.Chi2), len(labels))
		}
		var points plotter.XYs
		for j, value := range kind.Chi2 {
			if math.IsNaN(value) || math.IsInf(value, 0) {
				continue // the part has no such data
			}
			top = math.Max(top, value)
			points = append(points, plotter.XY{X: float64(j) + 0.12*(float64(i)-float64(len(kinds)-1)/2), Y: value})
		}
		if len(points) == 0 {
			continue
		}
		dots, err := scatter(points, colours[i%len(colours)], draw.CircleGlyph{}, 3)
		if err != nil {
			return fmt.Errorf("figure: draw %s: %w", title, err)
		}
		p.Add(dots)
		p.Legend.Add(kind.Name, dots)
	}
	p.Legend.Top = true
	p.X.Tick.Marker = plot.ConstantTicks(ticks(labels))
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(len(labels))-0.5, 0, 1.2*top
	if len(strings.Join(labels, "")) > 80 {
		p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign = math.Pi/9, draw.XRight
	}
	canvas := newCanvas(breakdownWidth, breakdownHeight)
	p.Draw(draw.Crop(draw.New(canvas), vg.Length(8), -12, 6, -6))
	return encode(w, canvas.Image())
}

func ticks(labels []string) []plot.Tick {
	all := make([]plot.Tick, len(labels))
	for i, label := range labels {
		all[i] = plot.Tick{Value: float64(i), Label: label}
	}
	return all
}
