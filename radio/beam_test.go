package radio_test

import (
	"math"
	"testing"

	"fringe/radio"
)

const degree = math.Pi / 180

// beams are round, elongated, narrow and turned to every side.
var beams = []radio.Beam{
	{MajRad: 6e-6, MinRad: 6e-6}, {MajRad: 9e-6, MinRad: 4e-6, PARad: 30 * degree}, {MajRad: 9e-6, MinRad: 4e-6, PARad: -60 * degree},
	{MajRad: 8e-6, MinRad: 2.5e-6, PARad: 90 * degree}, {MajRad: 7e-6, MinRad: 3e-6, PARad: 117 * degree},
}

// The major axis at position angle 30° is half-way down after half its width in the direction 30° from North to East.
func TestBeamPositionAngleIsEastOfNorth(t *testing.T) {
	b := radio.Beam{MajRad: 9e-6, MinRad: 4e-6, PARad: 30 * degree}
	for _, tt := range []struct {
		name     string
		r, angle float64
	}{{"major", b.MajRad / 2, 30}, {"minor", b.MinRad / 2, 120}} {
		l, m := tt.r*math.Sin(tt.angle*degree), tt.r*math.Cos(tt.angle*degree)
		if got := b.Response(l, m); math.Abs(got-0.5) > 1e-14 { // rounding
			t.Errorf("%s axis: response %.16g at half its width, want 0.5", tt.name, got)
		}
	}
	if east, west := b.Response(2e-6, 3e-6), b.Response(-2e-6, 3e-6); east <= west {
		t.Errorf("north-east %g, north-west %g: the axis points to the wrong side", east, west)
	}
}

// The exact transform of the pixels of Response is Transform: one position angle in both planes.
func TestBeamTransformIsFourierTransformOfResponse(t *testing.T) {
	g := radio.Grid{NX: 75, NY: 64, CellRad: 1e-6}
	u, v := []float64{0, 3e4, 3e4, -5e4, 0}, []float64{0, 6e4, -6e4, 2e4, 9e4}
	for _, b := range beams {
		img := make([]float64, g.Len())
		for p := range img {
			img[p] = b.Response(g.L(p%g.NX), g.M(p/g.NX)) / b.Pixels(g)
		}
		vis := make([]complex128, len(u))
		radio.NewDFT(g, u, v).Forward(vis, img)
		for k := range vis {
			// Sampling a Gaussian of 2.5 pixels folds in exp(−2π²·(2.5/2.355)²·(1 − 0.18)) = 3e-7 at most.
			if d := vis[k] - complex(b.Transform(u[k], v[k]), 0); math.Hypot(real(d), imag(d)) > 1e-6 {
				t.Errorf("beam %+v at (%g, %g): transform of the image %.9g, analytic %.9g", b, u[k], v[k], vis[k], b.Transform(u[k], v[k]))
			}
		}
	}
}

func TestBeamOfCovarianceInvertsCovariance(t *testing.T) {
	for _, b := range append(beams, radio.Beam{MajRad: 1, MinRad: 1e-4, PARad: 0.7}) {
		got := radio.BeamOfCovariance(b.Covariance())
		turn := math.Remainder(got.PARad-b.PARad, math.Pi)
		// The determinant of an ellipse of axial ratio r loses r² of the 1e-16.
		tol := 1e-14 * math.Pow(b.MajRad/b.MinRad, 2)
		if math.Abs(got.MajRad/b.MajRad-1) > 1e-14 || math.Abs(got.MinRad/b.MinRad-1) > tol || (b.MajRad > b.MinRad && math.Abs(turn) > 1e-14) {
			t.Errorf("got %+v, want %+v", got, b)
		}
	}
}

func TestBeamValidate(t *testing.T) {
	nan := math.NaN()
	for _, b := range []radio.Beam{{}, {MajRad: 1}, {MajRad: 1, MinRad: 2}, {MajRad: math.Inf(1), MinRad: 1}, {MajRad: nan, MinRad: nan}, {MajRad: 1, MinRad: 1, PARad: nan}} {
		if b.Validate() == nil {
			t.Errorf("%+v was accepted", b)
		}
	}
	for _, b := range beams {
		if err := b.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// Half width times half width of a transform pair: exp(−4 ln2 x²/θ²) has the transform exp(−π²θ²ρ²/(4 ln 2)).
func TestBaselineFWHM(t *testing.T) {
	b := radio.Beam{MajRad: 3e-6, MinRad: 3e-6}
	if got := b.Transform(radio.BaselineFWHM(b.MajRad)/2, 0); math.Abs(got-0.5) > 1e-14 {
		t.Errorf("transform at half its width is %.16g, want 0.5", got)
	}
}

func TestBeamString(t *testing.T) {
	for want, b := range map[string]radio.Beam{
		"21.6 x 16.8 uas at 66 deg": {MajRad: 21.6 * radio.Microarcsecond, MinRad: 16.8 * radio.Microarcsecond, PARad: 66 * degree},
		"1.5 x 1.25 mas at -7 deg":  {MajRad: 1.5 * radio.Milliarcsecond, MinRad: 1.25 * radio.Milliarcsecond, PARad: -7 * degree},
		"45 x 1 arcsec at 0 deg":    {MajRad: 45 * radio.Arcsecond, MinRad: radio.Arcsecond},
	} {
		if got := b.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
