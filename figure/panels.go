package figure

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of a residual figure in pixels.
const (
	plotWidth, plotHeight = 1000, 800
	residualHeight        = 260
)

// ErrNotFinite says that a number to be drawn is NaN or infinite.
var ErrNotFinite = errors.New("not finite")

// write draws data over model above and normalised residuals below on a common x axis.
func write(w io.Writer, xLabel, yLabel string, points []point) error {
	if len(points) == 0 {
		return fmt.Errorf("figure: draw %s: there are no data", yLabel)
	}
	for j, p := range points {
		for _, value := range []float64{p.x, p.data, p.sigma, p.model, p.residual} {
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return fmt.Errorf("figure: draw %s: %w: datum %d is %+v", yLabel, ErrNotFinite, j, p)
			}
		}
	}
	points, yLabel = thinned(points, yLabel)
	data, err := dataPlot(yLabel, points)
	if err != nil {
		return fmt.Errorf("figure: draw %s: %w", yLabel, err)
	}
	residuals, err := residualPlot(xLabel, points)
	if err != nil {
		return fmt.Errorf("figure: draw residuals of %s: %w", yLabel, err)
	}
	canvas := newCanvas(plotWidth, plotHeight)
	whole := draw.Crop(draw.New(canvas), 10, -14, 8, -8)
	upper := draw.Crop(whole, 0, 0, residualHeight/pixelsPerPoint, 0)
	lower := draw.Crop(whole, 0, 0, 0, -upper.Size().Y)
	panels := plot.Align([][]*plot.Plot{{data}, {residuals}}, draw.Tiles{Rows: 2, Cols: 1}, whole)
	data.Draw(sameColumns(upper, panels[0][0]))
	residuals.Draw(sameColumns(lower, panels[1][0]))
	return encode(w, canvas.Image())
}

// thinned returns every n-th point where there are too many to draw, and says so in the label.
func thinned(points []point, label string) ([]point, string) {
	every := (len(points) + manyPoints - 1) / manyPoints
	if every <= 1 {
		return points, label
	}
	var few []point
	for j := 0; j < len(points); j += every {
		few = append(few, points[j])
	}
	return few, fmt.Sprintf("%s, one of %d", label, every)
}

// sameColumns returns c with the left and right edges of aligned, so that the x axes of two panels coincide.
func sameColumns(c, aligned draw.Canvas) draw.Canvas {
	c.Min.X, c.Max.X = aligned.Min.X, aligned.Max.X
	return c
}

// measurements returns the error bars and the dots of measured points.
func measurements(points withErrors) (*plotter.YErrorBars, *plotter.Scatter, error) {
	bars, err := plotter.NewYErrorBars(points)
	if err != nil {
		return nil, nil, err
	}
	bars.Color, bars.CapWidth = dataColour, 0
	dots, err := scatter(points, dataColour, draw.CircleGlyph{}, 1.6)
	return bars, dots, err
}

func dataPlot(yLabel string, points []point) (*plot.Plot, error) {
	p := newPlot()
	p.Y.Label.Text = yLabel
	xys, model := make(withErrors, len(points)), make(plotter.XYs, len(points))
	for j, q := range points {
		xys[j] = q
		model[j] = plotter.XY{X: q.x, Y: q.model}
	}
	bars, measured, err := measurements(xys)
	if err != nil {
		return nil, err
	}
	predicted, err := scatter(model, modelColour, draw.CrossGlyph{}, 2.4)
	if err != nil {
		return nil, err
	}
	p.Add(bars, measured, predicted)
	p.Legend.Add("data, 1σ", measured)
	p.Legend.Add("model", predicted)
	p.Legend.Top = true
	const headroom = 0.16 // of the height, for the legend
	p.Y.Max += headroom * (p.Y.Max - p.Y.Min)
	return p, nil
}

func residualPlot(xLabel string, points []point) (*plot.Plot, error) {
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = xLabel, "(data − model)/σ"
	xys := make(plotter.XYs, len(points))
	for j, q := range points {
		xys[j] = plotter.XY{X: q.x, Y: q.residual / q.sigma}
	}
	dots, err := scatter(xys, dataColour, draw.CircleGlyph{}, 1.6)
	if err != nil {
		return nil, err
	}
	zero := plotter.NewFunction(func(float64) float64 { return 0 })
	zero.Color = color.Gray{160}
	p.Add(zero, dots)
	// The points' symmetric range, at least ±3σ, so that good and bad fits are told apart at a glance.
	reach := math.Max(3, math.Max(p.Y.Max, -p.Y.Min))
	p.Y.Min, p.Y.Max = -reach, reach
	return p, nil
}

// The colours of data and model: dark blue and orange, distinct for colour-blind readers as well.
var (
	dataColour  = color.RGBA{R: 20, G: 50, B: 110, A: 255}
	modelColour = color.RGBA{R: 225, G: 100, B: 10, A: 255}
)

func scatter(xys plotter.XYer, c color.Color, shape draw.GlyphDrawer, radius float64) (*plotter.Scatter, error) {
	s, err := plotter.NewScatter(xys)
	if err != nil {
		return nil, err
	}
	s.GlyphStyle = draw.GlyphStyle{Color: c, Radius: vg.Length(radius), Shape: shape}
	return s, nil
}

// withErrors gives the data to the plotting library as points with symmetric error bars.
type withErrors []point

func (e withErrors) Len() int                         { return len(e) }
func (e withErrors) XY(j int) (x, y float64)          { return e[j].x, e[j].data }
func (e withErrors) YError(j int) (low, high float64) { return e[j].sigma, e[j].sigma }

// newPlot returns an empty plot in the sans-serif type of the sky figures, with ticks at round numbers.
func newPlot() *plot.Plot {
	p := plot.New()
	for _, style := range []*text.Style{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant = "Sans"
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(roundTicks), plot.TickerFunc(roundTicks)
	p.Legend.Padding = vg.Length(2)
	return p
}

// roundTicks puts ticks at multiples of a round step, about five of them.
func roundTicks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / 4)
	var ticks []plot.Tick
	for i := int(math.Ceil(low / step)); float64(i)*step <= high; i++ {
		value := float64(i) * step
		ticks = append(ticks, plot.Tick{Value: value, Label: fmt.Sprintf("%.4g", value)})
	}
	return ticks
}
