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

// Line is a curve through points in the order of X.
type Line struct {
	Name string
	X, Y []float64
}

// LineStyle says how lines are drawn.
type LineStyle struct {
	XLabel, YLabel string
	Log            bool    // a logarithmic axis of Y; values that are not positive are left out
	Smooth         float64 // see smoothed, at least 0 and below 1; with it the lines themselves are pale
}

const linesWidth, linesHeight = 900, 480

// WriteLines draws lines into one plot. Values that are not finite are left out; when none is left that is an error.
func WriteLines(w io.Writer, lines []Line, style LineStyle) error {
	if !(style.Smooth >= 0 && style.Smooth < 1) {
		return fmt.Errorf("figure: draw lines: smoothing is %g, must be at least 0 and below 1", style.Smooth)
	}
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = style.XLabel, style.YLabel
	if style.Log {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	colours := []color.RGBA{{A: 255}, dataColour, modelColour, {R: 30, G: 140, B: 90, A: 255}, {R: 150, G: 60, B: 150, A: 255}, {R: 190, G: 160, A: 255}, {R: 90, G: 170, B: 220, A: 255}}
	low, high := math.Inf(1), math.Inf(-1)
	for i, l := range lines {
		points := l.points(style.Log)
		for _, q := range points {
			low, high = math.Min(low, q.Y), math.Max(high, q.Y)
		}
		if len(points) == 0 {
			continue
		}
		if err := addLine(p, l.Name, points, colours[i%len(colours)], style.Smooth); err != nil {
			return fmt.Errorf("figure: draw lines: %w", err)
		}
	}
	if low > high {
		return fmt.Errorf("figure: draw lines: %w: there is no value to draw", ErrNotFinite)
	}
	p.Legend.Top = true
	p.Y.Min, p.Y.Max = limits(low, high, style.Log, len(lines))
	if p.X.Min == p.X.Max {
		p.X.Max++
	}
	canvas := newCanvas(linesWidth, linesHeight)
	p.Draw(draw.Crop(draw.New(canvas), 8, -14, 6, -8))
	return encode(w, canvas.Image())
}

// points returns the points that can be drawn.
func (l Line) points(log bool) (points plotter.XYs) {
	for k, y := range l.Y {
		if !math.IsNaN(y) && !math.IsInf(y, 0) && (y > 0 || !log) {
			points = append(points, plotter.XY{X: l.X[k], Y: y})
		}
	}
	return points
}

// addLine adds a line, or with smoothing a pale one and its smoothed values.
func addLine(p *plot.Plot, name string, points plotter.XYs, c color.RGBA, smooth float64) error {
	if smooth > 0 && len(points) > 2 {
		raw, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		const pale = 4
		raw.Color, raw.Width = color.NRGBA{c.R, c.G, c.B, 255 / pale}, vg.Length(0.8)
		p.Add(raw)
		points = smoothed(points, smooth)
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = c, vg.Length(1.2)
	p.Add(line)
	p.Legend.Add(name, line)
	const few = 12 // points that are worth a dot; one alone would not be seen without
	if len(points) > few {
		return nil
	}
	dots, err := scatter(points, c, draw.CircleGlyph{}, 1.6)
	if err != nil {
		return err
	}
	p.Add(dots)
	return nil
}

// smoothed returns at each point the weighted mean of the values so far, where each counts decay times as much as the one after it.
func smoothed(points plotter.XYs, decay float64) plotter.XYs {
	out, sum, weight := make(plotter.XYs, len(points)), 0.0, 0.0
	for k, q := range points {
		sum, weight = decay*sum+q.Y, decay*weight+1
		out[k] = plotter.XY{X: q.X, Y: sum / weight}
	}
	return out
}

// limits returns the ends of the axis for values from low to high, with room for a legend of as many entries. Of a logarithmic axis at most
// eight decades are shown.
func limits(low, high float64, log bool, entries int) (from, to float64) {
	const below, above, each = 0.06, 0.05, 0.07 // of the range; each is the height of an entry
	if log {
		from, to = limits(math.Log(math.Max(low, high*1e-8)), math.Log(high), false, entries)
		return math.Exp(from), math.Exp(to)
	}
	size := high - low
	if size == 0 {
		size = math.Max(1, math.Abs(high)) * 0.5
	}
	return low - below*size, high + (above+each*float64(entries))*size
}
