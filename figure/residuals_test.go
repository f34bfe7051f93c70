package figure

import (
	"bytes"
	"errors"
	"image/png"
	"math"
	"math/cmplx"
	"strings"
	"testing"

	"fringe/radio"
)

// observation returns four stations' visibilities of an off-centre point source of 1 Jy with 5 % errors, and that model.
func observation() (*radio.Visibilities, []complex128) {
	v := &radio.Visibilities{Stations: make([]radio.Station, 4)}
	var model []complex128
	positions := [][2]float64{{0, 0}, {1e9, 2e9}, {-3e9, 1e9}, {2e9, -4e9}}
	for a := range positions {
		for b := a + 1; b < len(positions); b++ {
			du, dv := positions[b][0]-positions[a][0], positions[b][1]-positions[a][1]
			vis := cmplx.Exp(complex(0, -2*math.Pi*(du*10+dv*5)*radio.Microarcsecond))
			v.U, v.V, v.Vis = append(v.U, du), append(v.V, dv), append(v.Vis, vis)
			v.Weight, v.Ant1, v.Ant2 = append(v.Weight, 400), append(v.Ant1, a), append(v.Ant2, b)
			v.TimeSec, v.IntSec, v.FreqHz = append(v.TimeSec, 0), append(v.IntSec, 10), append(v.FreqHz, 230e9)
			model = append(model, vis)
		}
	}
	return v, model
}

func TestResidualFigures(t *testing.T) {
	v, model := observation()
	for name, write := range map[string]func(b *bytes.Buffer, model []complex128) error{
		"amplitude": func(b *bytes.Buffer, m []complex128) error { return WriteAmplitudes(b, v, radio.Amplitudes(v), m) },
		"closure phase": func(b *bytes.Buffer, m []complex128) error {
			return WriteClosurePhases(b, v, radio.ClosurePhases(v, 0), m)
		},
		"log closure": func(b *bytes.Buffer, m []complex128) error {
			return WriteLogClosureAmplitudes(b, v, radio.LogClosureAmplitudes(v, 0), m)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b, model); err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(&b)
			if err != nil {
				t.Fatal(err)
			}
			if size := picture.Bounds().Size(); size.X != plotWidth || size.Y != plotHeight {
				t.Errorf("size %v, want %d x %d", size, plotWidth, plotHeight)
			}
			bad := append([]complex128{cmplx.NaN()}, model[1:]...)
			b.Reset()
			if err := write(&b, bad); err == nil || !strings.Contains(err.Error(), "not finite") || b.Len() > 0 {
				t.Errorf("NaN in the model: error %v, %d bytes", err, b.Len())
			}
		})
	}
}

// The model's own closures: the residuals vanish, whichever turn the phase is on.
func TestClosurePointsOfTheModel(t *testing.T) {
	v, model := observation()
	c := radio.ClosurePhases(v, 0)
	points, _ := closurePoints(v, c, model)
	for j, p := range points {
		// Rounding of phases.
		if d := radio.WrapPhase(p.data - p.model); math.Abs(d) > 1e-12 {
			t.Errorf("closure phase %d differs by %g", j, d)
		}
		if p.x <= 0 {
			t.Errorf("perimeter %g", p.x)
		}
	}
}

// A model without flux on a baseline has no closure amplitude there, and says so in a way that callers can tell.
func TestZeroModel(t *testing.T) {
	v, model := observation()
	model[2] = 0
	var b bytes.Buffer
	err := WriteLogClosureAmplitudes(&b, v, radio.LogClosureAmplitudes(v, 0), model)
	if !errors.Is(err, ErrNotFinite) || b.Len() > 0 {
		t.Errorf("error %v, %d bytes; want %v and none", err, b.Len(), ErrNotFinite)
	}
	if err := WriteClosurePhases(&b, v, radio.ClosurePhases(v, 0), model); err != nil {
		t.Errorf("closure phases: %v", err)
	}
}

func TestNoData(t *testing.T) {
	err := WriteAmplitudes(&bytes.Buffer{}, &radio.Visibilities{}, radio.AmplitudeSet{}, nil)
	if err == nil || !strings.Contains(err.Error(), "no data") {
		t.Errorf("error %v, want one that says that there are no data", err)
	}
}
