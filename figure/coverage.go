package figure

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"fringe/radio"
)

// coverageSize is the side of the figure in pixels.
const coverageSize = 800

// WriteCoverage draws where the unflagged visibilities lie in the (u,v) plane, each with its mirror image, u growing to the left as
// East does on the sky. Of very many it draws one of every few.
func WriteCoverage(w io.Writer, v *radio.Visibilities) error {
	unit, name := wavelengths(v)
	var points plotter.XYs
	every := (v.Len() + 5*manyPoints - 1) / (5 * manyPoints)
	reach := 0.0
	for k := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		x, y := v.U[k]/unit, v.V[k]/unit
		reach = math.Max(reach, math.Max(math.Abs(x), math.Abs(y)))
		if k%every == 0 {
			points = append(points, plotter.XY{X: x, Y: y}, plotter.XY{X: -x, Y: -y})
		}
	}
	if !(reach > 0) || math.IsInf(reach, 0) {
		return fmt.Errorf("figure: draw coverage: %w: there are no baselines, or infinite ones", ErrNotFinite)
	}
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = "u ("+name+")", "v ("+name+")"
	dots, err := scatter(points, dataColour, draw.CircleGlyph{}, 1)
	if err != nil {
		return fmt.Errorf("figure: draw coverage: %w", err)
	}
	p.Add(dots)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -1.05*reach, 1.05*reach, -1.05*reach, 1.05*reach
	p.X.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	canvas := newCanvas(coverageSize, coverageSize)
	p.Draw(draw.Crop(draw.New(canvas), 10, -14, 8, -8))
	return encode(w, canvas.Image())
}
