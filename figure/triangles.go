package figure

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"fringe/radio"
)

// WriteTriangles draws closure phases (degrees) with error bars against the area of their triangle in the (u,v) plane above and
// against time below. A source with a centre of symmetry has 0 or 180° everywhere, and a triangle of no area sees a point. c was
// made from v by radio.ClosurePhases. Of very many it draws one of every few, and says so.
func WriteTriangles(w io.Writer, v *radio.Visibilities, c *radio.Closures) error {
	if c.Order != 3 || c.Len() == 0 {
		return fmt.Errorf("figure: draw closure phases: there are %d closure quantities of %d visibilities each, want some of 3", c.Len(), c.Order)
	}
	unit, name := wavelengths(v)
	every := (c.Len() + manyPoints - 1) / manyPoints
	day := math.Floor(v.RefMJD + c.TimeSec[0]/86400)
	var byArea, byTime withErrors
	for j := 0; j < c.Len(); j += every {
		p := point{data: degreesOf(c.Value[j]), sigma: degreesOf(c.Sigma[j])}
		p.x = triangleArea(v, c, j) / (unit * unit)
		if !finite(p.x) || !finite(p.data) || !finite(p.sigma) || !finite(c.TimeSec[j]) {
			return fmt.Errorf("figure: draw closure phases: %w: number %d is %g° ± %g°", ErrNotFinite, j, p.data, p.sigma)
		}
		byArea = append(byArea, p)
		p.x = 24*(v.RefMJD-day) + c.TimeSec[j]/3600
		byTime = append(byTime, p)
	}
	upper, err := closurePlot(byArea, "area of the triangle ("+name+"²)")
	if err != nil {
		return fmt.Errorf("figure: draw closure phases: %w", err)
	}
	lower, err := closurePlot(byTime, fmt.Sprintf("time (hours UTC of MJD %.0f)", day))
	if err != nil {
		return fmt.Errorf("figure: draw closure phases: %w", err)
	}
	if every > 1 {
		lower.X.Label.Text += fmt.Sprintf(", one triangle of %d", every)
	}
	return writeStacked(w, upper, lower)
}

// triangleArea returns half the absolute cross product of the first two baselines of closure phase j, as they run around the
// triangle, in squared wavelengths.
func triangleArea(v *radio.Visibilities, c *radio.Closures, j int) float64 {
	a, b := c.Index[3*j], c.Index[3*j+1]
	return math.Abs(v.U[a]*v.V[b]-v.V[a]*v.U[b]) / 2
}

func closurePlot(points withErrors, xLabel string) (*plot.Plot, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = xLabel, "closure phase (°)"
	zero := plotter.NewFunction(func(float64) float64 { return 0 })
	zero.Color = color.Gray{160}
	bars, err := plotter.NewYErrorBars(points)
	if err != nil {
		return nil, err
	}
	bars.Color, bars.CapWidth = dataColour, 0
	dots, err := scatter(points, dataColour, draw.CircleGlyph{}, 1.6)
	if err != nil {
		return nil, err
	}
	p.Add(zero, bars, dots)
	fullTurn(p)
	if p.X.Min == p.X.Max {
		p.X.Min, p.X.Max = p.X.Min-0.5, p.X.Max+0.5
	}
	return p, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
