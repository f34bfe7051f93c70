package figure

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"
	"math/cmplx"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"fringe/radio"
)

// faintSNR is the signal-to-noise ratio below which WriteRadial draws a visibility in grey: its phase says little.
const faintSNR = 3

var faintColour = color.RGBA{R: 170, G: 180, B: 195, A: 255}

// WriteRadial draws amplitude (Jy) and phase (degrees) of the unflagged visibilities of v against the length of their baselines.
// Those below 3σ are grey. Of very many it draws one of every few, and says so.
func WriteRadial(w io.Writer, v *radio.Visibilities) error {
	unit, name := wavelengths(v)
	every := (v.Len() + 2*manyPoints - 1) / (2 * manyPoints)
	var amplitudes, phases [2]plotter.XYs // faint ones first, so that the others lie over them
	unflagged := 0
	for k, value := range v.Vis {
		if v.Flagged(k) {
			continue
		}
		if unflagged++; (unflagged-1)%every != 0 {
			continue
		}
		x, amplitude := v.UVDistance(k)/unit, cmplx.Abs(value)
		strength := 0
		if amplitude*math.Sqrt(v.Weight[k]) >= faintSNR {
			strength = 1
		}
		amplitudes[strength] = append(amplitudes[strength], plotter.XY{X: x, Y: amplitude})
		phases[strength] = append(phases[strength], plotter.XY{X: x, Y: degreesOf(cmplx.Phase(value))})
	}
	if unflagged == 0 {
		return errors.New("figure: draw amplitudes and phases: there are no unflagged visibilities")
	}
	upper, lower := newPlot(), newPlot()
	upper.Y.Label.Text, lower.Y.Label.Text = "amplitude (Jy)", "phase (°)"
	lower.X.Label.Text = "baseline length (" + name + ")"
	if every > 1 {
		lower.X.Label.Text += fmt.Sprintf(", one visibility of %d", every)
	}
	for i, p := range []*plot.Plot{upper, lower} {
		if err := addByStrength(p, [][2]plotter.XYs{amplitudes, phases}[i]); err != nil {
			return fmt.Errorf("figure: draw amplitudes and phases: %w", err)
		}
		p.X.Min = 0
	}
	if len(amplitudes[0]) > 0 && len(amplitudes[1]) > 0 {
		addStrengthLegend(upper)
	}
	upper.Y.Min, upper.Y.Max = 0, 1.05*upper.Y.Max
	fullTurn(lower)
	return writeStacked(w, upper, lower)
}

// addByStrength adds faint and well measured points, each in its colour.
func addByStrength(p *plot.Plot, points [2]plotter.XYs) error {
	for i, c := range []color.Color{faintColour, dataColour} {
		if len(points[i]) == 0 {
			continue
		}
		dots, err := scatter(points[i], c, draw.CircleGlyph{}, 1.1)
		if err != nil {
			return err
		}
		p.Add(dots)
	}
	return nil
}

// addStrengthLegend explains the two colours.
func addStrengthLegend(p *plot.Plot) {
	dot := func(c color.Color) *plotter.Scatter {
		return &plotter.Scatter{GlyphStyle: draw.GlyphStyle{Color: c, Radius: vg.Length(2), Shape: draw.CircleGlyph{}}}
	}
	p.Legend.Add(fmt.Sprintf("at least %dσ", faintSNR), dot(dataColour))
	p.Legend.Add("fainter", dot(faintColour))
	p.Legend.Top = true
}

// fullTurn gives a plot of phases the range of a full turn.
func fullTurn(p *plot.Plot) {
	p.Y.Min, p.Y.Max = -190, 190
	p.Y.Tick.Marker = plot.ConstantTicks{{Value: -180, Label: "−180"}, {Value: -90, Label: "−90"}, {Value: 0, Label: "0"}, {Value: 90, Label: "90"}, {Value: 180, Label: "180"}}
}

// writeStacked writes two plots of equal size, one above the other, with their vertical axes in line.
func writeStacked(w io.Writer, upper, lower *plot.Plot) error {
	canvas := newCanvas(plotWidth, plotHeight)
	whole := draw.Crop(draw.New(canvas), 10, -14, 8, -8)
	panels := plot.Align([][]*plot.Plot{{upper}, {lower}}, draw.Tiles{Rows: 2, Cols: 1, PadY: 10}, whole)
	upper.Draw(panels[0][0])
	lower.Draw(panels[1][0])
	return encode(w, canvas.Image())
}

func degreesOf(rad float64) float64 { return rad * 180 / math.Pi }
