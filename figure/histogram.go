package figure

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Residuals are normalised residuals (data − model)/σ of one kind of data, which N(0,1) describes where model and errors are right.
type Residuals struct {
	Name   string
	Values []float64
}

// Size of one histogram in pixels, and where it ends, in σ: what lies beyond is counted in the last bins.
const (
	histogramWidth, histogramHeight = 480, 380
	histogramReach                  = 5
	histogramBins                   = 40
)

// WriteHistograms draws a histogram of each kind of residuals, side by side, with the normal density over it.
func WriteHistograms(w io.Writer, kinds []Residuals) error {
	if len(kinds) == 0 {
		return fmt.Errorf("figure: draw residuals: there are none")
	}
	columns := min(len(kinds), 2)
	rows := (len(kinds) + columns - 1) / columns
	canvas := newCanvas(histogramWidth*columns, histogramHeight*rows)
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 6, PadY: 6, PadTop: 6, PadBottom: 4, PadLeft: 4, PadRight: 10}
	whole := draw.New(canvas)
	for i, kind := range kinds {
		p, err := histogram(kind)
		if err != nil {
			return fmt.Errorf("figure: draw residuals of %s: %w", kind.Name, err)
		}
		p.Draw(tiles.At(whole, i%columns, i/columns))
	}
	return encode(w, canvas.Image())
}

func histogram(kind Residuals) (*plot.Plot, error) {
	if len(kind.Values) == 0 {
		return nil, fmt.Errorf("there are none")
	}
	const width = 2.0 * histogramReach / histogramBins
	bins := make([]plotter.HistogramBin, histogramBins)
	for i := range bins {
		bins[i].Min, bins[i].Max = -histogramReach+float64(i)*width, -histogramReach+float64(i+1)*width
	}
	for _, v := range kind.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%w: one is %g", ErrNotFinite, v)
		}
		i := int(math.Floor((v + histogramReach) / width))
		bins[min(max(i, 0), histogramBins-1)].Weight += 1 / (width * float64(len(kind.Values)))
	}
	h := &plotter.Histogram{Bins: bins, Width: width, FillColor: dataColour}
	h.LineStyle.Width = vg.Length(0)
	normal := plotter.NewFunction(func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) })
	normal.Color, normal.Width, normal.Samples = modelColour, vg.Length(1.4), 200
	p := newPlot()
	p.Title.Text, p.Title.TextStyle.Font.Variant = fmt.Sprintf("%s: %d data", kind.Name, len(kind.Values)), "Sans"
	p.X.Label.Text, p.Y.Label.Text = "(data − model)/σ", "density"
	p.Add(h, normal)
	p.Legend.Add("N(0,1)", normal)
	p.Legend.Top = true
	p.X.Min, p.X.Max, p.Y.Min = -histogramReach, histogramReach, 0
	p.Y.Max = math.Max(p.Y.Max, 0.45)
	return p, nil
}
