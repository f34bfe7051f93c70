package figure

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// StationGains are the gains of one station, a row of the figure.
type StationGains struct {
	Station string
	Points  []GainPoint
}

// GainPoint is the gain of a station at one time, with standard deviations.
type GainPoint struct {
	TimeMJD                   float64
	Amplitude, AmplitudeError float64
	PhaseDeg, PhaseErrorDeg   float64
}

// gainRowHeight is the height of the row of a station in pixels.
const gainRowHeight = 120

// WriteGains draws amplitudes at the left and phases (degrees, −180 to 180) at the right against time, a row per station. All rows
// share the times, and all amplitudes one range, which holds 1. A station without points has an empty row. Numbers must
// be finite.
func WriteGains(w io.Writer, stations []StationGains) error {
	first, last, err := gainTimes(stations)
	if err != nil {
		return fmt.Errorf("figure: draw gains: %w", err)
	}
	day := math.Floor(first)
	hours := func(mjd float64) float64 { return 24 * (mjd - day) }
	low, high := amplitudeRange(stations)
	rows := make([][]*plot.Plot, len(stations))
	for i, s := range stations {
		amplitude, phase, err := gainPlots(s, hours)
		if err != nil {
			return fmt.Errorf("figure: draw gains of %s: %w", s.Station, err)
		}
		amplitude.Y.Min, amplitude.Y.Max = low, high
		for _, p := range []*plot.Plot{amplitude, phase} {
			p.X.Min, p.X.Max = hours(first)-0.1, hours(last)+0.1
			if i < len(stations)-1 {
				p.X.Tick.Marker = plot.TickerFunc(bareTicks)
			}
		}
		rows[i] = []*plot.Plot{amplitude, phase}
	}
	rows[0][0].Title.Text, rows[0][1].Title.Text = "amplitude", "phase (°)"
	for _, p := range rows[len(rows)-1] {
		p.X.Label.Text = fmt.Sprintf("time (hours UTC of MJD %.0f)", day)
	}
	canvas := newCanvas(plotWidth, gainRowHeight*len(stations)+2*margin+titleRoom)
	whole := draw.Crop(draw.New(canvas), 10, -14, 8, -8)
	tiles := draw.Tiles{Rows: len(stations), Cols: 2, PadX: 10, PadY: 4}
	for i, cells := range plot.Align(rows, tiles, whole) {
		for j, cell := range cells {
			rows[i][j].Draw(cell)
		}
	}
	return encode(w, canvas.Image())
}

// bareTicks are round ticks without numbers, for rows above another one.
func bareTicks(low, high float64) []plot.Tick {
	ticks := roundTicks(low, high)
	for i := range ticks {
		ticks[i].Label = ""
	}
	return ticks
}

// gainTimes returns the first and the last time, and refuses what cannot be drawn.
func gainTimes(stations []StationGains) (first, last float64, err error) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, s := range stations {
		for _, p := range s.Points {
			for _, x := range []float64{p.TimeMJD, p.Amplitude, p.AmplitudeError, p.PhaseDeg, p.PhaseErrorDeg} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					return 0, 0, fmt.Errorf("%w: station %s has %+v", ErrNotFinite, s.Station, p)
				}
			}
			first, last = math.Min(first, p.TimeMJD), math.Max(last, p.TimeMJD)
		}
	}
	if first > last {
		return 0, 0, fmt.Errorf("there are no gains")
	}
	return first, last, nil
}

// amplitudeRange returns the range of the amplitudes with a margin. It holds 1 ± 0.1 at least.
func amplitudeRange(stations []StationGains) (low, high float64) {
	low, high = 0.9, 1.1
	for _, s := range stations {
		for _, p := range s.Points {
			low, high = math.Min(low, p.Amplitude), math.Max(high, p.Amplitude)
		}
	}
	space := 0.05 * (high - low)
	return low - space, high + space
}

// gainPlots returns the two plots of a station. A line marks the gain 1.
func gainPlots(s StationGains, hours func(mjd float64) float64) (amplitude, phase *plot.Plot, err error) {
	amplitudes, phases := make(withErrors, len(s.Points)), make(withErrors, len(s.Points))
	for i, p := range s.Points {
		amplitudes[i] = point{x: hours(p.TimeMJD), data: p.Amplitude, sigma: p.AmplitudeError}
		phases[i] = point{x: hours(p.TimeMJD), data: p.PhaseDeg, sigma: p.PhaseErrorDeg}
	}
	if amplitude, err = gainPlot(amplitudes, 1); err != nil {
		return nil, nil, err
	}
	amplitude.Y.Label.Text = s.Station
	if phase, err = gainPlot(phases, 0); err != nil {
		return nil, nil, err
	}
	phase.Y.Min, phase.Y.Max = -190, 190
	phase.Y.Tick.Marker = plot.ConstantTicks{{Value: -180, Label: "−180"}, {Value: -90}, {Value: 0, Label: "0"}, {Value: 90}, {Value: 180, Label: "180"}}
	return amplitude, phase, nil
}

func gainPlot(points withErrors, unity float64) (*plot.Plot, error) {
	p := newPlot()
	p.Title.TextStyle.Font.Variant = "Sans"
	line := plotter.NewFunction(func(float64) float64 { return unity })
	line.Color = color.Gray{160}
	p.Add(line)
	if len(points) == 0 {
		return p, nil
	}
	bars, dots, err := measurements(points)
	if err != nil {
		return nil, err
	}
	p.Add(bars, dots)
	return p, nil
}
